import type { RequestRecord } from '@shared/schemas'
/** A request as the server reports it. */
interface RecordRing {
  add: (record: RequestRecord) => void
  /** Newest first; a copy. */
  list: (passes: (record: RequestRecord) => boolean) => RequestRecord[]
  readonly size: number
  /** Approximate number of bytes that the records take. */
  readonly bytes: number
  clear: () => void
}

interface RecordRingOptions {
  /** Maximum number of records. @default 4000 */
  capacity?: number
  /** Maximum total of their bytes; the oldest are dropped first. @default 4 MiB */
  byteLimit?: number
}

/**
 * Bytes of a record without its strings, estimated generously: fifteen fields of eight bytes, the
 * text of the time, boxed numbers.
 */
const recordBytes = 256

/** The newest requests, limited by count and by bytes, because keys and paths may be long. */
export function createRecordRing({ capacity = 4000, byteLimit = 4 * 1024 * 1024 }: RecordRingOptions = {}): RecordRing {
  let slots: (RequestRecord | undefined)[] = []
  let oldest = 0
  let size = 0
  let bytes = 0

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
      slots = []
      oldest = size = bytes = 0
    },
  }
}

function bytesOf({ path, key }: RequestRecord): number {
  return recordBytes + 2 * (path.length + (key?.length ?? 0))
}
