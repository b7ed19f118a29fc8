import type { RequestRecord } from '@shared/schemas'
/** A request as the server tells it. */
interface RecordRing {
  add: (record: RequestRecord) => void
  /** Newest first; a copy. */
  list: (passes: (record: RequestRecord) => boolean) => RequestRecord[]
  readonly size: number
  /** Bytes that the records take, about. */
  readonly bytes: number
  clear: () => void
}

interface RecordRingOptions {
  /** Records that are kept. @default 4000 */
  capacity?: number
  /** Bytes that they may take together; the oldest give way. @default 4 MiB */
  byteLimit?: number
}

/**
 * Bytes of a record without its texts, estimated generously: fifteen fields of eight bytes, the
 * time's text, boxed numbers.
 */
const recordBytes = 256

/** The newest requests, bounded by count and by bytes: keys and paths may be long. */
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
