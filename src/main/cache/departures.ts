import type { MissReason, RemovalName } from '@shared/miss-reasons'
import { removals } from '@shared/miss-reasons'
import { mapRows } from '@shared/rows'
import { hashText } from './hash'

/** Why an entry went; a flush takes all at once. */
export type Departure = RemovalName | 'flushed'

/** What a later read of the key is told. */
export const missReasonOf: Readonly<Record<Departure, MissReason>> = {
  ...mapRows(removals, row => row.reason),
  flushed: 'flushed',
}

/** By their number in a slot, which has room for eight. */
const reasons = [...new Set(Object.values(missReasonOf))]
const fingerprints = 2 ** 29

/** Bounded memory of why entries went. */
export interface Departures {
  record: (key: string, departure: Departure) => void
  /** `absent` when the key was never there, or went too long ago. */
  reasonOf: (key: string) => MissReason
  /** How many departures it can remember at most. */
  readonly capacity: number
}

/**
 * Direct-mapped: the key's hash names a slot of 32 bits that holds 29 bits of fingerprint and 3 of
 * reason; a later departure simply takes the slot over. 32 KiB a cache, allocated when the first
 * entry goes. A never-stored key meets a foreign fingerprint once in 2^29 lookups of a taken slot,
 * and then only the reason of a miss is wrong.
 */
export function createDepartures(capacity = 8192): Departures {
  let slots: Uint32Array | null = null
  return {
    capacity,
    record(key, departure) {
      slots ??= new Uint32Array(capacity)
      const hash = hashText(key)
      slots[hash % capacity] = fingerprintOf(hash, capacity) * 8 + reasons.indexOf(missReasonOf[departure])
    },
    reasonOf(key) {
      if (slots === null)
        return 'absent'
      const hash = hashText(key)
      const slot = slots[hash % capacity] ?? 0
      return Math.floor(slot / 8) === fingerprintOf(hash, capacity) ? reasons[slot % 8] ?? 'absent' : 'absent'
    },
  }
}

function fingerprintOf(hash: number, capacity: number): number {
  return Math.floor(hash / capacity) % fingerprints
}
