import { namesOf } from './rows'

/**
 * Why a read found nothing, with what people read: as it is, and as the end of "Not found: …".
 * Reasons of entries long gone are forgotten; then it is `absent`.
 */
export const missReasons = {
  absent: 'Never stored, or gone so long ago that the reason is no longer known',
  expired: 'It had expired',
  evicted: 'It had been evicted',
  flushed: 'The cache had been cleared',
  invalidated: 'It had been deleted or invalidated',
  disabled: 'Caching was off',
} as const

export type MissReason = keyof typeof missReasons
export const missReasonNames = namesOf(missReasons)

interface Removal {
  /** What a later read of the key is told. */
  reason: MissReason
  /** The figure of the statistics that it counts into. */
  counter: 'deletes' | 'evictions' | 'expirations'
  /** What the person reads who was looking at the entry. */
  sentence: string
}

/** Why a single entry went, as events tell it. A deletion is an invalidation by key. */
export const removals = {
  deleted: { reason: 'invalidated', counter: 'deletes', sentence: 'It was deleted.' },
  expired: { reason: 'expired', counter: 'expirations', sentence: 'It has expired.' },
  evicted: { reason: 'evicted', counter: 'evictions', sentence: 'It was evicted to make room.' },
  invalidated: { reason: 'invalidated', counter: 'deletes', sentence: 'It was invalidated.' },
} as const satisfies Record<string, Removal>

export type RemovalName = keyof typeof removals
