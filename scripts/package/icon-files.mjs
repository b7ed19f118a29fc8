import { Buffer } from 'node:buffer'

/**
 * Apple's names of the sizes that an .icns file may contain as PNG. Some sizes have two names; the
 * second is for half the size at twice the pixel density.
 */
const appleTypes = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic08', 256],
  ['ic13', 256],
  ['ic09', 512],
  ['ic14', 512],
  ['ic10', 1024],
]
const windowsSizes = [16, 24, 32, 48, 64, 128, 256]

/**
 * @param {Map<number, Buffer>} pictures PNG files by their width in pixels.
 * @returns {Buffer} An icon file of macOS.
 */
export function icnsOf(pictures) {
  const parts = appleTypes.map(([type, size]) => {
    const png = pictures.get(size)
    return Buffer.concat([Buffer.from(type), uint32(png.length + 8), png])
  })
  return Buffer.concat([Buffer.from('icns'), uint32(8 + total(parts)), ...parts])
}

/**
 * @param {Map<number, Buffer>} pictures PNG files by their width in pixels.
 * @returns {Buffer} An icon file of Windows (Vista and newer read PNG in it).
 */
export function icoOf(pictures) {
  const header = Buffer.from([0, 0, 1, 0, windowsSizes.length, 0])
  let offset = header.length + 16 * windowsSizes.length
  const entries = windowsSizes.map((size) => {
    const entry = Buffer.alloc(16)
    // 0 means 256.
    entry.writeUInt8(size % 256, 0)
    entry.writeUInt8(size % 256, 1)
    entry.writeUInt16LE(1, 4)
    entry.writeUInt16LE(32, 6)
    entry.writeUInt32LE(pictures.get(size).length, 8)
    entry.writeUInt32LE(offset, 12)
    offset += pictures.get(size).length
    return entry
  })
  return Buffer.concat([header, ...entries, ...windowsSizes.map(size => pictures.get(size))])
}

function total(parts) {
  return parts.reduce((sum, part) => sum + part.length, 0)
}

function uint32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
