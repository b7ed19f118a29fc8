import type { EvictionName, EvictionPolicy } from '../eviction/policy'
import type { Lifetime } from '../lifetime'
import type { StoredEntry } from '../store'
import type { KeyBuffer } from './key-buffer'
import type { RecordEntry, RecordHome } from './record'
import type { RecordLog } from './record-log'
import type { TagIndex } from './tag-index'
import { createEviction } from '../eviction/policy'
import { timeOf } from '../lifetime'
import { createColumn } from './columns'
import { createDeadlines, groupSize, nothing } from './deadlines'
import { createKeyIndex } from './key-index'
import { createRecordLog } from './record-log'
import { createTagIndex } from './tag-index'

export interface OffheapOptions {
  /** Words to a full segment, cells to a full index table, bits of a column's page, kinds: tests make them tiny. */
  segmentWords?: number
  tableCells?: number
  pageBits?: number
  kinds?: number
}

/** The entries of a store by their slots, with all that holds memory for them. */
export interface Slots {
  readonly log: RecordLog
  readonly tags: TagIndex
  policy: EvictionPolicy
  /** Slots in use lie below. */
  readonly top: number
  /** Memory held besides the log, beyond that of an empty store. */
  overhead: () => number
  /** The slot of the key in the key buffer, -1 when it is not there. */
  find: () => number
  /** A slot for the key in the key buffer; `write` gives it its record. */
  take: (sequence: number, write: (slot: number) => number) => number
  free: (slot: number) => void
  placeOf: (slot: number) => number
  move: (slot: number, place: number) => void
  entry: (slot: number) => RecordEntry
  /** The entry's insertion number modulo 2^32, 0 for a free slot. */
  sequenceOf: (slot: number) => number
  /** One more hit than the 16 bits of a record tell. */
  carryHits: (slot: number) => void
  carriedHits: (slot: number) => number
  rank: (eviction: EvictionName) => void
  setDeadline: (slot: number, lifetime: Lifetime) => void
  /** As the store's `visitMortal`. */
  visitMortal: (count: number, wall: number, monotonic: number, visit: (entry: StoredEntry) => void) => boolean
}

/** Slots that all columns grow to at first. */
const fewestSlots = 16
const carriedHitBytes = 60
/** All columns of a store of one entry, and the deadlines' buckets, or a little more. */
export const columnsAlone = 1200

export function createSlots(keys: KeyBuffer, home: RecordHome, eviction: EvictionName, options: OffheapOptions): Slots {
  const { pageBits = 14 } = options
  const pageSlots = 2 ** pageBits
  /** Place of the record; of a free slot, 1 more than the next free one. */
  const places = createColumn('u32', pageBits)
  const sequences = createColumn('u32', pageBits)
  const hits = new Map<number, number>()
  const deadlines = createDeadlines()
  const tags = createTagIndex()
  const log = createRecordLog({
    ...options,
    keys,
    home,
    placeOf: slot => places.get(slot),
    moved(hash, from, to) {
      moving = from
      places.set(index.find(hash), to)
      moving = nowhere
    },
  })
  /** While a record moves it is looked for by its place, else the key in the key buffer by its bytes. */
  const nowhere = -1
  let moving = nowhere
  const index = createKeyIndex({
    ...options,
    isWanted: slot => moving === nowhere ? log.hasKey(places.get(slot)) : places.get(slot) === moving,
    hashOf: slot => log.hashOf(places.get(slot)),
  })
  let capacity = 0
  /** 1 more than the first free slot below `top`, 0 when there is none. */
  let firstFree = 0

  function createPolicy(name: EvictionName): EvictionPolicy {
    return createEviction(name, type => createColumn(type, pageBits))
  }

  function held(): number {
    return places.bytes + sequences.bytes + slots.policy.bytes + deadlines.bytes() + index.bytes() + tags.bytes() + hits.size * carriedHitBytes
  }

  function grow(): void {
    capacity = capacity < pageSlots ? Math.max(Math.min(pageSlots, fewestSlots), capacity * 2) : capacity + pageSlots
    places.reserve(capacity)
    sequences.reserve(capacity)
    slots.policy.reserve(capacity)
    deadlines.reserve(capacity)
  }

  function visitGroup(first: number, wall: number, monotonic: number, visit: (entry: StoredEntry) => void): void {
    const end = Math.min(first + groupSize, slots.top)
    for (let slot = first; slot < end; slot++) {
      if (sequences.get(slot) !== 0)
        visit(slots.entry(slot))
    }
    for (let slot = first; slot < end; slot++) {
      const entry = sequences.get(slot) === 0 ? undefined : slots.entry(slot)
      if (entry && entry.graceUntil !== Infinity)
        deadlines.set(slot, monotonic + entry.graceUntil - timeOf(entry, wall, monotonic), wall - monotonic)
    }
  }

  const slots = {
    log,
    tags,
    policy: createPolicy(eviction),
    top: 0,
    overhead: () => held() - empty,
    find: () => index.find(keys.hash),
    take(sequence: number, write: (slot: number) => number) {
      if (firstFree === 0 && slots.top === capacity)
        grow()
      const slot = firstFree === 0 ? slots.top : firstFree - 1
      const place = write(slot)
      if (firstFree === 0)
        slots.top++
      else
        firstFree = places.get(slot)
      places.set(slot, place)
      sequences.set(slot, sequence)
      index.add(keys.hash, slot)
      slots.policy.add(slot)
      return slot
    },
    free(slot: number) {
      const place = places.get(slot)
      index.remove(log.hashOf(place), slot)
      log.remove(slot, place)
      slots.policy.remove(slot)
      hits.delete(slot)
      sequences.set(slot, 0)
      places.set(slot, firstFree)
      firstFree = slot + 1
    },
    placeOf: (slot: number) => places.get(slot),
    move: (slot: number, place: number) => places.set(slot, place),
    entry: (slot: number) => log.entry(slot, places.get(slot)),
    sequenceOf: (slot: number) => sequences.get(slot),
    carryHits: (slot: number) => void hits.set(slot, (hits.get(slot) ?? 0) + 2 ** 16),
    carriedHits: (slot: number) => hits.size === 0 ? 0 : hits.get(slot) ?? 0,
    rank(name: EvictionName) {
      const before = slots.policy
      slots.policy = createPolicy(name)
      slots.policy.reserve(capacity)
      for (const slot of before.order())
        slots.policy.add(slot)
    },
    setDeadline(slot: number, { graceUntil, skew }: Lifetime) {
      if (graceUntil !== Infinity)
        deadlines.set(slot, graceUntil - skew, skew)
    },
    visitMortal(count: number, wall: number, monotonic: number, visit: (entry: StoredEntry) => void) {
      deadlines.advance(wall, monotonic)
      for (let left = count; left > 0; left -= groupSize) {
        const first = deadlines.next(left)
        if (first < 0)
          return first === nothing
        visitGroup(first, wall, monotonic, visit)
      }
      return false
    },
  }
  const empty = held()
  return slots
}
