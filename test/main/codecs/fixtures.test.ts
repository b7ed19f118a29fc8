import type { Scalar } from '../../../src/main/codecs/values'
import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { codecs, tableIn } from '../../../src/main/codecs/codecs'
import { convert } from '../../../src/main/codecs/convert'
import { CalendarDay, Moment, writeTime } from '../../../src/main/codecs/values'
import { formatOfFile } from '../../../src/shared/formats'
import { shown } from './random-tables'
import { writtenTable } from './written-table'

const folder = join(import.meta.dirname, '../../fixtures/codecs')

/** Cells by column, with bytes in hex and times as text. */
async function readFixture(file: string): Promise<Record<string, unknown[]>> {
  const format = formatOfFile(file)
  if (format === undefined || format === 'text')
    expect.fail(`${file} has no known ending`)
  const { columns } = tableIn((await codecs[format]()).read(readFileSync(join(folder, file))))
  return Object.fromEntries(columns.map(({ name, cells }) => [name, cells.map(plain)]))
}

function plain(cell: Scalar): unknown {
  if (cell instanceof Uint8Array)
    return Buffer.from(cell).toString('hex')
  return cell instanceof Moment || cell instanceof CalendarDay ? writeTime(cell) : cell
}

const table = {
  id: [1, 9007199254740993n, null, -5],
  small: [1, 255, 0, null],
  price: [1.5, Number.NaN, null, -0],
  single: [0.5, null, 2, 3.25],
  ok: [true, false, null, true],
  name: ['a', 'ü😀', '', null],
  kind: ['x', 'y', 'x', null],
  at: ['2026-11-30T01:02:03.000004Z', null, '1969-12-31T23:59:59.999999Z', '2000-01-01T00:00:00.000Z'],
  day: ['2026-11-30', null, '1900-01-01', '2000-02-29'],
  raw: ['00ff', null, '', '616263'],
  cost: [12.3, null, -0.05, 1000],
}
const { kind: _, ...withoutKind } = table
const days = ['2026-11-30', '2026-12-01', '2026-12-02', '2026-12-03', '2026-12-04']
const duckdb = {
  id: [0, 1, 2, 3, 4],
  price: [0, 0.25, 0.5, 0.75, 1],
  name: [null, 'name 1', 'name 0', null, 'name 0'],
  ok: [true, false, true, false, true],
  at: days.map(day => `${day}T01:02:03.000004Z`),
  day: days,
}

// Red: in codecs/packing/lz4.ts let `length` be `longer(token & 15) + 3`.
describe('files of other programs', () => {
  it.each<[string, Record<string, unknown[]>]>([
    ['pyarrow-lz4.feather', table],
    ['pyarrow-zstd.feather', table],
    ['pyarrow.arrows', table],
    ['pyarrow-snappy.parquet', table],
    ['pyarrow-zstd.parquet', table],
    ['pyarrow-gzip.parquet', table],
    ['pyarrow-brotli.parquet', table],
    ['pyarrow-lz4.parquet', table],
    ['pyarrow-encodings.parquet', withoutKind],
    ['duckdb-snappy.parquet', duckdb],
    ['duckdb-zstd.parquet', duckdb],
    ['pyarrow-types.arrow', {
      view: ['a', 'a name longer than twelve bytes', null, ''],
      large: ['x', null, 'y', 'z'],
      none: [null, null, null, null],
      time: ['00:00:00.001000', null, '01:02:03.000004', '00:00:00'],
      fixed: ['6162', null, '6364', '6566'],
      ns: ['1970-01-01T00:00:00.000Z', null, '2023-11-14T22:13:20.123456Z', '1969-12-31T23:59:59.999999Z'],
      u64: [18446744073709551615n, 1, null, 0],
      half: [1.5, null, -2, 0.25],
    }],
    ['msgpack-python.msgpack', {
      id: [1, 70000],
      name: ['a', 'x'.repeat(300)],
      price: [1.5, -0],
      ok: [true, false],
      raw: ['00ff', ''],
      at: ['2026-11-30T01:02:03.000004Z', '1969-12-31T23:59:59.999999Z'],
      none: [null, null],
      big: [9007199254740993n, -9223372036854775808n],
      neg: [-129, -32],
    }],
  ])('%s', async (file, expected) => {
    expect(await readFixture(file)).toEqual(expected)
  })

  it('refuses a column of lists in words', async () => {
    await expect(readFixture('pyarrow-nested.parquet')).rejects.toMatchObject({
      name: 'FormatFault',
      kind: 'unfit',
      message: 'The column "a" holds lists or objects, which Larder does not read from Parquet.',
    })
  })
})

// Red: in codecs/parquet/write.ts write the logical type of text as that of JSON (12).
describe('what Larder writes, which other programs have read', () => {
  it.each([
    ['table.parquet', 'parquet'],
    ['table.arrow', 'arrow'],
    ['table.arrows', 'arrow-stream'],
    ['table.msgpack', 'msgpack'],
    ['table.csv', 'csv'],
    ['table.json', 'json'],
  ] as const)('%s', async (file, format) => {
    const bytes = (await codecs[format]()).write({ table: writtenTable }, 1_000_000)
    expect(Buffer.compare(bytes, readFileSync(join(folder, 'written', file))), file).toBe(0)
  })

  it('is the same table whether it comes from Arrow or Parquet', async () => {
    const parquet = await convert(readFileSync(join(folder, 'written/table.arrow')), 'arrow', 'parquet', 1_000_000)
    expect(shown(tableIn((await codecs.parquet()).read(parquet)))).toEqual(shown(writtenTable))
  })
})
