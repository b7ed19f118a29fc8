import { describe, expect, it } from 'vitest'
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatEntries,
  formatLife,
  formatMicroseconds,
  formatMoment,
  formatRate,
  formatRatio,
  formatTtl,
  matchVerb,
} from '../../src/renderer/src/format'

describe('format', () => {
  it.each([[0, 'match'], [1, 'matches'], [2, 'match']])('%d %s', (count, verb) => expect(matchVerb(count)).toBe(verb))
  it.each<[number | null, string]>([
    [null, 'No expiry'],
    [0.5, '0.5 s'],
    [1, '1 s'],
    [59.9, '59.9 s'],
    [60, '1 min'],
    [90, '1 min 30 s'],
    [300, '5 min'],
    [3600, '1 h'],
    [3605, '1 h'],
    [5400, '1 h 30 min'],
    [86_400, '1 d'],
    [90_061, '1 d 1 h'],
    [3_155_760_000, '36,525 d'],
  ])('tTL %s → %s', (ttl, text) => expect(formatTtl(ttl)).toBe(text))
  // Red: in `threeDigits` let `hundredths` leave `minimumFractionDigits` out.
  it.each([
    [0, '0 B'],
    [273, '273 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [1536, '1.54 kB'],
    [9994, '9.99 kB'],
    [9996, '10.0 kB'],
    [11_000, '11.0 kB'],
    [99_949, '99.9 kB'],
    [99_950, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [6_400_000, '6.40 MB'],
    [256_000_000, '256 MB'],
    [1e12, '1.00 TB'],
    [1e15, '1,000 TB'],
    [1e18, '1,000,000 TB'],
  ])('%s bytes → %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
  it.each<[number | null, string]>([
    [null, '–'],
    [0, '0.0%'],
    [1, '100.0%'],
    [0.974, '97.4%'],
  ])('ratio %s → %s', (ratio, text) => expect(formatRatio(ratio)).toBe(text))
  it.each([
    [0, '0.0'],
    [0.04, '<0.1'],
    [0.05, '0.1'],
    [0.123, '0.1'],
    [12, '12.0'],
    [12.34, '12.3'],
    [99.95, '100'],
    [1234.5, '1,235'],
  ])('rate %s → %s', (rate, text) => expect(formatRate(rate)).toBe(text))
  it.each([
    [0, '0.00 µs'],
    [9.87, '9.87 µs'],
    [27, '27.0 µs'],
    [96.44, '96.4 µs'],
    [117.4, '117 µs'],
    [999.4, '999 µs'],
    [999.9, '1.00 ms'],
    [13_640, '13.6 ms'],
    [999_400, '999 ms'],
    [999_600, '1.00 s'],
    [2_500_000, '2.50 s'],
    [75_000_000, '75.0 s'],
  ])('%s microseconds → %s', (time, text) => expect(formatMicroseconds(time)).toBe(text))
  it.each([
    [0, 'just now'],
    [-59_999, 'just now'],
    [-60_000, '1 minute ago'],
    [-7_199_000, '1 hour ago'],
    [-86_400_000, 'yesterday'],
    [-259_200_000, '3 days ago'],
    [3_600_000, 'in 1 hour'],
  ])('%s ms off → %s', (distance, text) => expect(formatAgo(1e12 + distance, 1e12)).toBe(text))
  // Red: in `formatLife` leave `padStart` out.
  it.each([
    [-3, '0:00'],
    [0.9, '0:00'],
    [9, '0:09'],
    [59.99, '0:59'],
    [60, '1:00'],
    [206, '3:26'],
    [3599, '59:59'],
    [3600, '1:00:00'],
    [3723, '1:02:03'],
    [86_399, '23:59:59'],
    [86_400, '1 d 0 h'],
    [183_600, '2 d 3 h'],
    [3_155_760_000, '36,525 d 0 h'],
  ])('a life of %s s → %s', (seconds, text) => expect(formatLife(seconds)).toBe(text))
  it('has one style for dates, whatever the time comes as', () => {
    const time = new Date(2026, 10, 9, 15, 4, 5)
    expect([formatMoment(time.getTime()), formatMoment(time.toISOString())]).toEqual([
      '9 Nov 2026, 15:04:05',
      '9 Nov 2026, 15:04:05',
    ])
  })
  it('counts', () => {
    expect(formatCount(1234567)).toBe('1,234,567')
    expect([0, 1, 2].map(formatEntries)).toEqual(['0 entries', '1 entry', '2 entries'])
  })
})
