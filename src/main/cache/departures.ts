import type { MissReason, RemovalName } from '@shared/miss-reasons'
import { removals } from '@shared/miss-reasons'
import { mapRows } from '@shared/rows'
import { hashText } from './hash'

/** Why an entry was removed; a flush removes all at once. */
export type Departure = RemovalName | 'flushed'

/** The reason that a later read of the key is given. */
export const missReasonOf: Readonly<Record<Departure, MissReason>> = {
  ...mapRows(removals, row => row.reason),
  flushed: 'flushed',
}

/** The reasons by their number in a slot, which has room for eight. */
const reasons = [...new Set(Object.values(missReasonOf))]
const fingerprints = 2 ** 29

/** A bounded memory of why entries were removed. */
export interface Departures {
  record: (key: string, departure: Departure) => void
  /** Returns `absent` if the key was never there or was removed too long ago. */
  reasonOf: (key: string) => MissReason
  /** How many departures it can remember at most. */
  readonly capacity: number
}

/**
 * Direct-mapped: the hash of the key selects a slot of 32 bits, which holds a fingerprint of 29
 * bits and a reason of 3 bits; a later departure simply overwrites the slot. Takes 32 KiB per
 * cache, allocated when the first entry is removed. A key that was never stored matches a foreign
 * fingerprint once in 2^29 lookups of an occupied slot, and then only the reason of a miss is
 * wrong.
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
