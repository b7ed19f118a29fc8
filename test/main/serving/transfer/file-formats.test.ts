import type { ImportFormat } from '../../../../src/shared/imports'
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createProgress } from '../../../../src/main/base/progress'
import { exportEntries } from '../../../../src/main/serving/jobs/export'
import { readEntryFile } from '../../../../src/main/serving/transfer/read-file'
import { decodeKey } from '../../../../src/shared/entry-key'
import { LarderError } from '../../../../src/shared/errors'
import { importFormatNames } from '../../../../src/shared/imports'
import { exportFormats } from '../../../../src/shared/jobs'
import { limits } from '../../../../src/shared/limits'
import { readable } from '../../../helpers/readable-text'
import { setUp } from '../setup'

/** Key, value and options of each entry, or what is wrong. */
async function read(text: string | Buffer, format: ImportFormat, most?: number): Promise<unknown[]> {
  const found: unknown[] = []
  try {
    const file = await readEntryFile(readable(text, most), format, limits.value)
    for await (const frames of file.frames) {
      for (const frame of frames) {
        const item = file.read(frame)
        if ('fault' in item)
          found.push(item.fault.message)
        else
          found.push([item.entry.key, item.entry.value.toString(), item.entry.options])
      }
    }
  }
  catch (error) {
    if (!(error instanceof LarderError))
      throw error
    expect(error.code).toBe('bad-file')
    found.push(error.message)
  }
  return found
}

const plain = { contentType: 'text/plain; charset=utf-8' }
const bytes = { contentType: 'application/octet-stream' }
const json = { contentType: 'application/json' }
const header = '{"larder":"snapshot","schema":1,"caches":{"c":{"ttl":1}}}'

describe('what is read', () => {
  it.each<[string, ImportFormat, string, unknown[]]>([
    ['nothing', 'ndjson', '', []],
    ['blank lines', 'ndjson', '\n \r\n{"key":"a","value":"b"}\r\n\n', [['a', 'b', plain]]],
    ['a byte order mark', 'ndjson', '\uFEFF{"key":"a","value":{"text":"b"}}', [['a', 'b', plain]]],
    ['bytes and a key of bytes', 'ndjson', '{"key":"\\udcff","value":{"base64":"AA=="}}', [['\uDCFF', '\0', bytes]]],
    ['times', 'ndjson', '{"key":"a","value":"","ttl":"5m","grace":1}', [['a', '', { ...plain, ttl: 300, grace: 1 }]]],
    ['a header', 'snapshot', `${header}\n{"cache":"c","key":"a","value":"b","kind":"zset"}`, [
      ['a', 'b', { ...plain, kind: 'zset' }],
    ]],
    ['an empty list', 'json', ' [ ] ', []],
    ['a list', 'json', '[{"key":"a","value":"],\\"{"},\n{"key":"b","value":"c"}]\n', [
      ['a', '],"{', plain],
      ['b', 'c', plain],
    ]],
    ['an empty object', 'key-value', '{}', []],
    ['texts by key', 'key-value', '{"a":"b", "__proto__":"c","\\u00fc":"\\ud83d\\ude00"}', [
      ['a', 'b', plain],
      ['__proto__', 'c', plain],
      ['ü', '😀', plain],
    ]],
    ['other values by key', 'key-value', '{"a":{"b":[1, 1e400]},"c":12345678901234567890,"d":null,"e:":true}', [
      ['a', '{"b":[1, 1e400]}', json],
      ['c', '12345678901234567890', json],
      ['d', 'null', json],
      ['e:', 'true', json],
    ]],
    ['a table', 'csv', 'key,value\na,1\n"b,""",\n', [['a', '1', plain], ['b,"', '', plain]]],
    ['all columns, in another order', 'csv', [
      'tags,grace,ttl,contentType,base64,value,keyBase64,key',
      '"[""a,b""]",5,12.5,application/json,,{},,k',
      'a,,none,,/w==,,/w==,',
      '"a, b",9,-2,,,"x\r\ny",,k2',
    ].join('\r\n'), [
      ['k', '{}', { ...json, ttl: 12.5, grace: 5, tags: ['a,b'] }],
      ['\uDCFF', '\uFFFD', { ...bytes, ttl: null, tags: ['a'] }],
      ['k2', 'x\r\ny', { ...plain, ttl: -2, givenTtl: 0, grace: 9, tags: ['a', 'b'] }],
    ]],
  ])('%s (%s)', async (_, format, text, entries) => {
    for (const most of [undefined, 1, 3])
      expect(await read(text, format, most)).toEqual(entries)
  })
})

// Red: in json-items.ts, csv-rows.ts or json-frame.ts of src/main/serving/transfer/ leave out the
// check.
describe('what is refused', () => {
  it.each<[string, ImportFormat, string | Buffer, string]>([
    ['no JSON', 'ndjson', '{"key":', 'Line 1: must be JSON: '],
    ['the second line', 'ndjson', '{"key":"a","value":"b"}\n[]', 'Line 2: '],
    ['no UTF-8', 'ndjson', Buffer.from([0x22, 0xFF, 0x22]), 'Line 1: must be UTF-8.'],
    ['deep JSON', 'ndjson', '['.repeat(100_000), 'Line 1: is nested too deeply.'],
    ['many values', 'ndjson', `[${'1,'.repeat(2000)}1]`, 'Line 1: has too many values.'],
    ['no key', 'ndjson', '{"value":"a"}', 'Line 1: key: '],
    ['an empty key', 'ndjson', '{"key":"","value":"a"}', 'Line 1: key: must not be empty.'],
    ['a long key', 'ndjson', `{"key":"${'ü'.repeat(513)}","value":"a"}`, 'Line 1: key: must be at most 1,024 bytes.'],
    ['half a surrogate pair', 'ndjson', '{"key":"\\ud800","value":"a"}', 'Line 1: key: must be well-formed Unicode'],
    ['no value', 'ndjson', '{"key":"a"}', 'Line 1: value: '],
    ['a number as value', 'ndjson', '{"key":"a","value":1}', 'Line 1: value: must be a text'],
    ['no base64', 'ndjson', '{"key":"a","value":{"base64":"%"}}', 'Line 1: value.base64: '],
    ['a prototype', 'ndjson', '{"key":"a","value":"b","__proto__":{}}', 'Line 1: __proto__: unknown field.'],
    ['an unknown field', 'ndjson', '{"key":"a","value":"b","path":"/etc/passwd"}', 'Line 1: path: unknown field.'],
    ['keep', 'ndjson', '{"key":"a","value":"b","ttl":"keep"}', 'Line 1: ttl: must be a time, none or left out.'],
    ['a life that is over', 'ndjson', '{"key":"a","value":"b","ttl":-5,"givenTtl":9,"grace":2}', 'Line 1: ttl: '],
    ['many tags', 'ndjson', `{"key":"a","value":"b","tags":[${'"t",'.repeat(16)}"t"]}`, 'Line 1: tags: '],
    ['a long tag', 'ndjson', `{"key":"a","value":"b","tags":["${'t'.repeat(129)}"]}`, 'Line 1: tags: '],
    ['a content type that is none', 'ndjson', '{"key":"a","value":"b","contentType":"a\\nb"}', 'Line 1: contentType: '],
    ['a kind that is none', 'ndjson', '{"key":"a","value":"b","kind":"list"}', 'Line 1: kind: must be one of bytes'],
    ['flags beyond 32 bits', 'ndjson', '{"key":"a","value":"b","flags":4294967296}', 'Line 1: flags: must be at most'],
    ['nothing', 'snapshot', '\n', 'Line 1: must be the header of a snapshot, but there is nothing.'],
    ['no header', 'snapshot', '{"key":"a","value":"b"}', 'Line 1: larder: must be snapshot'],
    ['a list as header', 'snapshot', '[]', 'Line 1: '],
    ['a later schema', 'snapshot', header.replace('1', '2'), 'Line 1: has schema 2, but this Larder reads up to 1; '],
    ['a schema that is none', 'snapshot', header.replace('1', '"1"'), 'Line 1: schema: must be a whole number.'],
    ['a name of a cache', 'snapshot', header.replace('"c"', '"../c"'), 'Line 1: caches.../c: '],
    ['a name that no cache has', 'snapshot', header.replace('"c"', '"a/b"'), 'Line 1: caches.a/b: '],
    ['a list of caches', 'snapshot', header.replace('{"c":', '[').replace('}}}', '}]}'), 'Line 1: caches: must be '],
    ['a setting', 'snapshot', header.replace('"ttl":1', '"ttl":-1'), 'Line 1: caches.c.ttl: TTL must be '],
    ['an unknown setting', 'snapshot', header.replace('"ttl":1', '"ttl":1,"path":""'), 'Line 1: caches.c.path: '],
    ['an object for a list', 'json', '{}', 'Entry 1: must begin a JSON list.'],
    ['nothing for a list', 'json', ' ', 'Entry 1: must begin a JSON list.'],
    ['a list without end', 'json', '[{"key":"a","value":"b"}', 'Entry 1: the JSON list has no end.'],
    ['more after the end', 'json', '[] []', 'Entry 2: something follows the end.'],
    ['a comma too many', 'json', '[{"key":"a","value":"b"},]', 'Entry 2: must be JSON: '],
    ['a comma alone', 'json', '[,]', 'Entry 2: must be JSON: '],
    ['a list of lists', 'json', `[${'['.repeat(100_000)}`, 'Entry 1: the JSON list has no end.'],
    ['deep JSON in a list', 'json', `[${'['.repeat(1000)}${']'.repeat(1001)}`, 'Entry 1: is nested too deeply.'],
    ['a list for an object', 'key-value', '[]', 'Entry 1: must begin a JSON object.'],
    ['no colon', 'key-value', '{"a"}', 'Entry 1: must be JSON: '],
    ['an empty key of an object', 'key-value', '{"":"a"}', 'Entry 1: key: must not be empty.'],
    ['half a pair', 'key-value', '{"a":"\\ud800"}', 'Entry 1: value: '],
    ['no columns', 'csv', '', 'Row 1: must name the columns, but there is nothing.'],
    ['an unknown column', 'csv', 'key,colour\n', 'Row 1: column 2 must be another one of key, '],
    ['a column twice', 'csv', 'key,value,key\n', 'Row 1: column 3 must be another one of key, '],
    ['no column key', 'csv', 'value\n', 'Row 1: must name the column key.'],
    ['no column value', 'csv', 'key\n', 'Row 1: must name the column value.'],
    ['a short row', 'csv', 'key,value\na\n', 'Row 2: must have as many cells as the first row, 2, but has 1.'],
    ['a quote that is not closed', 'csv', 'key,value\na,"b\n', 'Row 2: column 2: the quote is never closed.'],
    ['a quote in a cell', 'csv', 'key,value\na,b"c"\n', 'Row 2: column 2: a quote stands inside a cell'],
    ['a TTL that is none', 'csv', 'key,value,ttl\na,b,soon\n', 'Row 2: ttl: '],
    ['tags that are none', 'csv', 'key,value,tags\na,b,[1\n', 'Row 2: column tags: '],
  ])('%s (%s)', async (_, format, text, fault) => {
    const found = await read(text, format)
    expect(found.at(-1)).toEqual(expect.stringContaining(fault))
    expect(String(found.at(-1)).indexOf(fault)).toBe(0)
  })
})

// Red: in src/main/serving/jobs/export-formats.ts leave out the quotes around a value.
it.each(exportFormats)('an export as %s has what can be imported again', async (format) => {
  const anyBytes = fc.oneof(fc.uint8Array(), fc.string({ unit: 'binary' }), fc.constantFrom('', '12', '"', 'a,\r\n"b"'))
    .map(value => Buffer.from(value as string))
  const entries = fc.uniqueArray(fc.record({
    key: fc.uint8Array({ minLength: 1 }).map(decodeKey),
    value: anyBytes,
    ttl: fc.option(fc.integer({ min: 1, max: 10_000 })),
    grace: fc.nat(5),
    tags: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 2 }),
  }), { selector: ({ key }) => key })
  await fc.assert(fc.asyncProperty(entries, fc.constantFrom(1, 5, undefined), async (given, most) => {
    const { mount, clock, engine } = setUp()
    for (const { key, value, ...options } of given)
      mount.cache.set(key, Buffer.from(value), options)
    let text = ''
    const progress = createProgress()
    const write = async (piece: string): Promise<void> => void (text += piece)
    await exportEntries({ entries: mount.cache.chosen(null, progress), format, write }, progress, clock.stopwatch)
    const found = await read(text, format, most) as [string, string, { ttl: number, grace?: number, tags?: string[] }][]
    expect(found.map(([key, value, { ttl, grace = 0, tags = [] }]) => ({ key, value, ttl, grace, tags })))
      .toEqual(given.map(entry => ({ ...entry, value: entry.value.toString() })))
    await engine.dispose()
  }), { numRuns: 100 })
})

/** Small here; the hard tier has a hundred thousand. */
const numRuns = process.env.LARDER_HARD === '1' ? 20_000 : 200

// Red: in src/main/serving/transfer/read-file.ts let `readerOf` throw what `read` throws.
it.each(importFormatNames)('broken files of %s end with a sentence', async (format) => {
  const sound: Record<ImportFormat, string> = {
    'snapshot': `${header}\n{"cache":"c","key":"a","value":{"text":"b"},"ttl":1,"tags":["x"]}\n`,
    'ndjson': '{"key":"\\udcff","value":{"base64":"AA=="},"ttl":"5m"}\n{"key":"a","value":"b"}\n',
    'json': '[{"key":"a","value":{"text":"b"}},{"key":"b","value":""}]',
    'csv': 'key,keyBase64,value,base64,ttl,tags\r\na,,"b\n",,5,"[""x""]"\r\n,/w==,,AA==,none,x',
    'key-value': '{"a":"b","c":{"d":[1,2]},"e":null}',
  }
  const pieces = fc.oneof(
    fc.constantFrom(...'"{}[],:\\\n\r\0\uFEFF', '__proto__', '\\ud800', '1e999'),
    fc.uint8Array({ maxLength: 4 }),
  )
  const edit = fc.record({ at: fc.nat(200), remove: fc.nat(3), insert: pieces })
  const edits = fc.array(edit, { minLength: 1, maxLength: 4 })
  await fc.assert(fc.asyncProperty(edits, fc.constantFrom(1, 2, 50, undefined), async (changes, most) => {
    let file = Buffer.from(sound[format])
    for (const { at, remove, insert } of changes) {
      const place = Math.min(at, file.length)
      file = Buffer.concat([file.subarray(0, place), Buffer.from(insert as string), file.subarray(place + remove)])
    }
    for (const found of await read(file, format, most))
      expect(typeof found === 'string' ? /^(?:Line|Entry|Row) [\d,]+: .+\.$/s.test(found) : found).toBeTruthy()
  }), { numRuns })
})
