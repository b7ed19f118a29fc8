import type { Grade } from '../../bench/verdict'
import { expect, it } from 'vitest'
import { describe as inLines, judge } from '../../bench/verdict'

const [reached, near, missed] = ['reached', 'within the tolerance', 'missed'] as const

function rows(...ratios: number[]): { name: string, ratio: number }[] {
  return ratios.map((ratio, index) => ({ name: `row ${index + 1}`, ratio }))
}

/** Ratios and bytes, with their expected grades. The defaults are 0 bytes and `reached`. */
interface Row { what: string, ratios: number[], bytes?: number, mean?: Grade, of: Grade[], memory?: Grade, all: Grade }

// Red: each figure of `rule` in bench/verdict.ts moved by 0.01, or by 1 B.
it.each<Row>([
  { what: 'the same speed', ratios: [1, 1], of: [reached, reached], all: reached },
  { what: 'limits just met', ratios: [0.93, 1.014], bytes: 4, of: [reached, reached], all: reached },
  { what: 'a row just tolerated', ratios: [0.911, 1.2], of: [near, reached], all: near },
  { what: 'a row nearly good', ratios: [0.929, 1.2], of: [near, reached], all: near },
  { what: 'a slow row', ratios: [0.909, 1.2], of: [missed, reached], all: missed },
  { what: 'a mean just tolerated', ratios: [0.951, 0.951], mean: near, of: [reached, reached], all: near },
  { what: 'a mean nearly good', ratios: [0.969, 0.969], mean: near, of: [reached, reached], all: near },
  { what: 'a slow mean', ratios: [0.949, 0.949], mean: missed, of: [reached, reached], all: missed },
  { what: 'a byte too many', ratios: [1], bytes: 5, of: [reached], memory: missed, all: missed },
  { what: 'fewer bytes', ratios: [1], bytes: -40, of: [reached], all: reached },
])('judges $what', ({ ratios, bytes = 0, mean = reached, of, memory = reached, all }) => {
  const verdict = judge(rows(...ratios), bytes)
  expect(verdict.mean.grade).toBe(mean)
  expect(verdict.rows.map(({ grade }) => grade)).toEqual(of)
  expect(verdict.memory?.grade).toBe(memory)
  expect(verdict.grade).toBe(all)
})

it('takes the mean of ratios geometrically, so that twice and half as fast cancel out', () => {
  expect(judge(rows(2, 0.5), 0).mean.value).toBeCloseTo(1, 12)
})

it('names the rows that fall short, and what was not measured', () => {
  expect(inLines(judge(rows(1, 0.92, 0.5), null))).toEqual([
    'Verdict: missed.',
    '- Geometric mean 0.772, at least 0.97: missed.',
    '- Rows, at least 0.93 each: 1 of 3 reached; row 2 0.920 within the tolerance; row 3 0.500 missed.',
    '- Memory an entry: not measured.',
  ])
  expect(inLines(judge(rows(1), -1.25)).at(-1)).toBe('- Memory an entry −1.3 B, at most 4 B more: reached.')
})
