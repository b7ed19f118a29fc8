import { Buffer } from 'node:buffer'
import { inflateSync } from 'node:zlib'

/** Red, green, blue and opacity, 0 to 255 each. */
type Pixel = [number, number, number, number]

/**
 * Reads PNG files as Chromium writes them: 8 bits per channel, with or without opacity, not
 * interlaced (PNG 3rd edition, 9: Filtering).
 *
 * @throws {Error} for any other PNG.
 */
export function readPng(file: Buffer): { width: number, height: number, pixels: Pixel[] } {
  const data: Buffer[] = []
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)))
  }
  const [width, height, depth, kind, interlace] = [
    file.readUInt32BE(16),
    file.readUInt32BE(20),
    file[24],
    file[25],
    file[28],
  ]
  if (depth !== 8 || (kind !== 6 && kind !== 2) || interlace !== 0)
    throw new Error(`This reader does not know PNG of depth ${depth}, kind ${kind}, interlace ${interlace}.`)
  const step = kind === 6 ? 4 : 3
  const bytes = inflateSync(Buffer.concat(data))
  const pixels: Pixel[] = []
  let above = Buffer.alloc(width * step)
  for (let row = 0; row < height; row++) {
    const start = row * (width * step + 1)
    const line = unfilter(bytes[start] ?? 0, bytes.subarray(start + 1, start + 1 + width * step), above, step)
    for (let at = 0; at < line.length; at += step)
      pixels.push([line[at] ?? 0, line[at + 1] ?? 0, line[at + 2] ?? 0, step === 4 ? line[at + 3] ?? 0 : 255])
    above = line
  }
  return { width, height, pixels }
}

function unfilter(filter: number, raw: Buffer, above: Buffer, step: number): Buffer<ArrayBuffer> {
  const line = Buffer.alloc(raw.length)
  raw.forEach((byte, at) => {
    const [left = 0, up = 0, corner = 0] = [line[at - step], above[at], above[at - step]]
    line[at] = byte + ([0, left, up, Math.floor((left + up) / 2), paeth(left, up, corner)][filter] ?? 0)
  })
  return line
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}
