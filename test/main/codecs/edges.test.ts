import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { codecs, tableIn } from '../../../src/main/codecs/codecs'
import { convert, possibleFormats } from '../../../src/main/codecs/convert'

const limit = 1_000_000
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

// Red: in src/main/codecs/table.ts leave the names out of `checkTyped`.
it.each(['csv', 'arrow', 'arrow-stream', 'parquet'] as const)('%s takes no half of a character as a name', (to) => {
  const bytes = Buffer.from('[{"\\ud800":1,"\\udfff":2}]')
  return expect(convert(bytes, 'json', to, limit)).rejects.toThrow('half a surrogate pair')
})

// Red: in src/main/codecs/convert.ts leave `canBe` out.
it('lists only the formats that a value can really be had in', async () => {
  expect(await possibleFormats(json([{ a: 1 }, { a: 'x' }]), 'json')).toEqual(['text', 'json', 'ndjson', 'msgpack'])
  expect(await possibleFormats(json([{ a: 1 }]), 'json')).toContain('parquet')
  await expect(possibleFormats(Buffer.from('PAR1no'), 'parquet')).rejects.toThrow('PAR1')
})

// Red: in src/main/codecs/codecs.ts let ndjson read or write a table.
describe('rows that are not flat', () => {
  const rows = [{ a: 1, tags: ['x', { deep: null }] }, { b: { c: true } }]
  const lines = Buffer.from(rows.map(row => `${JSON.stringify(row)}\n`).join(''))

  it('pass between JSON, NDJSON and MessagePack as they are', async () => {
    expect(String(await convert(lines, 'ndjson', 'json', limit))).toBe(JSON.stringify(rows))
    const packed = await convert(lines, 'ndjson', 'msgpack', limit)
    expect(String(await convert(packed, 'msgpack', 'ndjson', limit))).toBe(String(lines))
    expect(await possibleFormats(lines, 'ndjson')).toEqual(['text', 'json', 'ndjson', 'msgpack'])
    expect(await possibleFormats(json(rows), 'json')).toEqual(['text', 'json', 'ndjson', 'msgpack'])
  })

  it('are named where a format has columns', () =>
    expect(convert(lines, 'ndjson', 'csv', limit)).rejects.toThrow('Row 1, column "tags": holds a list or an object'))

  it.each([['[1]'], ['1'], ['{}\n"x"']])('%j is no NDJSON', async (text) => {
    await expect(convert(Buffer.from(text), 'ndjson', 'json', limit)).rejects.toThrow('must be an object')
    expect(await possibleFormats(json([1]), 'json')).not.toContain('ndjson')
  })
})

// Red: in src/main/codecs/convert.ts let `possibleFormats` fail for any broken value.
it.each([
  ['csv', 'a,b\n1\n'],
  ['csv', 'a,a\n1,2\n'],
  ['json', '{'],
] as const)('a broken %s can be had as text', async (format, text) => {
  expect(await possibleFormats(Buffer.from(text), format)).toEqual(['text', format])
  await expect(possibleFormats(Buffer.from([0xFF]), format)).rejects.toThrow('UTF-8')
})

// Red: in src/main/codecs/table.ts leave `empty` out.
describe.each(['arrow', 'arrow-stream', 'parquet'] as const)('%s', (format) => {
  it.each(['integer', 'boolean', 'moment', 'day', 'bytes', 'number', 'text'] as const)(
    'keeps the type of a column of %s without a value',
    async (type) => {
      const codec = await codecs[format]()
      for (const cells of [[], [null, null]]) {
        const table = { rows: cells.length, columns: [{ name: 'a', type, cells }] }
        expect(tableIn(codec.read(codec.write({ table }, limit))).columns).toMatchObject([{ name: 'a', type }])
      }
    },
  )
})
