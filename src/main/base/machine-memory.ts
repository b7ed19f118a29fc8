import { totalmem } from 'node:os'
import { constrainedMemory } from 'node:process'
import { writeSize } from '@shared/sizes'

/** Bytes of memory that this machine has, or that its container may use. */
export function machineMemory(): number {
  const limit = constrainedMemory()
  // Without a limit Node answers 0, or more than there is.
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** Says that a budget is beyond `most` bytes; continues the name of the field. */
export function beyondMemory(most: number): string {
  return `must be at most ${writeSize(Math.floor(most / 1e6) * 1e6)}, the memory of this machine`
}
