import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRecordRing } from '../../../src/renderer/src/views/requests/record-ring'
import { createTally } from '../../../src/renderer/src/views/requests/tally'
import { recordOf } from '../../helpers/request-record'

const all = (): boolean => true

it('keeps the newest by count, newest first', () => {
  const ring = createRecordRing({ capacity: 3 })
  for (let id = 1; id <= 8; id++)
    ring.add(recordOf({ id }))
  expect(ring.list(all).map(record => record.id)).toEqual([8, 7, 6])
  expect(ring.list(({ id }) => id !== 7).map(record => record.id)).toEqual([8, 6])
  expect(ring.size).toBe(3)
  ring.clear()
  expect([ring.list(all), ring.size, ring.bytes]).toEqual([[], 0, 0])
})

it('keeps within its bytes, but always the newest one', () => {
  const ring = createRecordRing({ capacity: 4000, byteLimit: 20_000 })
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(9000), fc.nat(9000)), { maxLength: 30 }), (lengths) => {
    for (const [path, key] of lengths) {
      ring.add(recordOf({ path: 'p'.repeat(path), key: key % 7 === 0 ? null : 'k'.repeat(key) }))
      expect(ring.bytes <= 20_000 || ring.size === 1).toBe(true)
      expect(ring.list(all)[0]?.path).toHaveLength(path)
      expect(ring.list(all)).toHaveLength(ring.size)
    }
  }))
})

it('counts what is not kept any more', () => {
  const tally = createTally()
  const first = recordOf()
  tally.count(first, false)
  for (let i = 0; i < 9; i++)
    tally.count(recordOf({ result: i % 3 === 0 ? 'miss' : '__proto__' }), i % 3 === 0)
  expect(tally.read()).toMatchObject({ since: first.at, total: 10, matching: 3 })
  expect(Object.entries(tally.read().results)).toEqual([['hit', 1], ['miss', 3], ['__proto__', 6]])
  tally.setMatching(7)
  tally.miss({ hit: 100, stale: 1 })
  expect(tally.read()).toMatchObject({ total: 111, matching: 7, missed: 101, results: { hit: 101, stale: 1 } })
  tally.clear()
  expect(tally.read()).toEqual({ since: null, total: 0, matching: 0, results: {}, missed: 0 })
})
