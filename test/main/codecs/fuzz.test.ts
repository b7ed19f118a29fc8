import { Buffer } from 'node:buffer'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FormatFault } from '../../../src/main/base/conversions'
import { convert } from '../../../src/main/codecs/convert'
import { formatOfFile } from '../../../src/shared/formats'

const numRuns = process.env.LARDER_HARD === '1' ? 100_000 : 2000
/** Bytes that one input may take while it is read, and all may leave behind. */
const room = 50_000_000

const folder = join(import.meta.dirname, '../../fixtures/codecs')
const seeds = ['', 'written'].flatMap(part => readdirSync(join(folder, part)).flatMap((file) => {
  const format = formatOfFile(file)
  return format === undefined || format === 'text'
    ? []
    : [{ file, format, bytes: Buffer.from(readFileSync(join(folder, part, file))) }]
}))

/** What is done to a value at a place in it. */
interface Damage {
  at: number
  how: { byte: number } | { bit: number } | { size: number } | { cut: number } | { put: Uint8Array } | { end: true }
}

const damage: fc.Arbitrary<Damage> = fc.record<Damage>({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  how: fc.oneof(
    fc.record({ byte: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ bit: fc.integer({ min: 0, max: 7 }) }),
    fc.record({ size: fc.constantFrom(0x7FFFFFFF, 0xFFFFFFFF, 0x10000000, 0x0FFFFFFF, 1) }),
    fc.record({ cut: fc.integer({ min: 1, max: 64 }) }),
    fc.record({ put: fc.uint8Array({ minLength: 1, maxLength: 16 }) }),
    fc.constant({ end: true } as const),
  ),
})

function damaged(bytes: Buffer<ArrayBuffer>, { at, how }: Damage): Buffer<ArrayBuffer> {
  const place = Math.floor(at * bytes.length)
  const copy = Buffer.from(bytes)
  if ('byte' in how)
    copy[place] = how.byte
  else if ('bit' in how)
    copy[place] = (copy[place] ?? 0) ^ 1 << how.bit
  else if ('size' in how)
    copy.writeUInt32LE(how.size, Math.max(0, Math.min(place, copy.length - 4)))
  else if ('cut' in how)
    return Buffer.concat([copy.subarray(0, place), copy.subarray(place + how.cut)])
  else if ('put' in how)
    return Buffer.concat([copy.subarray(0, place), how.put, copy.subarray(place)])
  else
    return copy.subarray(0, place)
  return copy
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function held(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

// Red: in codecs/arrow/flatbuffer.ts let `need` return every place unchecked.
it('never crashes on a damaged value, and takes no memory for what it only claims', async () => {
  collect()
  const before = held()
  let runs = 0
  await fc.assert(fc.asyncProperty(
    fc.constantFrom(...seeds),
    fc.array(damage, { minLength: 1, maxLength: 3 }),
    async ({ file, format, bytes }, damages) => {
      const input = damages.reduce<Buffer<ArrayBuffer>>((value, one) =>
        value.length < 4 ? value : damaged(value, one), bytes)
      const start = held()
      try {
        await convert(input, format, format === 'json' ? 'msgpack' : 'json', 1_000_000)
      }
      catch (error) {
        if (!(error instanceof FormatFault))
          throw error
        expect(error.message, file).toMatch(/^[A-Z].*\.$/s)
      }
      expect(held() - start, file).toBeLessThan(room)
      if (++runs % 500 === 0)
        collect()
    },
  ), { numRuns })
  collect()
  expect(held() - before).toBeLessThan(room)
}, 1_200_000)
