import { writeSize } from '@shared/sizes'

/**
 * Bytes that this process may use of `total`. `limit` is that of its container; without one Node
 * answers 0, or more than there is.
 */
export function usableMemory(total: number, limit: number): number {
  return limit > 0 ? Math.min(limit, total) : total
}

/** Says that a budget is beyond `most` bytes; continues the name of the field. */
export function beyondMemory(most: number): string {
  return `must be at most ${writeSize(Math.floor(most / 1e6) * 1e6)}, the memory of this machine`
}
