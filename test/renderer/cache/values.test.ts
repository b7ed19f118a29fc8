import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editorState, textOf } from '../../../src/renderer/src/views/cache/entry/code-editor'
import { readEditable } from '../../../src/renderer/src/views/cache/entry/edit-text'
import { fileNameOf } from '../../../src/renderer/src/views/cache/entry/file-name'
import { bytesPerRow, hexRow, hexRows } from '../../../src/renderer/src/views/cache/values/hex'
import { readJsonRows } from '../../../src/renderer/src/views/cache/values/json-rows'
import { childrenOf, excerptAt, isJsonText } from '../../../src/renderer/src/views/cache/values/json-scan'
import { readValue } from '../../../src/renderer/src/views/cache/values/read-value'
import {
  numericColumns,
  readCsvTable,
  readJsonTable,
  splitLine,
} from '../../../src/renderer/src/views/cache/values/tables'
import { cutRows, isUtf8 } from '../../../src/renderer/src/views/cache/values/text-rows'
import { anyCodePoint } from '../../helpers/any-code-point'

function run<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done)
      return value
  }
}
const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
const never = new AbortController().signal

describe('json', () => {
  it('agrees with JSON.parse about what is JSON', () => {
    const near = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .array(fc.constantFrom(
          '{',
          '}',
          '[',
          ']',
          ',',
          ':',
          '"a"',
          '"\\u00e9"',
          '"\\x"',
          '1',
          '-0',
          '01',
          '1.',
          '1e5',
          '.5',
          'true',
          'True',
          'null',
          ' ',
          '\n',
          '\t',
          '"',
        ))
        .map(parts => parts.join('')),
    )
    fc.assert(fc.property(near, (text) => {
      let valid = true
      try {
        JSON.parse(text)
      }
      catch {
        valid = false
      }
      expect(run(isJsonText(encode(text)))).toBe(valid)
    }), { numRuns: 3000 })
  })

  it('lists the children that JSON.parse finds', () => {
    const value = fc.oneof(
      fc.array(fc.jsonValue()),
      fc.dictionary(fc.string().filter(name => name !== '__proto__'), fc.jsonValue()),
    )
    fc.assert(fc.property(value, fc.constantFrom(0, 2), (parsed, indent) => {
      const bytes = encode(JSON.stringify(parsed, null, indent))
      const children = run(childrenOf(bytes, 0))
      const expected: [string, unknown][] = Object.entries(JSON.parse(JSON.stringify(parsed)) as object)
      const found = Array.from({ length: children.count }, (_, index): [string, unknown] => [
        children.named ? JSON.parse(excerptAt(bytes, children.name(index), 100_000)) as string : String(index),
        JSON.parse(excerptAt(bytes, children.start(index), 100_000)
          .replace(/^\{.*$/s, '{}')
          .replace(/^\[.*$/s, '[]')) as unknown,
      ])
      // Numbers as names are sorted by engines; the tree keeps the order of the text.
      const flat = ([name, inner]: [string, unknown]): string =>
        JSON.stringify([name, typeof inner === 'object' && inner !== null ? Array.isArray(inner) ? [] : {} : inner])
      expect(found.map(flat).sort()).toEqual(expected.map(flat).sort())
    }), { numRuns: 500 })
  })

  it('opens and closes in place, keeps numbers and repeated members as they were written', () => {
    const rows = run(readJsonRows(encode('{"big": 12345678901234567890, "__proto__": {"a": [1.0, []]}, "big": 1e400}')))
    const shown = (): string[] => Array.from({ length: rows.count }, (_, index) => {
      const { depth, name, text, expanded } = rows.at(index)
      return `${' '.repeat(depth)}${name}=${expanded ? '' : text}`
    })
    expect(shown()).toEqual(['big=12345678901234567890', '__proto__={"a": [1.0, []]}', 'big=1e400'])
    run(rows.open(1))
    run(rows.open(2))
    expect(shown()).toEqual(['big=12345678901234567890', '__proto__=', ' a=', '  0=1.0', '  1=[]', 'big=1e400'])
    expect(rows.parent(4)).toBe(2)
    rows.close(1)
    expect(shown()).toHaveLength(3)
  })

  it('stands nesting that no stack could', () => {
    const depth = 1_000_000
    expect(run(isJsonText(encode('['.repeat(depth) + ']'.repeat(depth))))).toBe(true)
    expect(run(isJsonText(encode('['.repeat(depth))))).toBe(false)
    expect(run(readJsonRows(encode('['.repeat(depth) + ']'.repeat(depth)))).at(0).text).toHaveLength(241)
  })
})

describe('text', () => {
  it('shows every byte once, in rows that are short, and never cuts a character', () => {
    fc.assert(fc.property(fc.array(fc.oneof(
      fc.constant('\n'),
      fc.constant('\r\n'),
      fc.string({ unit: anyCodePoint, maxLength: 700 }),
    )), (
      parts,
    ) => {
      const text = parts.join('')
      const bytes = encode(text)
      const rows = run(cutRows(bytes))
      const joined = Array.from({ length: rows.count }, (_, index) =>
        (rows.line(index) !== null && index > 0 ? '\n' : '') + rows.text(index))
        .join('')
      expect(joined).toBe(new TextDecoder('utf-8', { ignoreBOM: true })
        .decode(bytes)
        .replaceAll('\r\n', '\n')
        .replace(/\n$/, ''))
      expect(rows.valid).toBe(true)
    }), { numRuns: 100 })
  })

  it('cuts a megabyte without a break, and says what is no UTF-8', () => {
    const long = run(cutRows(encode('ü'.repeat(500_000))))
    expect(long.count).toBeGreaterThan(1000)
    expect(long.text(0).length).toBeLessThan(600)
    expect([long.line(0), long.line(1)]).toEqual([1, null])
    expect(run(cutRows(new Uint8Array([0x61, 0xFF, 0xFE]))).valid).toBe(false)
    expect(run(cutRows(new Uint8Array())).count).toBe(1)
  })

  // Red: in src/renderer/src/views/cache/values/text-rows.ts leave `longestTail` out.
  it.each([
    ['a character that never begins', 0x80],
    ['the last byte of that kind', 0xBF],
    ['bytes that no text has', 0xFF],
    ['ends of characters that need three more', 0xF0],
    ['zeros', 0],
  ])('keeps rows short without line ends: %s', (_, byte) => {
    const bytes = new Uint8Array(2 ** 20).fill(byte)
    const rows = run(cutRows(bytes))
    const lengths = Array.from({ length: rows.count }, (_, index) => rows.text(index).length)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(515)
    expect(rows.count).toBeLessThanOrEqual(2 ** 11)
    expect(rows.line(rows.count - 1)).toBe(null)
  })

  it('prints bytes as hex', () => {
    const bytes = new Uint8Array(17).map((_, index) => index === 16 ? 0x41 : index)
    expect([16, 8, 4].map(perRow => hexRows(bytes, perRow))).toEqual([2, 3, 5])
    expect(hexRow(bytes, 1, 16)).toMatchObject({ offset: '00000010', text: 'A' })
    expect(hexRow(bytes, 0, 16).hex).toBe('00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f ')
    expect(hexRow(bytes, 1, 8)).toMatchObject({ offset: '00000008', hex: '08 09 0a 0b 0c 0d 0e 0f ' })
    expect(hexRow(bytes, 2, 8)).toMatchObject({ offset: '00000010', hex: '41                      ', text: 'A' })
  })

  it.each([[34, 16], [33.9, 8], [20, 8], [19.9, 4], [0, 4]])('at %d rem there is room for %d bytes', (width, bytes) => {
    expect(bytesPerRow(width)).toBe(bytes)
  })
})

// Red without the `yield` of each loop in text-rows.ts, json-scan.ts and tables.ts.
describe('slices', () => {
  const size = 2 ** 21
  const lines = 'a,b\n'.repeat(size / 4)
  const items = `[${'1,'.repeat(size / 2)}1]`
  const text = JSON.stringify('x'.repeat(size))
  const deep = '['.repeat(size / 2) + ']'.repeat(size / 2)

  it.each<[string, (bytes: Uint8Array) => Generator<void, unknown>, string, passes?: number]>([
    ['lines', cutRows, lines, 2],
    ['one line', cutRows, text, 2],
    ['UTF-8', isUtf8, lines],
    ['items', isJsonText, items],
    ['one string', isJsonText, text],
    ['nesting', isJsonText, deep],
    ['the rows of items', readJsonRows, items],
    ['the rows of a long string', readJsonRows, `[${text}]`],
    ['the rows of nesting', readJsonRows, deep],
    ['the table of items', readJsonTable, `[{}${',{}'.repeat(size / 3)}]`],
    ['the table of lines', readCsvTable, lines],
  ])('pauses at least once in 64 KiB: %s', (_, work, value, passes = 1) => {
    const bytes = encode(value)
    const steps = work(bytes)
    let pauses = 0
    while (!steps.next().done)
      pauses++
    expect(pauses).toBeGreaterThanOrEqual(passes * Math.floor(bytes.length / 65_536))
  })
})

describe('editing', () => {
  it('gives back the same bytes when nothing was touched', () => {
    const text = fc
      .array(fc.oneof(
        fc.constantFrom('\n', '\r\n', '\r', '\u2028', '\u0000', '\uFEFF', '\u0085'),
        fc.string({ unit: anyCodePoint }).map(part => part.toWellFormed()),
      ))
      .map(parts => parts.join(''))
    fc.assert(fc.property(text, (written) => {
      const bytes = encode(written)
      const editable = readEditable(bytes)
      expect(editable).toBeDefined()
      if (editable)
        expect(encode(textOf(editorState(editable.text, editable.separator)))).toEqual(bytes)
    }), { numRuns: 500 })
    expect(readEditable(new Uint8Array([0xC3, 0x28]))).toBe(undefined)
  })

  it('keeps the line ends of lines that nobody touched', () => {
    const { text, separator } = readEditable(encode('a\r\nb\nc\r\n')) ?? { text: '', separator: '\n' }
    const state = editorState(text, separator)
    const changed = state.update({ changes: { from: 0, to: 1, insert: 'A' } }).state
    expect(textOf(changed)).toBe('A\r\nb\nc\r\n')
  })
})

describe('tables', () => {
  it('reads an array of objects, also with different members', () => {
    const table = run(readJsonTable(encode('[{"id":1,"name":"Boot"},{"id":2,"price":{"eur":3}}]')))
    expect(table?.columns).toEqual(['id', 'name', 'price'])
    expect([table?.row(0), table?.row(1)]).toEqual([['1', 'Boot', ''], ['2', '', '{"eur":3}']])
    for (const other of ['[]', '[1]', '{"a":1}', '[{},{}]', '[[]]'])
      expect(run(readJsonTable(encode(other)))).toBe(undefined)
  })

  it('reads CSV with quotes, line ends inside of them, and other separators', () => {
    // Red: in src/renderer/src/views/cache/values/tables.ts let `every` be `some`.
    const kinds = run(readCsvTable(encode('id,price,version,mixed,none\n1,"1,234.50",1.2.3,4,\n-2,3e9,1.2.4,x,\n')))
    expect(kinds && [...numericColumns(kinds)]).toEqual([0, 1])
    const table = run(readCsvTable(encode('a;b\r\n"x\ny";"say ""hi"""\r\nlast;\r\n')))
    expect(table?.count).toBe(2)
    expect([table?.row(0), table?.row(1)]).toEqual([['x\ny', 'say "hi"'], ['last', '']])
    expect(splitLine('a,"b,c",', ',')).toEqual(['a', 'b,c', ''])
  })
})

it('finds the views that fit', async () => {
  const views = async (bytes: Uint8Array<ArrayBuffer>, type: string): Promise<string[]> =>
    (await readValue(bytes, type, never)).views
  expect(await views(encode('{"a":1}'), 'text/plain')).toEqual(['json', 'text', 'hex'])
  expect(await views(encode('[{"a":1}]'), 'application/json')).toEqual(['json', 'table', 'text', 'hex'])
  expect(await views(encode('a,b\n1,2'), 'text/csv; charset=utf-8')).toEqual(['table', 'text', 'hex'])
  expect(await views(new Uint8Array([0, 0xFF]), 'application/octet-stream')).toEqual(['hex', 'text'])
  expect(await views(encode('<svg/>'), 'image/svg+xml')).toEqual(['image', 'text', 'hex'])
  expect(await views(new Uint8Array(), 'image/png')).toEqual(['text', 'hex'])
})

it('names files so that every system can keep them', () => {
  expect(fileNameOf('../../etc/passwd', 'text/plain')).toBe('etc_passwd.txt')
  expect(fileNameOf('user:1', 'application/vnd.api+json; charset=utf-8')).toBe('user_1.json')
  expect(fileNameOf('logo.png', 'image/png')).toBe('logo.png')
  expect(fileNameOf('***', 'constructor')).toBe('value.bin')
})
