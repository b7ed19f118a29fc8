import type { DiffLines } from '../../../src/renderer/src/views/snapshots/diff-lines'
import { expect, it } from 'vitest'
import { createDiffLines } from '../../../src/renderer/src/views/snapshots/diff-lines'

function entry(sign: string, key: string, text = ''): string {
  return `${sign}{"cache":"a","key":${JSON.stringify(key)},"value":{"text":"${text}"}}\n`
}

function linesOf(file: string, { size = file.length, most = 100 } = {}): DiffLines {
  const { take, lines } = createDiffLines(most)
  for (let at = 0; at < file.length; at += size)
    take(file.slice(at, at + size))
  return lines()
}

function shapes({ rows }: DiffLines): string[] {
  return rows.map(row =>
    row.kind === 'removed' ? `-${row.before}/${row.pair}` : row.kind === 'added' ? `+${row.after}/${row.pair}` : '')
}

// Red, row by row: in src/renderer/src/views/snapshots/diff-lines.ts pair every two lines; pair
// none; let `subject` end at the first quotation mark.
it.each([
  ['one that is gone', entry('-', 'x'), ['-0/undefined']],
  ['one that is new', entry('+', 'x'), ['+0/undefined']],
  ['one that changed', entry('-', 'x', '1') + entry('+', 'x', '2'), ['-0/0', '+0/0']],
  ['one that is gone before one that is new', entry('-', 'x') + entry('+', 'y'), ['-0/undefined', '+0/undefined']],
  ['keys with quotation marks', entry('-', 'a"b') + entry('+', 'a"c'), ['-0/undefined', '+0/undefined']],
  ['settings that changed', '-{"larder":"snapshot","x":1}\n+{"larder":"snapshot","x":2}\n', ['-0/0', '+0/0']],
])('shows %s', (_, file, rows) => expect(shapes(linesOf(file))).toEqual(rows))

// Red: leave `held +` out.
it.each([1, 2, 7, 1000])('does not mind where parts of %d characters end', (size) => {
  const file = entry('-', 'x', 'old') + entry('+', 'x', 'new') + entry('+', 'ü😀')
  expect(linesOf(file, { size })).toEqual(linesOf(file))
  expect(linesOf(file, { size }).after).toEqual([entry('', 'x', 'new').trimEnd(), entry('', 'ü😀').trimEnd()])
})

// Red: leave `cut` out; compare with `>`.
it.each([[3, false], [2, true]])('keeps at most %d lines, and says whether there are more', (most, cut) => {
  const lines = linesOf(entry('+', 'a') + entry('+', 'b') + entry('+', 'c'), { most, size: 10 })
  expect([lines.rows.length, lines.cut]).toEqual([most, cut])
})

// Red: leave the `slice` of `held` out.
it('keeps the beginning of a line of megabytes', () => {
  const [line = ''] = linesOf(entry('+', 'x', 'v'.repeat(3_000_000)) + entry('-', 'y'), { size: 100_000 }).after
  expect(line.length).toBeLessThan(5000)
})
