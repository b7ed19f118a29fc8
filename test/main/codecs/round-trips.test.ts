import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codecs, tableIn } from '../../../src/main/codecs/codecs'
import { convert } from '../../../src/main/codecs/convert'
import { namesOf } from '../../../src/shared/rows'
import { randomTable, shown, through } from './random-tables'
import { wideTable } from './written-table'

/** Tables for each pair of formats. */
const numRuns = process.env.LARDER_HARD === '1' ? 1000 : 50
const limit = 1_000_000
const names = namesOf(codecs)

async function read(format: typeof names[number], bytes: Uint8Array): Promise<unknown> {
  return shown(tableIn((await codecs[format]()).read(bytes)))
}

// Red: in codecs/json.ts let numberText write String(value) for every number.
describe.each(names)('%s', (from) => {
  it.each(names)('to %s and back keeps what docs/codecs.md promises', async (to) => {
    await fc.assert(fc.asyncProperty(randomTable, async (table) => {
      const first = (await codecs[from]()).write({ table }, limit)
      const once = through(from, table)
      expect(await read(from, first), 'read').toEqual(shown(once))
      // A Parquet file has a column.
      if (once.columns.length === 0 && to === 'parquet')
        return
      const other = await convert(first, from, to, limit)
      const twice = through(to, once)
      expect(await read(to, other), 'converted').toEqual(shown(twice))
      if (twice.columns.length === 0 && from === 'parquet')
        return
      expect(await read(from, await convert(other, to, from, limit)), 'back').toEqual(shown(through(from, twice)))
    }), { numRuns })
  })
})

// Red: in codecs/parquet/thrift-write.ts write the length of a list only if it is above 15.
it.each(['parquet', 'arrow', 'msgpack', 'csv'] as const)('%s holds many columns', async (format) => {
  const bytes = (await codecs[format]()).write({ table: wideTable }, limit)
  expect(await read(format, bytes)).toEqual(shown(wideTable))
})
