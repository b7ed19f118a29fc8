import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { FormatFault } from '../../base/conversions'
import { brokenAt, unfit } from '../fault'
import { unpackLz4, unpackLz4Frame } from './lz4'
import { unpackSnappy } from './snappy'

/** How parts of a file are packed. */
export type Packing = 'none' | 'snappy' | 'gzip' | 'brotli' | 'zstd' | 'lz4' | 'lz4-frame'

/** Node has it from 22.15 on, and Larder runs on 22.12. */
const zstd: typeof zstdDecompressSync | undefined = zstdDecompressSync

/** How much all parts of a value may hold together, in bytes. */
export const mostUnpacked = 256 * 1024 * 1024

/** Unpacks the parts of one value. */
export type Unpacker = (packed: Uint8Array, packing: Packing, size: number, place: number) => Uint8Array

/**
 * Unpacks parts that hold exactly `size` bytes as they claim. Nothing is allocated for a claim that
 * the packed bytes could not keep, or that goes beyond what one value may hold. The faults count
 * from `place`, where the part begins.
 */
export function createUnpacker(): Unpacker {
  let total = 0
  return (packed, packing, size, place) => {
    if (!Number.isSafeInteger(size) || size < 0)
      throw brokenAt(place, 'begins a part without a valid size')
    total += size
    if (total > mostUnpacked)
      throw unfit(`Unpacked, this value would have more than ${mostUnpacked / 1024 / 1024} MiB.`)
    try {
      const bytes = unpack(packed, packing, size)
      if (bytes.length !== size)
        throw brokenAt(0, `begins a part of ${bytes.length} bytes that claims to have ${size}`)
      return bytes
    }
    catch (error) {
      if (error instanceof FormatFault && error.kind === 'unfit')
        throw error
      const reason = error instanceof FormatFault ? error.message : 'it breaks off, or is longer than it claims'
      throw brokenAt(place, `begins a part (${packing}) that cannot be unpacked. ${reason.replace(/\.$/, '')}`)
    }
  }
}

function unpack(packed: Uint8Array, packing: Packing, size: number): Uint8Array {
  // zlib takes no limit of 0.
  const options = { maxOutputLength: Math.max(1, size) }
  switch (packing) {
    case 'none': return packed
    case 'snappy': return unpackSnappy(packed, size)
    case 'lz4': return unpackLz4(packed, size)
    case 'lz4-frame': return unpackLz4Frame(packed, size)
    case 'gzip': return gunzipSync(packed, options)
    case 'brotli': return brotliDecompressSync(packed, options)
    case 'zstd':
      if (zstd === undefined)
        throw unfit('This value is packed with ZSTD, which needs Node 22.15 or newer.')
      return zstd(packed, options)
  }
}
