import type { EvictionName } from '@shared/evictions'
import type { EvictionPolicy, Marks } from '../eviction/policy'
import type { Lifetime } from '../lifetime'
import type { StoredEntry } from '../store'
import type { Work } from '../work'
import type { Column } from './columns'
import type { KeyBuffer } from './key-buffer'
import type { RecordEntry, RecordHome } from './record'
import type { RecordLog } from './record-log'
import type { TagIndex } from './tag-index'
import { createHandover } from '../eviction/handover'
import { createEviction } from '../eviction/policies'
import { timeOf } from '../lifetime'
import { createColumn } from './columns'
import { createDeadlines, groupSize, nothing } from './deadlines'
import { createKeyIndex, nowhere } from './key-index'
import { createRecordLog } from './record-log'
import { createSlotPool } from './slot-pool'
import { createTagIndex, usualPageBits } from './tag-index'

export interface OffheapOptions {
  /**
   * Words in a full segment, buckets in a full index table, bits of a column's page, and the number
   * of kinds; tests make them tiny.
   */
  segmentWords?: number
  tableBuckets?: number
  pageBits?: number
  kinds?: number
  /** 32 bits; tests make them collide. */
  hashOfTag?: (tag: string) => number
}

/** The entries of a store by their slots, with everything that holds memory for them. */
export interface Slots {
  readonly log: RecordLog
  readonly tags: TagIndex
  policy: EvictionPolicy
  /** All slots in use are below this number. */
  readonly top: number
  /** Memory held outside the log, beyond that of an empty store. */
  overhead: () => number
  /** Receives slots as they will be freed; tells how many bytes go outside the log. */
  outlook: () => { free: (slot: number) => void, freed: () => number }
  /** The place of the record of the key in the key buffer, -1 if there is none. */
  find: () => number
  /**
   * Takes a slot for the key in the key buffer; `write` writes the record and returns its place.
   * `add` is how the eviction policy learns of it.
   */
  take: (sequence: number, write: (slot: number) => number, add: 'add' | 'addOldest') => number
  free: (slot: number) => void
  entry: (slot: number) => RecordEntry
  /**
   * Passes the place of the slot's record to `write`, which returns the place where the record is
   * now; so does this function.
   */
  rewrite: (slot: number, write: (place: number) => number) => number
  /**
   * Tells the eviction policy that the entry, whose record is at this place, was read or written.
   */
  use: (slot: number, place: number) => void
  /** The entry's insertion number modulo 2^32, 0 for a free slot. */
  sequenceOf: (slot: number) => number
  /** Counts one overflow of the 16 bits for hits in a record. */
  carryHits: (slot: number) => void
  carriedHits: (slot: number) => number
  /**
   * Switches to another policy from the first step on; it starts with the order of the previous
   * one.
   */
  rank: (eviction: EvictionName) => Work<void>
  setDeadline: (slot: number, lifetime: Lifetime) => void
  /** Like the store's `visitMortal`. */
  visitMortal: (count: number, wall: number, monotonic: number, visit: (entry: StoredEntry) => void) => boolean
}

const carriedHitBytes = 60
/** Number of slots that are handed over to another policy in one step. */
const rankedAtOnce = 32
/**
 * An upper bound for the bytes of all columns, and the deadlines' buckets, in a store of one entry.
 */
export const columnsAlone = 1200

export function createSlots(keys: KeyBuffer, home: RecordHome, eviction: EvictionName, options: OffheapOptions): Slots {
  const { pageBits = usualPageBits } = options
  /** The place of the record; for a free slot, what the pool needs to know. */
  const places = createColumn('u32', pageBits)
  const sequences = createColumn('u32', pageBits)
  const hits = new Map<number, number>()
  const deadlines = createDeadlines(pageBits)
  const tags = createTagIndex(options)
  const log = createRecordLog({
    ...options,
    keys,
    home,
    placeOf: slot => places.get(slot),
    moved,
  })
  const index = createKeyIndex({ ...options, isWanted: log.hasKey, hashOf: log.hashOf })
  /** The place of the slot that is being used is known, so that a hit reads no column. */
  let usedSlot = -1
  let usedPlace = nowhere
  const marks: Marks = {
    get: slot => log.mark(slot === usedSlot ? usedPlace : places.get(slot)),
    set: (slot, mark) => log.setMark(slot === usedSlot ? usedPlace : places.get(slot), mark),
  }
  /** The columns of all policies in use, which are two during a handover. */
  let links: Column[] = []
  const pool = createSlotPool({
    pageBits,
    spare: places,
    reserve(capacity) {
      for (const each of [places, sequences, slots.policy, deadlines])
        each.reserve(capacity)
    },
    drop(page) {
      for (const each of [places, sequences, ...links, deadlines, tags])
        each.drop(page)
    },
    restore(page) {
      for (const each of [places, sequences, ...links, deadlines])
        each.restore(page)
    },
  })

  function createLinks(): Column {
    return createColumn('u32', pageBits)
  }

  function createPolicy(name: EvictionName): { policy: EvictionPolicy, own: Column[] } {
    const own: Column[] = []
    const policy = createEviction(name, {
      createLinks() {
        const column = createLinks()
        own.push(column)
        return column
      },
      marks,
    })
    links = [...links, ...own]
    return { policy, own }
  }

  function moved(slot: number, hash: number, from: number, to: number): void {
    places.set(slot, to)
    index.move(hash, from, to)
  }

  /** Memory for what is known of each slot. */
  function inColumns(): number {
    return places.bytes + sequences.bytes + slots.policy.bytes + deadlines.bytes()
  }

  function held(): number {
    return inColumns() + index.bytes() + tags.bytes() + hits.size * carriedHitBytes
  }

  function visitGroup(first: number, wall: number, monotonic: number, visit: (entry: StoredEntry) => void): void {
    const end = Math.min(first + groupSize, pool.top)
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
    policy: createPolicy(eviction).policy,
    get top() {
      return pool.top
    },
    overhead: () => held() - emptyRest - emptyPolicy,
    outlook() {
      const [numbers, shape] = [pool.outlook(), index.outlook()]
      const { capacity, dropped } = pool
      const pages = (capacity >>> pageBits) - dropped.length
      const pageBytes = pages > 0 ? (inColumns() + tags.inPages()) / pages : 0
      const before = index.bytes()
      return {
        free(slot: number) {
          numbers.free(slot)
          shape.remove(log.hashOf(places.get(slot)))
        },
        freed: () => numbers.dropped() * pageBytes + before - shape.bytes(),
      }
    },
    find: () => index.find(keys.hash),
    take(sequence: number, write: (slot: number) => number, add: 'add' | 'addOldest') {
      const slot = pool.next()
      const place = write(slot)
      pool.take(slot)
      places.set(slot, place)
      sequences.set(slot, sequence)
      index.add(keys.hash, place)
      slots.policy[add](slot)
      return slot
    },
    free(slot: number) {
      const place = places.get(slot)
      index.remove(log.hashOf(place), place)
      slots.policy.remove(slot)
      log.remove(slot, place)
      hits.delete(slot)
      sequences.set(slot, 0)
      pool.free(slot)
    },
    entry: (slot: number) => log.entry(places.get(slot)),
    rewrite(slot: number, write: (place: number) => number) {
      const to = write(places.get(slot))
      // Writing may have made room and moved the old record too.
      const from = places.get(slot)
      if (to !== from)
        moved(slot, log.hashOf(to), from, to)
      return to
    },
    use(slot: number, place: number) {
      usedSlot = slot
      usedPlace = place
      slots.policy.use(slot)
      usedSlot = -1
    },
    sequenceOf: (slot: number) => sequences.get(slot),
    carryHits: (slot: number) => void hits.set(slot, (hits.get(slot) ?? 0) + 2 ** 16),
    carriedHits: (slot: number) => hits.size === 0 ? 0 : hits.get(slot) ?? 0,
    * rank(name: EvictionName) {
      const { policy, own } = createPolicy(name)
      const alone = policy.bytes
      const { both, move } = createHandover(slots.policy, policy, pool.capacity, { createLinks })
      for (const column of own)
        pool.dropped.forEach(page => column.drop(page))
      slots.policy = both
      while (move(rankedAtOnce))
        yield
      // Another handover may have begun in the meantime.
      if (slots.policy === both) {
        slots.policy = policy
        links = own
        emptyPolicy = alone
      }
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
  // What is there before any entry is no overhead of entries. Each policy has its own share of it.
  let emptyPolicy = slots.policy.bytes
  const emptyRest = held() - emptyPolicy
  return slots
}
