import type { BatchStep, Cache } from '../../../src/main/cache/ports'
import { expect, it } from 'vitest'
import { bytes, keysOf, listen, setUp } from './workbench'

const set = (key: string, value: string, options = {}): BatchStep => ({ op: 'set', key, value: bytes(value), options })

/** Returns everything that is visible of a cache, except the statistics of reads. */
async function seen(cache: Cache): Promise<unknown> {
  const { hits, staleHits, misses, latency, ...changes } = cache.statistics()
  return {
    page: await cache.page({ sort: 'key', order: 'asc', limit: 100 }),
    keys: keysOf(cache),
    bytes: cache.bytes,
    size: cache.size,
    changes,
    tagged: cache.invalidate({ tag: 't' }, { dryRun: true }),
  }
}

it.each<{ name: string, last: BatchStep }>([
  { name: 'a refused set', last: set('a', 'x', { ifAbsent: true }) },
  { name: 'a lost compare-and-set', last: set('a', 'x', { ifVersion: [1] }) },
  { name: 'a too large set', last: { op: 'set', key: 'b', value: Buffer.alloc(100_000), options: {} } },
  { name: 'an increment of text', last: { op: 'increment', key: 'text', by: 1n } },
])('an atomic batch that ends in $name leaves no trace', async ({ last }) => {
  const { cache, engine, clock, journal } = setUp({ maxEntries: 4, maxBytes: 50_000, persistent: true, sliding: true })
  for (const key of ['a', 'text', 'c', 'n'])
    cache.set(key, bytes(key === 'n' ? '1' : key), { tags: ['t'] })
  clock.advance(5_000)
  const before = await seen(cache)
  const calls = journal.calls.length
  const heard = listen(engine)
  const changes = engine.changes
  const outcome = cache.batch([
    { op: 'get', key: 'text' },
    { op: 'delete', key: 'a' },
    set('a', 'new', { tags: ['u'] }),
    { op: 'touch', key: 'c', ttl: 500 },
    { op: 'increment', key: 'n', by: 5n },
    set('d', 'd'),
    set('e', 'e'),
    last,
  ], true)
  expect(outcome.abortedAt).toBe(7)
  expect(outcome.results).toHaveLength(8)
  expect(await seen(cache)).toEqual(before)
  expect([heard, engine.changes, journal.calls.length]).toEqual([[], changes, calls])
  expect(cache.statistics().hits).toBe(1)
  // The order of use is unchanged too: the next write evicts the entry that was the oldest before.
  cache.set('f', bytes('f'))
  expect(keysOf(cache)).toEqual(['text', 'c', 'n', 'f'])
})

it('an atomic batch sees its own changes, and tells them at the end', () => {
  const { cache, engine } = setUp({ maxEntries: 2, persistent: true })
  cache.set('old', bytes('old'))
  const heard: unknown[] = []
  engine.subscribe(event =>
    heard.push([event.type, 'key' in event ? event.key : '', cache.size, cache.peek('c')?.value.toString()]))
  const { results, abortedAt } = cache.batch([
    set('a', '1'),
    { op: 'increment', key: 'a', by: 1n },
    { op: 'get', key: 'a' },
    { op: 'get', key: 'a' },
    { op: 'delete', key: 'old' },
    { op: 'get', key: 'old' },
    set('b', 'b', { ifAbsent: true }),
    { op: 'touch', key: 'b', ttl: null },
    { op: 'touch', key: 'none', ttl: 1 },
    set('c', 'c'),
  ], true)
  expect(abortedAt).toBeNull()
  expect(results[1]).toMatchObject({ op: 'increment', number: '2' })
  expect(results[3]).toMatchObject({ lookup: { value: bytes('2'), hits: 2 } })
  expect(results[4]).toEqual({ op: 'delete', removed: true })
  expect(results[5]).toEqual({ op: 'get', lookup: 'invalidated' })
  expect(results[8]).toEqual({ op: 'touch', touched: false })
  expect(keysOf(cache)).toEqual(['b', 'c'])
  expect(cache.peek('b')?.ttl).toBeNull()
  expect(heard).toEqual([
    'set a',
    'set a',
    'removed old',
    'set b',
    'touched b',
    'set c',
    'removed a',
  ].map(text => [...text.split(' '), 2, 'c']))
})

it('without atomic, the steps that fail do not stop the others', () => {
  const { cache } = setUp({ maxBytes: 8000 })
  const { results, abortedAt } = cache.batch([
    set('a', 'x'),
    { op: 'increment', key: 'a', by: 1n },
    set('a', 'y', { ifAbsent: true }),
    { op: 'set', key: 'big', value: Buffer.alloc(9000), options: {} },
    { op: 'delete', key: 'a' },
  ], false)
  expect(abortedAt).toBeNull()
  expect(results.map(result =>
    result.op === 'set' ? result.result.outcome : result.op === 'failed' ? result.code : result.op))
    .toEqual(['created', 'not-a-number', 'refused', 'too-large', 'delete'])
  expect(cache.size).toBe(0)
})
