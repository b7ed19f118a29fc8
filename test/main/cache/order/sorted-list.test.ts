import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSortedList } from '../../../../src/main/cache/order/sorted-list'

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constant('insert' as const),
      rank: fc.constantFrom(-Infinity, -1, 0, 0, 1, 2.5, Infinity),
    }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('remove' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('append' as const), rank: fc.constant(Infinity) }) },
)

it.each([true, false])('keeps what an array keeps (ranked: %s)', (ranked) => {
  fc.assert(fc.property(fc.array(step, { maxLength: 120, size: 'max' }), fc.constantFrom(2, 3, 4, 8), (
    steps,
    capacity,
  ) => {
    const list = createSortedList({ ranked, capacity })
    const model: { rank: number, item: number }[] = []
    const ranks: number[] = []
    const rankOf = (rank: number, item: number): number => ranked ? rank : ranks[item] as number
    const place = (rank: number, item: number) =>
      (otherRank: number, other: number) =>
        rankOf(otherRank, other) < rank || (rankOf(otherRank, other) === rank && other < item)
    steps.forEach((step, item) => {
      if (step.op === 'remove') {
        ranks.push(0)
        const [gone] = model.splice(step.at % Math.max(1, model.length), 1)
        if (gone)
          list.remove(place(gone.rank, gone.item), gone.item)
      }
      else {
        ranks.push(step.rank)
        const at = model.filter(other => place(step.rank, item)(other.rank, other.item)).length
        model.splice(at, 0, { rank: step.rank, item })
        list.insert(place(step.rank, item), step.rank, item)
      }
      const items = model.map(other => other.item)
      expect(list.slice(0, items.length + 1)).toEqual(items)
      expect(list.size).toBe(items.length)
      const middle = item % (items.length + 2)
      expect([list.at(middle), list.slice(middle, 3)]).toEqual([items[middle], items.slice(middle, middle + 3)])
      const counts = model.map(({ rank, item: other }, index) =>
        [list.count(place(rank, other)), list.countFrom(Math.min(middle, index), place(rank, other))])
      expect(counts).toEqual(items.map((_, index) => [index, index]))
    })
  }), { numRuns: 100 })
})

it('says so when an item is not where it belongs, and stays whole', () => {
  const list = createSortedList({ ranked: true, capacity: 4 })
  for (let item = 0; item < 9; item++)
    list.insert(rank => rank < item, item, item)
  expect(() => list.remove(rank => rank < 3, 4)).toThrow('where it belongs')
  expect(() => list.remove(() => true, 4)).toThrow('where it belongs')
  expect(list.slice(0, 99)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
})

it('gives memory back as it shrinks, and fills chunks to which is only appended', () => {
  const list = createSortedList({ ranked: false, capacity: 256 })
  for (let item = 0; item < 10_000; item++)
    list.insert((_, other) => other < item, 0, item)
  const full = list.bytes
  expect(full).toBeLessThan(10_000 * 4 * 1.5)
  for (let item = 0; item < 9_900; item++)
    list.remove((_, other) => other < item, item)
  expect(list.bytes).toBeLessThan(full / 10)
  list.clear()
  expect([list.size, list.bytes, list.at(0)]).toEqual([0, 0, undefined])
})
