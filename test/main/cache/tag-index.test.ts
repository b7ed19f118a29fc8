import type { Column } from '../../../src/main/cache/offheap/columns'
import type { TagIndex } from '../../../src/main/cache/offheap/tag-index'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createColumn } from '../../../src/main/cache/offheap/columns'
import { createTagIndex, tagsAlone } from '../../../src/main/cache/offheap/tag-index'

const names = ['a', 'b', 'c', 'd', 'e', 'f', '__proto__']
const mostSlots = 12
const tags = fc.array(fc.constantFrom(...names), { maxLength: 5 })
const slot = fc.nat(mostSlots - 1)
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('write'), slot, tags }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('remove'), slot, tags: fc.constant([]) }) },
)
const step = fc.oneof(
  { weight: 20, arbitrary: change },
  // Between two steps of a reader, or after its last one, everything may change.
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('read'),
      tag: fc.constantFrom(...names),
      takes: fc.boolean(),
      changes: fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 6 }),
    }),
  },
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

/** The index and, for each slot, the tags that it should have. */
interface Pair { index: TagIndex, model: Map<number, Set<string>> }

function apply({ index, model }: Pair, { type, slot, tags }: Change): void {
  index.remove(slot)
  model.delete(slot)
  if (type === 'write') {
    index.add(slot, tags)
    model.set(slot, new Set(tags))
  }
}

/** Returns the slots that, according to the model, have a tag with the same hash. */
function expected({ model }: Pair, tag: string, hashOf: (tag: string) => number): number[] {
  return [...model.keys()]
    .filter(slot => [...model.get(slot) ?? []].some(other => hashOf(other) === hashOf(tag)))
    .sort((a, b) => a - b)
}

const sorted = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b)

describe('the index of tags', () => {
  // Red, each tried separately in tag-index.ts: `firsts.set` or the walk to the elder left out of
  // `move`; `befores.set` left out of `unlink`; either `redirect` left out; the comparison with
  // `slot` left out of `addOne`; a new node after the head.
  it.each([
    { hashes: 'of their own', hashOf: (tag: string) => Math.imul(names.indexOf(tag) + 1, 0x9E3779B1) >>> 0 },
    {
      hashes: 'of which two are the same',
      hashOf: (tag: string) => names.indexOf(tag) % 3 === 0 ? 0xFFFFFFFF : names.indexOf(tag),
    },
    { hashes: 'that are all the same', hashOf: () => 0 },
  ])('knows which slots may have a tag, of hashes $hashes', ({ hashOf }) => {
    fc.assert(fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
      const pair: Pair = {
        index: createTagIndex({ hashOfTag: hashOf, tableBuckets: 1, pageBits: 2 }),
        model: new Map(),
      }
      for (const step of steps) {
        if (step.type !== 'read') {
          apply(pair, step)
          continue
        }
        const before = expected(pair, step.tag, hashOf)
        const written = new Set<number>()
        const shown: number[] = []
        for (const slot of pair.index.candidates(step.tag)) {
          shown.push(slot)
          const changes = step.changes[shown.length - 1] ?? []
          if (step.takes)
            changes.push({ type: 'remove', slot, tags: [] })
          for (const change of changes) {
            apply(pair, change)
            written.add(change.slot)
          }
        }
        expect(new Set(shown).size).toBe(shown.length)
        expect(before).toEqual(expect.arrayContaining(shown))
        expect(shown).toEqual(expect.arrayContaining(before.filter(slot => !written.has(slot))))
      }
      for (const tag of names)
        expect(sorted(pair.index.candidates(tag))).toEqual(expected(pair, tag, hashOf))
    }), { numRuns: 300 })
  })

  // Red with: `unlink` walks the list from its head to the previous node.
  it('adds a slot to a list of any length, and takes it out, in the same few steps', () => {
    const columns = Object.getPrototypeOf(createColumn('u32')) as Column
    const get = vi.spyOn(columns, 'get')
    onTestFinished(() => get.mockRestore())
    const index = createTagIndex()
    for (let slot = 0; slot < 2000; slot++)
      index.add(slot, ['popular', `${slot}`])
    for (let slot = 0; slot < 2000; slot++)
      index.remove((slot * 1201) % 2000)
    expect(get.mock.calls.length / 4000).toBeLessThan(40)
  })

  // Red with: `shrink` left out of `remove`; a column left out of `columns`, so that it is not
  // counted.
  it('takes 20 bytes a node, up to 11 a hash and 4 a slot, and gives back what nodes took', () => {
    const index = createTagIndex()
    for (let slot = 0; slot < 25_000; slot++)
      index.add(slot, Array.from({ length: 4 }, (_, tag) => `${slot}:${tag}`))
    const full = index.bytes() / 100_000
    expect(full).toBeGreaterThan(20 + 5 + 1)
    expect(full).toBeLessThan(21 + 11 + 2)
    for (let slot = 0; slot < 24_900; slot++)
      index.remove(slot)
    expect(index.bytes() / 100_000).toBeLessThan(full - 18)
    expect(sorted(index.candidates('24950:2'))).toEqual([24_950])
  })

  // Red with: in `add`, `firsts.reserve(slot + 1)` for `reach`; in columns.ts, `blank` counted.
  it('holds nothing for slots without tags, however many lie before the first with one', () => {
    const index = createTagIndex()
    index.add(20_000_000, ['t'])
    const { bytes } = index
    expect(bytes()).toBeGreaterThan(16_000)
    expect(bytes()).toBeLessThan(20_000)
    index.remove(5)
    index.remove(10_000_000)
    index.add(10_000_000, ['t'])
    expect(bytes()).toBeLessThan(60_000)
    expect(sorted(index.candidates('t'))).toEqual([10_000_000, 20_000_000])
  })

  // Red with: `firstNodes = 300` or `nodeAlone = 20`.
  it.each([1, 2, 16, 17, 100, 1000])('holds no more for %i tags of a first entry than it said', (length) => {
    const index = createTagIndex()
    const empty = index.bytes()
    const tags = Array.from({ length }, (_, tag) => `tag:${tag}`)
    index.add(0, tags)
    expect(index.bytes() - empty).toBeLessThanOrEqual(tagsAlone(tags))
    expect(tagsAlone([])).toBe(0)
  })
})
