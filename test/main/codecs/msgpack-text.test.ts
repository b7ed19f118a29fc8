import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { writePack } from '../../../src/client/message-pack'
import { convert, possibleFormats } from '../../../src/main/codecs/convert'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
async function textOf(bytes: Uint8Array, limit = 100_000): Promise<string> {
  return (await convert(bytes, 'msgpack', 'text', limit)).toString()
}

describe('what the client stores as MessagePack can be read as text', () => {
  it.each<[value: unknown, text: string]>([
    [{ a: undefined }, '{\n  "a": undefined\n}'],
    [new Map<unknown, unknown>([[1, 'x'], [{}, new Set([2n])]]), 'Map {\n  1 => "x",\n  {} => Set [\n    2n\n  ]\n}'],
    [new Map(), 'Map {}'],
    [[], '[]'],
    [[-0, Number.NaN, -Infinity, 1.5, null, true], '[\n  -0,\n  NaN,\n  -Infinity,\n  1.5,\n  null,\n  true\n]'],
    [[new Date(1000), Uint8Array.of(0, 255)], '[\n  1970-01-01T00:00:01.000Z,\n  h\'00ff\'\n]'],
    [{ 'a"': '\u202E\n', '__proto__x': { y: 1 } }, '{\n  "a\\"": "\u202E\\n",\n  "__proto__x": {\n    "y": 1\n  }\n}'],
    [new Date(8.64e15), '+275760-09-13T00:00:00.000Z'],
    [new Date(-62_198_755_200_001), '-000002-12-31T23:59:59.999Z'],
    [-(2n ** 70n), '-1180591620717411303424n'],
  ])('%o', async (value, text) => {
    expect(await textOf(writePack(value))).toBe(text)
  })
})

// Red: in src/main/codecs/msgpack-text.ts let `understood` throw.
it.each([
  ['of another program', 'D4 05 00', 'extension 5 h\'00\''],
  ['that is a Map of one and a half pairs', 'C7 02 01 91 01', 'extension 1 h\'9101\''],
  ['that is a Map of nothing that can be read', 'C7 01 01 C1', 'extension 1 h\'c1\''],
  ['that is a Set and a number', 'D4 02 05', 'extension 2 h\'05\''],
  ['that is a bigint without digits', 'D4 03 61', 'extension 3 h\'61\''],
  ['that is a time of too many nanoseconds', 'D7 FF FFFFFFFFFFFFFFFF', 'extension -1 h\'ffffffffffffffff\''],
  ['that is undefined with something in it', 'D4 04 00', 'extension 4 h\'00\''],
])('an extension %s is shown as its bytes', async (_, bytes, text) => {
  expect(await textOf(hex(bytes))).toBe(text)
})

it('a value that nests extensions without end is cut off, not run', async () => {
  let bytes = hex('C0')
  for (let level = 0; level < 2000; level++) {
    const list = Buffer.concat([hex('91'), bytes])
    bytes = Buffer.concat([hex('C9'), Buffer.alloc(4), hex('02'), list])
    bytes.writeUInt32BE(list.length, 1)
  }
  expect(await textOf(bytes, 10_000_000)).toContain('extension 2 h\'')
})

it('what is broken, or too long as text, is refused', async () => {
  await expect(textOf(hex('92 01'))).rejects.toThrow('Byte 1: needs 2 more bytes, but only 1 follow.')
  await expect(textOf(writePack([undefined, 'x'.repeat(50)]), 40)).rejects.toThrow('more than 40 bytes')
})

it('can be had as nothing else if JSON cannot say it', async () => {
  expect(await possibleFormats(writePack([undefined]), 'msgpack')).toEqual(['text', 'msgpack'])
  expect(await possibleFormats(writePack([new Date(0)]), 'msgpack')).toEqual(['text', 'json', 'msgpack'])
  await expect(possibleFormats(hex('C1'), 'msgpack')).rejects.toThrow('never uses')
})
