import type { DiffRow } from '../../../../src/renderer/src/views/cache/entry/diff-rows'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compare, mostLines } from '../../../../src/renderer/src/views/cache/entry/compare'
import { diffRows, markLine } from '../../../../src/renderer/src/views/cache/entry/diff-rows'
import { diffLines, mostEdits } from '../../../../src/renderer/src/views/cache/entry/line-diff'
import { run, turnsOf } from './run'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const numbers = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => String(from + index))

/** Length of the longest common subsequence, by the table that everybody knows. */
function commonLines(a: readonly string[], b: readonly string[]): number {
  let row = [0, ...b.map(() => 0)]
  for (const line of a) {
    const next: number[] = [0]
    for (const [index, other] of b.entries())
      next.push(line === other ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0))
    row = next
  }
  return row.at(-1) ?? 0
}

describe('diffLines', () => {
  it('turns one text into the other with the fewest lines', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 })
    fc.assert(fc.property(text, text, (before, after) => {
      const changes = run(diffLines(before, after))
      const result: string[] = []
      let from = 0
      let edits = 0
      for (const change of changes) {
        result.push(...before.slice(from, change.before[0]), ...after.slice(...change.after))
        from = change.before[1]
        edits += change.before[1] - change.before[0] + change.after[1] - change.after[0]
      }
      expect([...result, ...before.slice(from)]).toEqual(after)
      expect(edits).toBe(before.length + after.length - 2 * commonLines(before, after))
    }), { numRuns: 1000 })
  })

  // Red without `mostEdits` or without the `yield` in line-diff.ts.
  it('limits its work, and does it in turns', () => {
    const [before, after] = [numbers(50_000), numbers(50_000, 50_000)]
    expect(run(diffLines(before, after))).toEqual([{ before: [0, 50_000], after: [0, 50_000] }])
    const turns = turnsOf(diffLines(before, after))
    expect(turns).toBeGreaterThan(mostEdits ** 2 / 2 / 16_384 - 1)
    expect(turns).toBeLessThan(mostEdits ** 2 / 16_384 + 10)
  })
})

describe('the rows of a comparison', () => {
  const text = ({ kind, ...row }: DiffRow): string => `${kind} ${Object.values(row).join(' ')}`.trim()

  it('fold what did not change, except around a change', () => {
    const before = numbers(20)
    const after = [...numbers(10), 'ten', ...numbers(8, 11), 'more', '19']
    const { rows, places } = diffRows(run(diffLines(before, after)), before.length)
    expect(rows.map(text)).toEqual([
      'folded 7',
      'same 7 7',
      'same 8 8',
      'same 9 9',
      'removed 10 10',
      'added 10 10',
      'same 11 11',
      'same 12 12',
      'same 13 13',
      'folded 2',
      'same 16 16',
      'same 17 17',
      'same 18 18',
      'added 19',
      'same 19 20',
    ])
    expect(places).toEqual([4, 13])
  })

  it('contain every line once', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 })
    fc.assert(fc.property(lines, lines, (before, after) => {
      const { rows } = diffRows(run(diffLines(before, after)), before.length)
      const shown = (side: 'before' | 'after', other: string): number => rows.reduce(
        (sum, row) => sum + (row.kind === 'folded' ? row.count : row.kind === 'same' || row.kind === other ? 1 : 0),
        0,
      ) - (side === 'before' ? before : after).length
      expect([shown('before', 'removed'), shown('after', 'added')]).toEqual([0, 0])
    }))
  })

  it.each([
    ['"price": 31.95,', '"price": 31.90,', { start: '"price": 31.9', changed: '5', end: ',' }],
    ['a', 'a ', { start: 'a', changed: '', end: '' }],
    ['a ', 'a', { start: 'a', changed: ' ', end: '' }],
    ['aa', 'a', { start: 'a', changed: 'a', end: '' }],
    ['😀', '😁', { start: '', changed: '😀', end: '' }],
    ['alone', undefined, { start: 'alone', changed: '', end: '' }],
  ])('mark what differs in %j', (line, other, marked) => {
    expect(markLine(line, other)).toEqual(marked)
  })

  it('cut a long line around what differs', () => {
    const { start, changed, end } = markLine(`${'x'.repeat(5000)}1${'y'.repeat(5000)}`, 'x'.repeat(5000))
    expect([start.length, changed.startsWith('1'), changed.length, end]).toEqual([61, true, 401, ''])
  })
})

describe('compare', () => {
  const kindOf = (before: Uint8Array, after: Uint8Array): string => run(compare(before, after)).kind

  it.each([
    ['the same bytes', encode('a'), encode('a'), { kind: 'equal' }],
    ['the layout of JSON', encode('{"a":[1.0]}'), encode('{\n "a": [1.0]\n}\n'), { kind: 'layout' }],
    ['digits of a number', encode('[1.0]'), encode('[1.00]'), { kind: 'lines', formatted: true, removed: 1, added: 1 }],
    ['text', encode('a\nb\nc'), encode('a\nB\nc'), { kind: 'lines', formatted: false, removed: 1, added: 1 }],
    ['line ends', encode('a\r\nb'), encode('a\nb'), { kind: 'lines', removed: 1, added: 1 }],
    ['broken JSON', encode('[1'), encode('[1]'), { kind: 'lines', formatted: false }],
    ['bytes', new Uint8Array([1, 0xFF, 3]), new Uint8Array([1, 0xFF, 4]), { kind: 'bytes', at: 2 }],
    ['a longer value', new Uint8Array([0xFF]), new Uint8Array([0xFF, 1]), { kind: 'bytes', at: 1 }],
    ['many bytes', encode(`${'x'.repeat(2_000_001)}a`), encode('x'), { kind: 'bytes', at: 1 }],
    ['many lines', encode('\n'.repeat(mostLines)), encode('a'), { kind: 'bytes', at: 0 }],
  ])('tells how values differ: %s', (_, before, after, expected) => {
    expect(run(compare(before, after))).toMatchObject(expected)
  })

  it('finds the changed member of JSON on one line', () => {
    const result = run(compare(encode('{"a":1,"b":2,"c":3}'), encode('{"a":1,"b":20,"c":3}')))
    expect(result.kind === 'lines' && [result.before[2], result.after[2], result.places]).toEqual([
      '  "b": 2,',
      '  "b": 20,',
      [2],
    ])
  })

  it('looks at large values in turns', () => {
    const large = new Uint8Array(2 ** 22)
    expect(turnsOf(compare(large, large.slice()))).toBe(2 ** 22 / 65_536)
    expect(kindOf(large, large.slice(1))).toBe('bytes')
  })
})
