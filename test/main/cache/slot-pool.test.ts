import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createColumn } from '../../../src/main/cache/offheap/columns'
import { createSlotPool } from '../../../src/main/cache/offheap/slot-pool'

const pageBits = 3

function setUp() {
  const column = createColumn('u32', pageBits)
  const there = new Set<number>()
  const pool = createSlotPool({
    pageBits,
    spare: column,
    reserve: capacity => column.reserve(capacity),
    drop: page => column.drop(page),
    restore: page => column.restore(page),
  })
  return {
    pool,
    column,
    there,
    take() {
      const slot = pool.next()
      pool.take(slot)
      column.set(slot, slot + 1000)
      there.add(slot)
      return slot
    },
    free(slot: number) {
      there.delete(slot)
      pool.free(slot)
    },
  }
}

// Red: in slot-pool.ts leave out `restore(page)`, the `splice`, or `<= top` in `isSurplus`.
it('gives every slot to one entry, and keeps the numbers of those that are there', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 40 }), (steps) => {
    const { pool, column, there, take, free } = setUp()
    for (const step of steps) {
      for (let left = step; left > 0; left--) {
        const before = there.size
        take()
        expect(there.size).toBe(before + 1)
      }
      const outlook = pool.outlook()
      const before = pool.dropped.length
      for (const slot of [...there].slice(0, Math.max(0, -step))) {
        free(slot)
        outlook.free(slot)
      }
      if (step < 0)
        expect(outlook.dropped()).toBe(pool.dropped.length - before)
      expect([...there].every(slot => column.get(slot) === slot + 1000 && slot < pool.top)).toBe(true)
    }
  }))
})

// Red: let `isSurplus` return false, or let it not look at what is free.
it('gives back pages without entries, but not all room for more', () => {
  const { pool, column, there, take, free } = setUp()
  for (let count = 0; count < 80; count++)
    take()
  const full = column.bytes
  for (const slot of [...there].slice(0, 60))
    free(slot)
  expect(pool.dropped.length).toBeGreaterThanOrEqual(6)
  expect(column.bytes).toBe(full * (1 - pool.dropped.length / 10))
  const { bytes } = column
  free(take())
  expect(column.bytes).toBe(bytes)
  for (let count = 0; count < 60; count++)
    take()
  expect([column.bytes, pool.top]).toEqual([full, 80])
})
