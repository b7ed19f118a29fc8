import { namesOf } from './rows'

/**
 * Reasons why a read found nothing, with the text that people read: on its own, and at the end of
 * "Not found: …". Reasons of entries removed long ago are forgotten and become `absent`.
 */
export const missReasons = {
  absent: 'Never stored, gone where it came from, or gone so long ago that the reason is no longer known',
  expired: 'It had expired',
  evicted: 'It had been evicted',
  flushed: 'The cache had been cleared',
  invalidated: 'It had been deleted or invalidated',
  disabled: 'Caching was off',
} as const

export type MissReason = keyof typeof missReasons
export const missReasonNames = namesOf(missReasons)
/**
 * Reasons that say something about the cache. A read that a switch turned away (`disabled`) got
 * 503, so it counts apart and is in no hit ratio.
 */
export const missReasonsWhileOn = missReasonNames.filter(reason => reason !== 'disabled')

/** The misses for all reasons together, without the reads that a switch turned away. */
export function countMisses(misses: Readonly<Record<MissReason, number>>): number {
  return missReasonsWhileOn.reduce((sum, reason) => sum + misses[reason], 0)
}

interface Removal {
  /** The reason that a later read of the key is given. */
  reason: MissReason
  /** The counter of the statistics that it increases. */
  counter: 'deletes' | 'evictions' | 'expirations'
  /** The text for somebody who was looking at the entry. */
  sentence: string
}

/**
 * Reasons why a single entry was removed, as events report them. A deletion is an invalidation by
 * key.
 */
export const removals = {
  deleted: { reason: 'invalidated', counter: 'deletes', sentence: 'It was deleted.' },
  expired: { reason: 'expired', counter: 'expirations', sentence: 'It has expired.' },
  evicted: { reason: 'evicted', counter: 'evictions', sentence: 'It was evicted to make room.' },
  invalidated: { reason: 'invalidated', counter: 'deletes', sentence: 'It was invalidated.' },
  // With all others, but one by one.
  cleared: { reason: 'flushed', counter: 'deletes', sentence: 'The cache was cleared.' },
  // A copy of what is elsewhere, where nobody here knows what became of that.
  dropped: { reason: 'absent', counter: 'deletes', sentence: 'It is no longer held here.' },
} as const satisfies Record<string, Removal>

export type RemovalName = keyof typeof removals
