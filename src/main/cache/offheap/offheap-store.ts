import type { EvictionName } from '@shared/evictions'
import type { EntryFields, Ledger, Store, StoredEntry, StoreWatcher } from '../store'
import type { RecordEntry, RecordHome } from './record'
import type { OffheapOptions } from './slots'
import { encodeKey } from '@shared/entry-key'
import { insertionOrder, noSlot } from './insertion-order'
import { createKeyBuffer } from './key-buffer'
import { nowhere } from './key-index'
import { createOutlook } from './outlook'
import { mostSlots } from './record'
import { largestLog } from './segments'
import { columnsAlone, createSlots } from './slots'
import { tagsAlone } from './tag-index'

/**
 * The store that a running Larder uses. A million small entries are not a million objects but a few
 * thousand buffers outside the V8 heap, which cost the garbage collector nothing.
 *
 *   key ──hash──▶ index ──▶ record in a segment: header with the slot, key, value, tags
 *                             │                ▲
 *                             ▼                │
 *                            slot ──▶ columns: place of record, insertion number, eviction links
 *
 * A hit touches two places in memory, index and record, but no column, because memory accesses are
 * the main cost in a cache of a million entries.
 *
 *   key-index.ts        finds the record: 6 to 11 bytes an entry
 *   key-directory.ts    its tables, and when they become fewer or smaller
 *   slots.ts            brings all of this together, by slot
 *   slot-pool.ts        which slots are free, and which pages of slots have memory
 *   columns.ts          numbers per slot, in pages: 4 bytes for the place, 4 for the insertion
 *                       number, 8 for the eviction order
 *   segments.ts         the log of records and its cleaning
 *   record-log.ts       records in segments; values of more than 128 KiB have their own buffers
 *   record.ts           a record: 24 bytes of header, then key and value
 *   kinds.ts            what many records share – content type, TTL, grace, upper halves of
 *                       numbers – stored once
 *   deadlines.ts        which entries may be over: 2 bytes an entry, if any entry can end
 *   tag-index.ts        which entries have a tag: 20 bytes for each tag of each entry, 6 to 11 for
 *                       each tag text, and 4 for each slot in a page where an entry has a tag
 *   insertion-order.ts  lists by insertion number, without links between entries
 *
 * An entry keeps its slot as long as it lives; its record moves when it grows or when its segment
 * is cleaned. Nothing grows or shrinks all at once: the index grows by small tables, columns by
 * pages, the log by segments, and cleaning works in slices. A page of columns goes with its last
 * entry, and sparse tables of the index are merged. A store that becomes empty releases everything.
 */
export function createOffheapStore(ledger: Ledger, eviction: EvictionName, options: OffheapOptions = {}): Store {
  const keys = createKeyBuffer()
  const home: RecordHome = {
    latestUse: 0,
    carriedHits: slot => slots.carriedHits(slot),
    largeValue: slot => slots.log.largeValue(slot),
    sequenceOf: (slot, { sequenceHigh }) => sequenceHigh * 2 ** 32 + slots.sequenceOf(slot),
  }
  let rule = eviction
  let slots = createSlots(keys, home, rule, options)
  let size = 0
  let bytes = 0
  let demand = 0
  /**
   * Number of the last insertion; skips multiples of 2^32, because 0 modulo 2^32 marks a free slot.
   */
  let sequence = 0
  let watcher: StoreWatcher | undefined

  /** Updates the ledger. An empty store releases everything. */
  function settle(): void {
    if (size === 0 && slots.top > 0)
      slots = createSlots(keys, home, rule, options)
    const overhead = slots.overhead()
    const held = slots.log.bytes() + overhead
    const justified = size === 0 ? 0 : slots.log.demand() + overhead
    ledger.bytes += held - bytes
    ledger.demand += justified - demand
    bytes = held
    demand = justified
  }

  function load(key: string): void {
    if (!keys.load(key))
      throw new RangeError('The key is too long')
  }

  function touch(at: number): void {
    home.latestUse = Math.max(home.latestUse, at)
  }

  function add(
    key: string,
    fields: EntryFields,
    at: number,
    number: number,
    how: Parameters<typeof slots.take>[2],
  ): void {
    load(key)
    const slot = slots.take(
      number,
      slot => slots.log.write(slot, -1, fields, { sequence: number, hits: 0, usedAt: at }),
      how,
    )
    sequence = Math.max(sequence, number)
    slots.tags.add(slot, fields.tags)
    slots.setDeadline(slot, fields.lifetime)
    touch(at)
    size++
    settle()
    watcher?.inserted(slot)
  }

  function* tagged(tag: string): Generator<number> {
    const quoted = Buffer.from(JSON.stringify(tag))
    for (const slot of slots.tags.candidates(tag)) {
      if (slots.sequenceOf(slot) !== 0 && slots.entry(slot).hasTag(quoted))
        yield slot
    }
  }

  function* inOrder(last: number): Generator<StoredEntry | null> {
    const numbered = {
      get size() {
        return size
      },
      get top() {
        return slots.top
      },
      // Until 2^32 insertions the column is enough, and no record has to be read.
      sequenceOf(slot: number) {
        const low = slots.sequenceOf(slot)
        return low === 0 || sequence < 2 ** 32 ? low : slots.entry(slot).sequence
      },
    }
    for (const slot of insertionOrder(numbered, last))
      yield slot === noSlot ? null : slots.entry(slot)
  }

  return {
    get size() {
      return size
    },
    get bytes() {
      return bytes
    },
    get demand() {
      return demand
    },
    most: { entries: mostSlots, bytes: largestLog },
    cost: (key, fields) => slots.log.cost(key, fields) + columnsAlone + tagsAlone(fields.tags),
    find(key) {
      const place = keys.load(key) ? slots.find() : nowhere
      return place === nowhere ? undefined : slots.log.entry(place)
    },
    insert(key, fields, at) {
      add(key, fields, at, sequence + ((sequence + 1) % 2 ** 32 === 0 ? 2 : 1), 'add')
    },
    restore(key, fields, at, position) {
      add(key, fields, at, position + Math.floor((position - 1) / (2 ** 32 - 1)), 'addOldest')
    },
    replace(entry, fields, at) {
      const { slot, place, sequence, hits } = own(entry)
      if (!slots.log.hasKey(place))
        load(entry.key)
      watcher?.changing(slot)
      slots.tags.remove(slot)
      const rewritten = slots.rewrite(slot, place =>
        slots.log.write(slot, place, fields, { sequence, hits: hits % 2 ** 16, usedAt: at }))
      slots.tags.add(slot, fields.tags)
      slots.use(slot, rewritten)
      slots.setDeadline(slot, fields.lifetime)
      touch(at)
      settle()
      watcher?.changed(slot)
    },
    retime(entry, lifetime) {
      const { slot } = own(entry)
      watcher?.changing(slot)
      slots.rewrite(slot, place => slots.log.retime(slot, place, lifetime))
      slots.setDeadline(slot, lifetime)
      settle()
      watcher?.changed(slot)
    },
    use(entry, at) {
      const { slot, place } = own(entry)
      watcher?.changing(slot)
      touch(at)
      if (slots.log.use(place, at))
        slots.carryHits(slot)
      slots.use(slot, place)
      watcher?.changed(slot)
    },
    remove(entry) {
      const { slot } = own(entry)
      watcher?.removing(slot)
      slots.tags.remove(slot)
      slots.free(slot)
      size--
      settle()
    },
    clear() {
      size = 0
      settle()
      watcher?.cleared()
    },
    * rank(name) {
      if (name === rule)
        return
      rule = name
      const ranked = slots
      // If the store has been emptied in between, it has started again with the new policy.
      for (const _ of ranked.rank(name)) {
        settle()
        yield
        if (slots !== ranked)
          return
      }
      settle()
    },
    victim() {
      const slot = slots.policy.victim()
      return slot === -1 ? undefined : slots.entry(slot)
    },
    inOrderOfEviction: () => [...slots.policy.order()],
    outlook: () => createOutlook(slots, size, demand),
    entries: () => inOrder(sequence),
    tagged,
    visitMortal: (count, wall, monotonic, visit) => slots.visitMortal(count, wall, monotonic, visit),
    get handles() {
      return slots.top
    },
    handleOf: entry => own(entry).slot,
    at: slot => slot < slots.top && slots.sequenceOf(slot) !== 0 ? slots.entry(slot) : undefined,
    keyAt: slot => slots.entry(slot).key,
    comparerOf(key) {
      const bytes = encodeKey(key)
      return slot => slots.entry(slot).compareKey(bytes)
    },
    get watcher() {
      return watcher
    },
    set watcher(told) {
      watcher = told
    },
    reclaim(amount) {
      const more = slots.log.reclaim(amount)
      settle()
      return more
    },
  }
}

/** Entries that callers pass in are those that were handed out: the interface requires that. */
function own(entry: StoredEntry): RecordEntry {
  return entry as RecordEntry
}
