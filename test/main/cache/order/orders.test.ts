import type { ManualClock, Stopwatch } from '../../../../src/main/base/clock'
import type { OrdersOptions } from '../../../../src/main/cache/order/orders'
import type { Page, PageQuery } from '../../../../src/main/cache/ports'
import type { NaivePage } from './naive-page'
import type { Content } from './slot-store'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createManualClock } from '../../../../src/main/base/clock'
import { createOrders } from '../../../../src/main/cache/order/orders'
import { filters, globs, naivePage } from './naive-page'
import { createSlotStore } from './slot-store'

const part = fc.constantFrom(
  'a',
  'b',
  'ab',
  '',
  '__proto__',
  'é',
  '\uE000',
  '\u{1F600}',
  '\uDCC3',
  '\uDCFF',
  '\uDCF0\uDC9F',
)
const key = fc.array(part, { minLength: 1, maxLength: 3 }).map(parts => parts.join(':')).filter(text => text !== '')
const tag = fc.constantFrom('x', 'constructor')
const content: fc.Arbitrary<Content> = fc.record({
  size: fc.constantFrom(0, 0, 1, 7),
  ttl: fc.constantFrom(Infinity, Infinity, 5, 40),
  grace: fc.constantFrom(0, 0, 3),
  tags: fc.uniqueArray(tag, { maxLength: 2 }),
})
const change = fc.oneof(
  { weight: 40, arbitrary: fc.record({ op: fc.constant('set' as const), key, content }) },
  { weight: 15, arbitrary: fc.record({ op: fc.constantFrom('remove' as const, 'hit' as const, 'hit' as const), key }) },
  {
    weight: 10,
    arbitrary: fc.record({ op: fc.constant('retime' as const), key, ttl: fc.constantFrom(Infinity, 1, 60) }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      op: fc.constantFrom('advance' as const, 'jump' as const),
      by: fc.integer({ min: -3, max: 9 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('clear' as const) }) },
)
const query: fc.Arbitrary<PageQuery> = fc.record({
  filter: fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    {
      weight: 3,
      arbitrary: fc.record({
        prefix: fc.constantFrom('a', 'a:', 'ab', 'b:a:', ':', '\u{1F600}', 'zz', '\uDCC3', 'a:\uDCF0\uDC9F', '\uDCF0'),
      }),
    },
    fc.record({ glob: fc.constantFrom(...Object.keys(globs)) }),
    fc.record({ tag }),
    { weight: 4, arbitrary: fc.record({ filter: fc.constantFrom(...Object.keys(filters)) }) },
  ),
  sort: fc.constantFrom('key', 'size', 'ttl', 'hits', 'age'),
  order: fc.constantFrom('asc', 'desc'),
  limit: fc.constantFrom(1, 2, 5, 100),
  offset: fc.constantFrom(undefined, 0, 1, 3, 1000),
  delimiter: fc.constantFrom(undefined, undefined, ':', 'a', '::'),
})
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

const fine: OrdersOptions = { scanned: 0, slice: 0, grain: { capacity: 3, stride: 2 } }

function setUp(options: OrdersOptions = {}, stopwatch?: Stopwatch) {
  const clock = createManualClock()
  const bench = createSlotStore(clock)
  const scan = vi.fn<(query: PageQuery) => Page>(() => {
    throw new Error('There is nothing to scan.')
  })
  const orders = createOrders({
    store: bench.store,
    clock,
    stopwatch: stopwatch ?? clock.stopwatch,
    scan,
    expire: entry => bench.remove(entry.key),
    options: { ...fine, ...options },
  })
  onTestFinished(() => orders.dispose())
  return { clock, orders, scan, ...bench }
}

function apply(bench: ReturnType<typeof createSlotStore> & { clock: ManualClock }, change: Change): void {
  switch (change.op) {
    case 'set':
      return bench.set(change.key, change.content)
    case 'remove':
      return bench.remove(change.key)
    case 'hit':
      return bench.hit(change.key)
    case 'retime':
      return bench.retime(change.key, change.ttl)
    case 'advance':
      return bench.clock.advance(Math.abs(change.by))
    case 'jump':
      return bench.clock.jump(change.by)
    case 'clear':
      return bench.clear()
  }
}

function plain({ total, rows, folders, entries, cursor }: Page) {
  return { total, rows, folders, keys: entries.map(entry => entry.key), more: cursor !== null }
}

function visible({ last, ...page }: NaivePage): Omit<NaivePage, 'last'> {
  return page
}

// R7. Red: `handle <= next` in `hasPassed` of walk.ts, `other < own` in order.ts, or
// `folderBefore = undefined` in level.ts; also a page without `expireOverdue` in orders.ts, and a
// filter about time without `plan.settle` there, or without `unjudged = 0` in judgement.ts.
it('r7 windows of every order, while it is built and afterwards, are what a naive scan finds', async () => {
  const step = fc.record({
    which: fc.nat(),
    before: fc.array(change, { maxLength: 25, size: 'max' }),
    meanwhile: fc.array(change, { maxLength: 12, size: 'max' }),
  })
  await fc.assert(fc.asyncProperty(fc.array(
    query,
    { minLength: 1, maxLength: 3 },
  ), fc.array(step, { minLength: 1, maxLength: 6 }), async (
    queries,
    steps,
  ) => {
    const bench = setUp({ indexes: 5 })
    for (const { which, before, meanwhile } of steps) {
      const query = queries[which % queries.length] as PageQuery
      before.forEach(change => apply(bench, change))
      if (bench.store.size === 0)
        continue
      let told: Page | undefined
      let naive: NaivePage | undefined
      // The scan runs in the turn in which the page arrives, so nothing changes in between.
      const page = bench.orders.page(query).then((page) => {
        told = page
        naive = naivePage(bench.entries(), bench.clock, query)
      }, (error: unknown) => {
        // Everything may have been removed in the meantime; then there is nothing to build.
        if (bench.store.size > 0)
          throw error
      })
      for (const change of meanwhile) {
        await setImmediate()
        apply(bench, change)
      }
      await page
      expect(told && plain(told)).toEqual(naive && visible(naive))
      if (bench.store.size === 0 || told === undefined)
        continue
      // A complete order answers at once, and continues after the last row even if that row has
      // been removed in the meantime.
      let { cursor } = told
      for (let pages = 0; cursor !== null && pages < 4; pages++) {
        const next: PageQuery = { ...query, offset: undefined, cursor }
        const page = await bench.orders.page(next)
        naive = naivePage(bench.entries(), bench.clock, next, naive?.last)
        expect(plain(page)).toEqual(visible(naive))
        cursor = page.cursor
      }
    }
    bench.orders.dispose()
  }), { numRuns: Number(process.env.LARDER_MODEL_RUNS ?? 400) })
})

const byKey: PageQuery = { sort: 'key', order: 'asc', limit: 3 }

function fill(bench: ReturnType<typeof setUp>, count: number): void {
  for (let index = 0; index < count; index++)
    bench.set(`k:${index % 7}:${index}`, { size: index % 5, ttl: Infinity, grace: 0, tags: [] })
}

// Red: in orders.ts leave out `plan.settle`; in judgement.ts leave out `unjudged = 0`, or set each
// deadline to `monotonic + slack`.
it('judges by the time of the reading, and looks only at those that it concerns', async () => {
  const bench = setUp()
  for (let index = 0; index < 200; index++)
    bench.set(`k:${index}`, { size: 0, ttl: 10_000 + 1000 * index, grace: 1e7, tags: [] })
  const old: PageQuery = { ...byKey, filter: { filter: 'ttl<5s' } }
  const total = async (): Promise<number> => (await bench.orders.page(old)).total
  expect(await total()).toBe(0)
  const { watcher } = bench.store
  const looked = watcher ? vi.spyOn(watcher, 'changed') : undefined
  bench.clock.advance(7000)
  expect([await total(), bench.orders.progress(old)]).toEqual([2, 1])
  bench.clock.advance(10_000)
  expect(await total()).toBe(12)
  expect(looked?.mock.calls.length).toBeLessThan(40)
  // Set back, the clock makes nothing younger that has grown older by the other one.
  bench.clock.jump(-60_000)
  expect(await total()).toBe(12)
  bench.clock.jump(3_600_000)
  expect(await total()).toBe(200)
  bench.clock.jump(-3_600_000)
  expect(await total()).toBe(12)
})

it('tells the progress, from nothing to ready, and begins to build when asked', async () => {
  const bench = setUp()
  fill(bench, 200)
  const told: number[] = []
  do {
    told.push(bench.orders.progress({ ...byKey, sort: 'size' }))
    await setImmediate()
  } while (told.at(-1) !== 1 && told.length < 1000)
  expect([told[0], told.at(-1)]).toEqual([0, 1])
  expect(told).toEqual(told.toSorted((a, b) => a - b))
  expect(new Set(told).size).toBeGreaterThan(50)
})

it('answers small caches by a scan, without an index', async () => {
  const bench = setUp({ scanned: 10 })
  fill(bench, 10)
  bench.scan.mockReturnValue({ total: 10, rows: 10, folders: [], entries: [], cursor: null, asOf: 0 })
  expect([
    bench.orders.progress(byKey),
    (await bench.orders.page(byKey)).total,
    bench.store.watcher,
    bench.orders.bytes,
  ]).toEqual([1, 10, undefined, 0])
  fill(bench, 11)
  expect([(await bench.orders.page(byKey)).total, bench.scan.mock.calls.length]).toEqual([11, 1])
})

it('drops what nobody has asked for in a minute, and stops listening to the store', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const bench = setUp()
  fill(bench, 50)
  const pass = (seconds: number): void => {
    bench.clock.advance(seconds * 1000)
    vi.advanceTimersByTime(seconds * 1000)
  }
  await bench.orders.page(byKey)
  await bench.orders.page({ ...byKey, sort: 'size' })
  const both = bench.orders.bytes
  for (let seconds = 0; seconds < 75; seconds += 15) {
    pass(15)
    await bench.orders.page(byKey)
  }
  const one = bench.orders.bytes
  expect(one).toBeGreaterThan(0)
  expect(one).toBeLessThan(both)
  pass(61)
  pass(15)
  expect([bench.orders.bytes, bench.store.watcher, vi.getTimerCount()]).toEqual([0, undefined, 0])
  expect((await bench.orders.page(byKey)).total).toBe(50)
})

it('has no more indexes than it may, and still answers everybody', async () => {
  const bench = setUp({ indexes: 3 })
  fill(bench, 100)
  const queries = (['key', 'size', 'ttl', 'hits', 'age'] as const).flatMap((sort): PageQuery[] =>
    [
      { ...byKey, sort },
      { ...byKey, sort, filter: { prefix: 'k:1' } },
      { ...byKey, sort, filter: { glob: '*2' } },
      { ...byKey, sort, delimiter: ':' },
    ])
  const most: number[] = []
  const pages = await Promise.all(queries.map(query =>
    bench.orders.page(query).finally(() => most.push(bench.orders.bytes))))
  expect(pages.map(plain)).toEqual(queries.map(query => visible(naivePage(bench.entries(), bench.clock, query))))
  const alone = setUp()
  fill(alone, 100)
  await alone.orders.page({ ...byKey, sort: 'size' })
  const two = alone.orders.bytes
  expect(Math.max(...most)).toBeLessThan(2 * two)
})

it('never goes on with an index when the one that it is made from was dropped', async () => {
  let time = 0
  const bench = setUp({ indexes: 3 }, { now: () => ++time })
  fill(bench, 200)
  const bySize: PageQuery = { ...byKey, limit: 100, sort: 'size', filter: { glob: '*2' } }
  while (bench.orders.progress(bySize) < 0.9)
    await setImmediate()
  const other = bench.orders.page({ ...byKey, sort: 'ttl' })
  for (let index = 0; index < 200; index += 2)
    bench.remove(`k:${index % 7}:${index}`)
  await other
  expect(plain(await bench.orders.page(bySize))).toEqual(visible(naivePage(bench.entries(), bench.clock, bySize)))
})

it('refuses what contradicts itself, at once', async () => {
  const bench = setUp()
  fill(bench, 5)
  const { cursor } = await bench.orders.page(byKey)
  for (const [field, wrong] of [
    ['offset', { offset: 0, cursor: cursor ?? '' }],
    ['delimiter', { delimiter: '' }],
    ['cursor', { cursor: 'x' }],
    ['cursor', { cursor: cursor ?? '', delimiter: ':' }],
    ['glob', { filter: { glob: '[' } }],
  ] as const) {
    await expect(bench.orders.page({ ...byKey, ...wrong })).rejects.toMatchObject({
      code: 'invalid-input',
      errors: [{ field }],
    })
    expect(() => bench.orders.progress({ ...byKey, ...wrong })).toThrow(field)
  }
})

it('lets nobody wait for a cache that was closed', async () => {
  const bench = setUp()
  fill(bench, 500)
  const waiting = bench.orders.page(byKey)
  await setImmediate()
  bench.orders.dispose()
  await expect(waiting).rejects.toMatchObject({ code: 'cache-not-found' })
  await expect(bench.orders.page(byKey)).rejects.toMatchObject({ code: 'cache-not-found' })
  expect([bench.store.watcher, bench.orders.bytes]).toEqual([undefined, 0])
})

it('tells a failure of its own to the next who asks, leaves the change alone and begins anew', async () => {
  const bench = setUp()
  fill(bench, 20)
  await bench.orders.page(byKey)
  // A change that the store did not report.
  const { watcher } = bench.store
  bench.store.watcher = undefined
  bench.set('k:0:00', { size: 1, ttl: Infinity, grace: 0, tags: [] })
  bench.store.watcher = watcher
  expect(() => bench.remove('k:0:00')).not.toThrow()
  expect(bench.keys()).not.toContain('k:0:00')
  await expect(bench.orders.page(byKey)).rejects.toThrow('where it belongs')
  expect((await bench.orders.page(byKey)).total).toBe(20)
})
