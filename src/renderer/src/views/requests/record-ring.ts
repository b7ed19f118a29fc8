import type { RequestRecord } from '@shared/schemas'

type Sieve = (record: RequestRecord) => boolean

export interface RecordRing {
  /** Adds one that is newer than all others. */
  add: (record: RequestRecord) => void
  /**
   * Adds records that are older than all others, oldest first, as many of the newest as there is
   * room for. Returns these.
   */
  addOlder: (records: readonly RequestRecord[]) => readonly RequestRecord[]
  /** Undefined if there is none. */
  readonly oldest: RequestRecord | undefined
  /** Newest first; a copy. */
  list: (passes: Sieve) => RequestRecord[]
  /**
   * Sets up to eight filters that are asked once for each record, and not each time that the
   * records are listed: the list is drawn again several times a second.
   */
  sift: (sieves: readonly Sieve[]) => void
  /** Those that this filter let pass, newest first; a copy. */
  sifted: (sieve: number) => RequestRecord[]
  /** Changes each record in its place; its size stays about the same. */
  change: (change: (record: RequestRecord) => RequestRecord) => void
  readonly size: number
  /** Approximate number of bytes that the records take. */
  readonly bytes: number
  clear: () => void
}

interface RecordRingOptions {
  /** Maximum number of records. @default 80,000 */
  capacity?: number
  /** Maximum total of their bytes; the oldest are dropped first. @default 48 MiB */
  byteLimit?: number
}

/**
 * The whole log of a server: 65,536 records, and a tenth as many that were refused at the door. And
 * some more, so that those that come while the older ones are read find room.
 */
const usual = { capacity: 80_000, byteLimit: 48 * 2 ** 20 }

/**
 * Bytes of a record without its strings, estimated generously: fifteen fields of eight bytes, the
 * text of the time, boxed numbers.
 */
const recordBytes = 256

/** The newest requests, limited by count and by bytes, because keys and paths may be long. */
export function createRecordRing({
  capacity = usual.capacity,
  byteLimit = usual.byteLimit,
}: RecordRingOptions = {}): RecordRing {
  let slots = emptySlots()
  /** One bit for each filter that lets the record of the slot pass. */
  const passed = new Uint8Array(capacity)
  let filters: readonly Sieve[] = []
  let oldest = 0
  let size = 0
  let bytes = 0

  function emptySlots(): (RequestRecord | undefined)[] {
    return Array.from<RequestRecord | undefined>({ length: capacity })
  }

  function drop(): void {
    const record = slots[oldest]
    slots[oldest] = undefined
    oldest = (oldest + 1) % capacity
    size--
    if (record)
      bytes -= bytesOf(record)
  }

  function put(slot: number, record: RequestRecord): void {
    slots[slot] = record
    passed[slot] = filters.reduce((bits, passes, index) => passes(record) ? bits | 1 << index : bits, 0)
  }

  function listed(wanted: (record: RequestRecord, slot: number) => unknown): RequestRecord[] {
    const records: RequestRecord[] = []
    for (let at = size - 1; at >= 0; at--) {
      const slot = (oldest + at) % capacity
      const record = slots[slot]
      if (record && wanted(record, slot))
        records.push(record)
    }
    return records
  }

  return {
    add(record) {
      if (size === capacity)
        drop()
      put((oldest + size) % capacity, record)
      size++
      bytes += bytesOf(record)
      while (bytes > byteLimit && size > 1)
        drop()
    },
    addOlder(records) {
      let taken = 0
      for (const record of records.toReversed()) {
        if (size === capacity || bytes + bytesOf(record) > byteLimit)
          break
        oldest = (oldest + capacity - 1) % capacity
        put(oldest, record)
        size++
        bytes += bytesOf(record)
        taken++
      }
      return records.slice(records.length - taken)
    },
    get oldest() {
      return slots[oldest]
    },
    list: passes => listed(passes),
    sift(sieves) {
      filters = sieves
      slots.forEach((record, slot) => record && put(slot, record))
    },
    change: change => slots.forEach((record, slot) => record && put(slot, change(record))),
    sifted: sieve => listed((_, slot) => (passed[slot] ?? 0) & 1 << sieve),
    get size() {
      return size
    },
    get bytes() {
      return bytes
    },
    clear() {
      slots = emptySlots()
      oldest = size = bytes = 0
    },
  }
}

function bytesOf({ path, key, detail }: RequestRecord): number {
  return recordBytes + 2 * (path.length + (key?.length ?? 0) + (detail?.length ?? 0))
}
