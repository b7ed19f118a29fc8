import { expect, it } from 'vitest'
import { barPath, countOverTime, ticksOf } from '../../../src/renderer/src/views/requests/request-bars'
import {
  allTime,
  describeRange,
  isAllTime,
  readRange,
  withRange,
  writeRange,
} from '../../../src/renderer/src/views/requests/time-range'
import { compileRequestFilter } from '../../../src/shared/request-filter'
import { recordOf } from '../../helpers/request-record'

const start = Date.UTC(2026, 0, 1, 12)
const at = (milliseconds: number): string => new Date(start + milliseconds).toISOString()

it('counts requests by the second, and by how they ended', () => {
  const bars = countOverTime([
    recordOf({ at: at(0) }),
    recordOf({ at: at(999), result: 'miss' }),
    recordOf({ at: at(1000), result: 'stale' }),
    recordOf({ at: at(1001), result: 'off', reason: 'cache-off', status: 503 }),
    recordOf({ at: at(1002), result: 'off', reason: 'overloaded', status: 503 }),
    recordOf({ at: at(59_999), result: 'dropped' }),
    // The clock of the server is ahead.
    recordOf({ at: at(90_000), result: 'refused', reason: 'key-invalid', status: 401 }),
    // The oldest one has gone meanwhile.
    recordOf({ at: at(-1) }),
  ], start, start + 59_000 + 1)
  expect(bars).toMatchObject({ first: start / 1000, step: 1, size: 60, most: 3 })
  const counted = Object.entries(bars.counts).flatMap(([tone, counts]) =>
    counts.flatMap((count, bar) => count > 0 ? [[tone, bar, count]] : []))
  expect(counted).toEqual([
    ['hit', 0, 1],
    ['stale', 1, 1],
    ['miss', 0, 1],
    ['other', 59, 1],
    ['off', 1, 1],
    ['failed', 1, 1],
    ['failed', 59, 1],
  ])
  expect(barPath(bars, 'hit')).toBe('M0.08000000000000002 3h0.84v-1h-0.84z')
  expect(barPath(bars, 'miss')).toBe('M0.08000000000000002 2h0.84v-1h-0.84z')
})

it.each([
  [1, 1, 60],
  [100, 1, 100],
  [120, 1, 120],
  [121, 2, 61],
  [3600, 30, 120],
  [86_400, 900, 96],
  [86_400 * 400, 288_000, 120],
])('%d s of log are bars of %d s', (seconds, step, size) => {
  const bars = countOverTime([], start - seconds * 1000, start)
  expect([bars.step, bars.size]).toEqual([step, expect.toSatisfy((bar: number) => Math.abs(bar - size) <= 1)])
  expect(bars.first % step).toBe(0)
  const { times } = ticksOf(bars, 6)
  expect(times.length).toBeLessThanOrEqual(7)
})

it('reads a range from an address, and writes it as other screens link to it', () => {
  const range = readRange('2026-01-01T12:00:00Z', '2026-01-01T12:00:05.5Z')
  expect(range).toEqual({ from: start, to: start + 5500 })
  expect(writeRange(range)).toEqual({ from: '2026-01-01T12:00:00Z', to: '2026-01-01T12:00:05.500Z' })
  expect(writeRange(allTime)).toEqual({ from: undefined, to: undefined })
  for (const [from, to] of [['', ''], ['yesterday', '5'], ['2026-01-01', '2026-99-01T00:00Z'], ['__proto__', '']])
    expect(isAllTime(readRange(from ?? '', to ?? ''))).toBe(true)
})

it('asks for the time as the filter language does', () => {
  const whole = withRange(' result:hit ', { from: start, to: start + 1000 })
  expect(whole).toBe('result:hit time>=2026-01-01T12:00:00Z time<2026-01-01T12:00:01Z')
  const passes = compileRequestFilter(whole)
  expect([-1, 0, 999, 1000].map(moment => passes(recordOf({ at: at(moment) })))).toEqual([false, true, true, false])
  expect(withRange('', allTime)).toBe('')
  expect(withRange('x', { from: null, to: start })).toBe('x time<2026-01-01T12:00:00Z')
})

it('says a range in words', () => {
  const noon = new Date().setHours(12, 0, 0, 0)
  expect(describeRange({ from: noon, to: noon + 5000 })).toBe('12:00:00 – 12:00:05')
  expect(describeRange({ from: noon, to: null })).toBe('Since 12:00:00')
  expect(describeRange({ from: null, to: noon })).toBe('Before 12:00:00')
  expect(describeRange({ from: new Date(2020, 4, 7, 1, 2, 3).getTime(), to: null })).toBe('Since May 7 01:02:03')
})
