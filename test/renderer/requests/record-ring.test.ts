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

it('takes older ones while there is room, the newest of them first', () => {
  const ring = createRecordRing({ capacity: 5 })
  const [one, two, three, four, five, six, seven] = [1, 2, 3, 4, 5, 6, 7].map(id => recordOf({ id }))
  expect(ring.oldest).toBeUndefined()
  ring.add(four as never)
  ring.add(five as never)
  expect(ring.addOlder([two, three] as never)).toEqual([two, three])
  expect(ring.list(all).map(({ id }) => id)).toEqual([5, 4, 3, 2])
  expect(ring.addOlder([one, one] as never)).toEqual([one])
  expect(ring.addOlder([one] as never)).toEqual([])
  ring.add(six as never)
  ring.add(seven as never)
  expect(ring.list(all).map(({ id }) => id)).toEqual([7, 6, 5, 4, 3])
  expect(ring.oldest).toBe(three)
  ring.clear()
  expect([ring.oldest, ring.addOlder([one] as never), ring.size]).toEqual([undefined, [one], 1])
})

it('takes no older one beyond its bytes, and drops none of the newer for it', () => {
  const ring = createRecordRing({ byteLimit: 3000 })
  ring.add(recordOf({ id: 9, path: 'p'.repeat(700) }))
  const older = [recordOf({ id: 6, path: 'p' }), recordOf({ id: 7, path: 'p'.repeat(900) }), recordOf({ id: 8 })]
  expect(ring.addOlder(older).map(({ id }) => id)).toEqual([8])
  expect(ring.list(all).map(({ id }) => id)).toEqual([9, 8])
})

// Red: in record-ring.ts let `put` keep the bits that the slot had.
it('asks each filter once for each record, and lists what it let pass', () => {
  const ring = createRecordRing({ capacity: 4 })
  let asked = 0
  const odd = ({ id }: { id: number }): boolean => ++asked > 0 && id % 2 === 1
  const late = ({ id }: { id: number }): boolean => id > 4
  const listed = (): number[][] => [0, 1].map(sieve => ring.sifted(sieve).map(({ id }) => id))
  ring.add(recordOf({ id: 3 }))
  expect(listed()).toEqual([[], []])
  ring.sift([odd, late])
  ring.addOlder([recordOf({ id: 1 }), recordOf({ id: 2 })])
  for (const id of [4, 5, 6])
    ring.add(recordOf({ id }))
  expect(listed()).toEqual([[5, 3], [6, 5]])
  expect(listed()).toEqual([[5, 3], [6, 5]])
  expect(asked).toBe(6)
  ring.sift([late])
  expect(listed()).toEqual([[6, 5], []])
  ring.clear()
  expect(listed()).toEqual([[], []])
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
  // An older one, read later.
  tally.count({ ...first, at: '2025-12-31T00:00:00.000Z', result: 'off' }, false)
  expect(tally.read()).toMatchObject({ since: '2025-12-31T00:00:00.000Z', total: 11, results: { off: 1 } })
  tally.setMatching(7)
  tally.miss({ hit: 100, stale: 1 })
  expect(tally.read()).toMatchObject({ total: 112, matching: 7, missed: 101, results: { hit: 101, stale: 1 } })
  tally.clear()
  expect(tally.read()).toEqual({ since: null, total: 0, matching: 0, results: {}, missed: 0 })
})
