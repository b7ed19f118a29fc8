import type { Lifetime } from '../lifetime'
import type { EntryFields } from '../store'
import type { Kind } from './kinds'
import { doubleAt, writeDouble } from './record'

/** The kind of an entry whose numbers fit into a kind. */
export function kindOf(
  { contentType, flags, version, lifetime }: EntryFields,
  sequence: number,
  hasText: boolean,
  isLarge: boolean,
): Kind {
  const { storedAt, ttl, grace, freshUntil, graceUntil } = lifetime
  const isCompact = freshUntil === storedAt + ttl
    && graceUntil === freshUntil + grace
    && Number.isInteger(storedAt)
    && storedAt >= 0
  return {
    shape: isCompact ? 'compact' : 'moved',
    hasText,
    hasFlags: flags !== 0,
    isLarge,
    contentType,
    ttl,
    grace,
    skew: coarseSkew(lifetime),
    versionHigh: Math.floor(version / 2 ** 32),
    sequenceHigh: Math.floor(sequence / 2 ** 32),
    storedHigh: isCompact ? Math.floor(storedAt / 2 ** 32) : 0,
  }
}

/**
 * The wall clock ticks in whole milliseconds and the monotonic clock does not, so every measured
 * skew is different. Rounded up to a millisecond, apart from floating-point error, only a few
 * values remain; an entry may end up to a millisecond early by the monotonic clock, never late.
 */
function coarseSkew({ skew }: Lifetime): number {
  return Math.ceil(skew - 0.001)
}

export function writeTimes(words: Uint32Array, offset: number, { shape }: Kind, lifetime: Lifetime): void {
  if (shape === 'compact')
    return
  writeDouble(words, doubleAt(offset, 'storedAt'), lifetime.storedAt)
  writeDouble(words, doubleAt(offset, 'freshUntil'), lifetime.freshUntil)
  writeDouble(words, doubleAt(offset, 'graceUntil'), lifetime.graceUntil)
  if (shape === 'moved')
    return
  writeDouble(words, doubleAt(offset, 'ttl'), lifetime.ttl)
  writeDouble(words, doubleAt(offset, 'grace'), lifetime.grace)
  writeDouble(words, doubleAt(offset, 'skew'), lifetime.skew)
}
