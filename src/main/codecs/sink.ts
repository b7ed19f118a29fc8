import { Buffer } from 'node:buffer'
import { grouped } from '@shared/grouped'
import { unfit } from './fault'

/** Collects the bytes of a value while it is written, and never more than a limit. */
export interface Sink {
  readonly length: number
  text: (text: string) => void
  bytes: (bytes: Uint8Array) => void
  /** Room for `count` bytes, to be filled at once, before anything else is written. */
  take: (count: number) => Buffer
  /** What was written. The sink must not be used afterwards. */
  end: () => Buffer
}

/** Bytes that a UTF-16 unit takes at most in UTF-8. */
const widest = 3

/** @param limit in bytes; what goes beyond throws FormatFault */
export function createSink(limit: number): Sink {
  let buffer = Buffer.allocUnsafeSlow(Math.min(1024, limit))
  let length = 0

  function room(count: number): void {
    if (length + count <= buffer.length)
      return
    if (length + count > limit)
      throw unfit(`In this format the value would have more than ${grouped(limit)} bytes, the most that one may have.`)
    const larger = Buffer.allocUnsafeSlow(Math.min(limit, Math.max(buffer.length * 2, length + count)))
    buffer.copy(larger, 0, 0, length)
    buffer = larger
  }

  return {
    get length() {
      return length
    },
    text(text) {
      const most = text.length * widest
      room(length + most > buffer.length ? Buffer.byteLength(text) : most)
      length += buffer.write(text, length)
    },
    bytes(bytes) {
      room(bytes.length)
      buffer.set(bytes, length)
      length += bytes.length
    },
    take(count) {
      room(count)
      length += count
      return buffer.subarray(length - count, length)
    },
    end: () => length === buffer.length ? buffer : Buffer.copyBytesFrom(buffer, 0, length),
  }
}
