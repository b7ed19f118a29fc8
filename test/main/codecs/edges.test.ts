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
