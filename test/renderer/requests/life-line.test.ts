import type { RequestRecord } from '../../../src/shared/schemas'
import { expect, it } from 'vitest'
import { drawLife } from '../../../src/renderer/src/views/requests/life-line'
import { loadMarks } from '../../../src/shared/load-marks'
import { recordOf } from '../../helpers/request-record'

const start = new Date(2026, 0, 2, 23, 35).getTime()

function at(second: number, result: string, change: Partial<RequestRecord> = {}): RequestRecord {
  return recordOf({ id: 1000 + second, at: new Date(start + second * 1000).toISOString(), result, ...change })
}

it('begins with the write before a request, and ends now', () => {
  const record = at(60, 'miss', { reason: 'expired', status: 404 })
  const before = [at(20, 'hit', { ttl: 25 }), at(0, 'stored', { ttl: 45 }), at(-50, 'hit')]
  const life = drawLife(record, before, [at(80, 'stored', { ttl: 45 })], start + 100_000)
  expect([life.from, life.to, life.isShortened]).toEqual([start, start + 100_000, false])
  expect(life.marks.map(({ place, record, chosen }) => [Number(place.toFixed(3)), record.result, chosen])).toEqual([
    [0, 'stored', false],
    [0.2, 'hit', false],
    [0.6, 'miss', true],
    [0.8, 'stored', false],
  ])
  expect(life.fresh.map(({ from, to }) => [from, to].map(part => Number(part.toFixed(3)))))
    .toEqual([[0, 0.45], [0.2, 0.45], [0.8, 1]])
  expect(life.words).toEqual([
    '23:35:00 Stored',
    '23:35:20 Hit 0:25 left',
    '23:36:00 Miss expired: this one',
    '23:36:20 Stored',
  ])
})

// Red: in src/renderer/src/views/requests/life-line.ts take `stored` alone for a beginning.
it('what a read has loaded is fresh from then on, unless it was not stored', () => {
  const passing = at(20, 'loaded', { ttl: null, marks: [loadMarks.passing] })
  const before = [passing, at(0, 'loaded', { ttl: 10 }), at(-50, 'hit')]
  const life = drawLife(at(40, 'hit', { ttl: 10 }), before, [], start + 50_000)
  expect(life.from).toBe(start)
  expect(life.fresh).toEqual([{ from: 0, to: 0.2 }, { from: 0.8, to: 1 }])
})

it('a deleted entry is fresh until then', () => {
  const life = drawLife(at(50, 'dropped'), [at(0, 'stored', { ttl: 80 })], [], start + 50_000)
  expect(life.fresh).toEqual([{ from: 0, to: 1 }])
  expect(drawLife(at(50, 'dropped'), [at(0, 'stored', { ttl: 80 })], [], start + 55_000).fresh[0]?.to)
    .toBeCloseTo(50 / 55)
})

// Red: in src/renderer/src/views/requests/life-line.ts leave out `stale` or `past`, or take
// `bringsEntry` in place of `startsTtl`.
it('a touched entry is fresh anew, and one that was marked stale no longer', () => {
  const before = [at(40, 'touched', { ttl: 60 }), at(0, 'stored', { ttl: 50 })]
  const life = drawLife(at(100, 'stale', { ttl: -20 }), before, [], start + 100_000)
  expect(life.fresh).toEqual([{ from: 0, to: 0.4 }, { from: 0.4, to: 0.8 }])
})

// Red: in src/renderer/src/views/requests/life-line.ts leave out `longestRest`, or `spread`.
it('keeps marks apart, and room for them after a long rest', () => {
  const record = at(10, 'miss', { reason: 'absent', status: 404 })
  const life = drawLife(record, [at(0, 'stored')], [at(10, 'stored')], start + 86_400_000)
  const places = life.marks.map(({ place }) => place)
  expect(life.isShortened).toBe(true)
  expect(places[1]).toBeGreaterThan(0.7)
  expect((places[2] ?? 0) - (places[1] ?? 0)).toBeGreaterThanOrEqual(0.03)
})

it('joins what lies together, but never the request that is looked at', () => {
  const hits = Array.from({ length: 500 }, (_, i) => at(i, 'hit'))
  const life = drawLife(hits[250] as RequestRecord, [...hits.slice(0, 250).toReversed(), at(-1, 'stored')], hits
    .slice(251)
    .toReversed(), start + 500_000)
  expect(life.marks.reduce((sum, { count }) => sum + count, 0)).toBe(501)
  expect(life.marks.length).toBeLessThan(60)
  expect(life.marks.filter(({ chosen }) => chosen).map(({ count }) => count)).toEqual([1])
  for (const { place } of life.marks)
    expect(place >= 0 && place <= 1).toBe(true)
  expect(life.words).toContainEqual(expect.stringMatching(/^23:35:\d\d Hit, \d+ times$/))
})

it('of a key without a write it shows some requests before, and a lone one is a line too', () => {
  const before = Array.from({ length: 100 }, (_, i) => at(-1 - 60 * i, 'miss', { reason: 'absent' }))
  expect(drawLife(at(0, 'hit'), before, [], start).marks.length).toBeLessThanOrEqual(31)
  expect(drawLife(at(0, 'hit'), [], [], start)).toMatchObject({ marks: [{ place: 0, chosen: true }] })
})

// Red: in src/renderer/src/views/requests/life-line.ts look for `stored` alone.
it('begins with the load before a request as with a write', () => {
  const before = [at(20, 'loaded', { ttl: 60 }), at(0, 'loaded', { ttl: 5 })]
  const life = drawLife(at(60, 'hit', { ttl: 20 }), before, [], start + 60_000)
  expect(life.from).toBe(start + 20_000)
  expect(life.fresh).toHaveLength(2)
})
