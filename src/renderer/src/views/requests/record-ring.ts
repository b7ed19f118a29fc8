import type { RequestRecord } from '@shared/schemas'

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
  list: (passes: (record: RequestRecord) => boolean) => RequestRecord[]
  readonly size: number
  /** Approximate number of bytes that the records take. */
  readonly bytes: number
  clear: () => void
}

interface RecordRingOptions {
  /** Maximum number of records. @default 12,000 */
  capacity?: number
  /** Maximum total of their bytes; the oldest are dropped first. @default 32 MiB */
  byteLimit?: number
}

/**
 * The whole log of a server: 10,000 records, and 1,000 that were refused at the door, of at most
 * 2.8 kB, as the server cuts their texts. And some more, so that those that come while the older
 * ones are read find room.
 */
const usual = { capacity: 12_000, byteLimit: 32 * 2 ** 20 }

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

  return {
    add(record) {
      if (size === capacity)
        drop()
      slots[(oldest + size) % capacity] = record
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
        slots[oldest] = record
        size++
        bytes += bytesOf(record)
        taken++
      }
      return records.slice(records.length - taken)
    },
    get oldest() {
      return slots[oldest]
    },
    list(passes) {
      const records: RequestRecord[] = []
      for (let at = size - 1; at >= 0; at--) {
        const record = slots[(oldest + at) % capacity]
        if (record && passes(record))
          records.push(record)
      }
      return records
    },
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
