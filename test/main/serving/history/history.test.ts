import type { CacheDefinition } from '../../../../src/main/cache/ports'
import type { HistoryScope } from '../../../../src/main/serving/history/history'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEventHub } from '../../../../src/main/base/event-hub'
import { silentLogger } from '../../../../src/main/base/logger'
import { createHistory } from '../../../../src/main/serving/history/history'
import { createSeries } from '../../../../src/main/serving/history/series'
import { missReasons } from '../../../../src/shared/miss-reasons'
import { mapRows } from '../../../../src/shared/rows'
import { bytes, definitionOf, setUp } from '../../cache/workbench'

/** A history of an engine with the cache `products`, on a clock that stands at a whole minute. */
function begin(change: Partial<CacheDefinition> = {}) {
  const { engine, clock, cache } = setUp(change)
  const hub = createEventHub((error) => {
    throw error
  })
  const history = createHistory({ engine, clock, stopwatch: clock.stopwatch, hub, logger: silentLogger })
  onTestFinished(() => history.dispose())
  const start = clock.wall() / 1000
  const miss = (times = 1): void => {
    for (let i = 0; i < times; i++)
      cache.get('nothing')
  }
  /** Lets seconds pass, with a sample at the end of each. */
  const pass = (seconds = 1): void => {
    for (let i = 0; i < seconds; i++) {
      clock.advance(1000)
      history.sample()
    }
  }
  const read = (scope: HistoryScope = { cache: 'c1' }, after = 0) => history.read(scope, 'seconds', after)
  return { engine, clock, cache, hub, history, start, miss, pass, read }
}

// Red: in src/main/serving/history/history.ts follow nothing at the start, or at `users`.
it.each([
  ['that was there at the start', ({ history }: ReturnType<typeof begin>) => history.start()],
  ['that came with a user', ({ hub }: ReturnType<typeof begin>) => hub.emit('users', null, {})],
])('notes that a cache %s is switched off before its first second is over', (_, meet) => {
  const parts = begin()
  meet(parts)
  for (const enabled of [false, true]) {
    void parts.cache.configure({ enabled })
    parts.hub.emit('cache.updated', parts.cache.definition.space, { cache: 'products' })
  }
  parts.pass()
  expect(parts.read().events.map(({ kind }) => kind)).toEqual(['restart', 'off', 'on'])
})

// Red: in src/main/serving/history/watched.ts leave one of the counters out.
it('tells each second what was read, and how it ended', () => {
  const { cache, start, pass, read } = begin()
  cache.set('a', bytes('one'), { ttl: 1, grace: 60 })
  cache.get('a')
  cache.get('a')
  cache.get('b')
  cache.recordLatency(100)
  cache.recordLatency(2000)
  pass()
  cache.get('a')
  void cache.configure({ enabled: false })
  cache.get('a')
  pass()
  cache.delete('a')
  pass()
  const { events: _, ...rows } = read()
  const held = rows.bytes[0]
  expect(held).toBeGreaterThan(3)
  expect(rows).toEqual({
    step: 1,
    first: start,
    rows: 3,
    hits: [2, 1, 0],
    stale: [0, 1, 0],
    misses: { absent: [1, 0, 0] },
    off: [0, 1, 0],
    evictions: [0, 0, 0],
    p50: [expect.closeTo(100, -1), null, null],
    p99: [expect.closeTo(2000, -2), null, null],
    bytes: [held, held, 0],
  })
  expect(read({ cache: 'c1' }, start + 1)).toMatchObject({ first: start + 2, rows: 1, hits: [0] })
  expect(read({ cache: 'c1' }, start + 2)).toMatchObject({ rows: 0, hits: [], misses: {} })
})

// Red: in src/main/serving/history/read-series.ts sum 61 seconds up, or leave out `measured`.
it('sums the last minute of a cache up', () => {
  const { history, cache, miss, pass, clock } = begin({ maxEntries: 2 })
  const minute = { seconds: 0, hits: 0, misses: mapRows(missReasons, () => 0), evictions: 0 }
  expect(history.minute('c1')).toEqual(minute)
  expect(history.minute('nobody')).toEqual(minute)
  for (const key of ['a', 'b', 'c'])
    cache.set(key, bytes('v'))
  miss(3)
  cache.get('c')
  // Not over yet.
  expect(history.minute('c1')).toEqual(minute)
  pass()
  expect(history.minute('c1')).toEqual({
    ...minute,
    seconds: 1,
    hits: 1,
    misses: { ...minute.misses, absent: 3 },
    evictions: 1,
  })
  pass(59)
  expect(history.minute('c1')).toMatchObject({ seconds: 60, hits: 1, evictions: 1 })
  pass()
  expect(history.minute('c1')).toEqual({ ...minute, seconds: 60 })
  void cache.configure({ enabled: false })
  cache.get('c')
  clock.advance(20_000)
  history.sample()
  expect(history.minute('c1')).toMatchObject({ misses: { disabled: 1 } })
  expect(history.minute('c1').seconds).toBeLessThan(60)
})

it('adds the caches of a space up, and those of all', () => {
  const { engine, pass, read, cache } = begin()
  const [mine, other] = [
    engine.open(definitionOf({ id: 'c2', name: 'mine' })),
    engine.open(definitionOf({ id: 'c3', name: 'other', space: 'u2' })),
  ]
  for (const [times, one] of [[1, cache], [2, mine], [4, other]] as const) {
    for (let i = 0; i < times; i++)
      one.get('nothing')
    one.recordLatency(times * 100)
  }
  pass()
  const absent = (scope: HistoryScope): unknown => read(scope).misses.absent
  expect([absent({ cache: 'c2' }), absent({ space: 'u1' }), absent({ space: 'u2' }), absent('all')])
    .toEqual([[2], [3], [4], [7]])
  // The percentile of all their latencies, not the largest of the caches' own.
  expect(read('all').p50).toEqual([expect.closeTo(200, -1)])
  expect(read({ space: 'nobody' })).toMatchObject({ rows: 1, hits: [0], bytes: [0] })
})

describe('time', () => {
  const third = (rows: { misses: { absent?: (number | null)[] } }): unknown => rows.misses.absent

  // Red: in src/main/serving/history/timeline.ts let `awake` be always true, or always false; leave
  // out `uncover`.
  it.each<[string, (clock: ReturnType<typeof begin>['clock']) => void, (number | null)[]]>([
    ['a sample that is three seconds late', clock => clock.advance(3000), [1, 2, 2, 2]],
    ['a machine that slept', (clock) => {
      clock.suspend(4000)
      clock.advance(1000)
    }, [1, null, null, null, null, 6]],
    ['a clock set forwards', (clock) => {
      clock.jump(3000)
      clock.advance(1000)
    }, [1, null, null, null, 6]],
    ['a clock set back', (clock) => {
      clock.jump(-1000)
      clock.advance(1000)
    }, [6]],
    ['a server that stood still for long', clock => clock.advance(7000), [1, null, null, null, null, null, null, 6]],
  ])('%s', (_, go, absent) => {
    const { clock, history, miss, pass, read } = begin()
    miss()
    pass()
    miss(6)
    go(clock)
    history.sample()
    expect(third(read())).toEqual(absent)
  })

  it('forgets the seconds that a clock set back makes the future', () => {
    const { clock, start, miss, pass, read, history } = begin()
    pass(100)
    clock.jump(-50_000)
    miss()
    pass()
    expect(read()).toMatchObject({ first: start, rows: 51 })
    expect(read().misses.absent?.slice(-2)).toEqual([0, 1])
    // Whoever has read further gets everything anew.
    expect(read({ cache: 'c1' }, start + 99)).toMatchObject({ first: start, rows: 51 })
    clock.jump(-500_000)
    pass()
    expect(read()).toMatchObject({ rows: 1, hits: [0] })
    expect(history.read('all', 'minutes', 0).hits.every(count => count === null)).toBe(true)
  })

  it('keeps 900 seconds and 1,440 whole minutes', () => {
    const { cache, history, start, miss, pass, read } = begin()
    miss()
    pass(59)
    expect(history.read('all', 'minutes', 0).rows).toBe(0)
    cache.recordLatency(10)
    pass(1)
    cache.recordLatency(1000)
    pass(1440 * 60 + 30)
    expect(read('all')).toMatchObject({ first: start + 1440 * 60 + 90 - 900, rows: 900, misses: {} })
    const minutes = history.read('all', 'minutes', 0)
    expect(minutes).toMatchObject({ step: 60, first: start + 60, rows: 1440 })
    expect(minutes.p50.slice(0, 2)).toEqual([expect.closeTo(1000, -2), null])
    expect(history.read('all', 'minutes', start + 1439 * 60)).toMatchObject({ first: start + 1440 * 60, rows: 1 })
  })

  it('tells a minute by all of its seconds', () => {
    const { cache, history, miss, pass } = begin()
    for (let second = 0; second < 60; second++) {
      miss(second === 30 ? 5 : 1)
      cache.recordLatency(second === 59 ? 90_000 : 100)
      pass()
    }
    const { misses, p50, p99 } = history.read({ cache: 'c1' }, 'minutes', 0)
    expect([misses.absent, p50, p99]).toEqual([[64], [expect.closeTo(100, -1)], [expect.closeTo(90_000, -4)]])
  })
})

// Red: in src/main/serving/history/history.ts leave out `compare`, the hub, or the clear.
it('has events on its axis: to each reader those of its caches', () => {
  const { engine, cache, hub, start, pass, clock, read } = begin()
  engine.open(definitionOf({ id: 'c2', name: 'other', space: 'u2' }))
  pass()
  void cache.configure({ enabled: false })
  hub.emit('cache.updated', 'u1', { cache: 'products' })
  clock.advance(500)
  void cache.configure({ enabled: true })
  hub.emit('cache.updated', 'u1', { cache: 'products' })
  clock.advance(500)
  void cache.configure({ ttl: 5, sliding: false })
  void cache.flush()
  void cache.flush()
  engine.find('u2', 'other')?.flush()
  hub.emit('switch', null, { enabled: false })
  hub.emit('settings', null, {})
  pass()
  const own = [
    { at: start, kind: 'restart', cache: null },
    { at: start + 1, kind: 'off', cache: 'products' },
    { at: start + 1.5, kind: 'on', cache: 'products' },
    { at: start + 2, kind: 'off', cache: null },
    { at: start + 2, kind: 'settings', cache: null },
    { at: start + 2, kind: 'clear', cache: 'products' },
    { at: start + 2, kind: 'settings', cache: 'products' },
  ]
  const sorted = (scope: HistoryScope): unknown[] => read(scope).events.map(event => JSON.stringify(event)).sort()
  expect(sorted({ cache: 'c1' })).toHaveLength(own.length)
  expect(read({ cache: 'c1' }).events).toEqual(expect.arrayContaining(own))
  expect(sorted({ space: 'u1' })).toEqual(sorted({ cache: 'c1' }))
  expect(sorted({ cache: 'c2' })).toHaveLength(4)
  expect(sorted('all')).toHaveLength(own.length + 1)
  expect(read('all', start + 2).events).toEqual([])
})

// Red: in src/main/serving/history/history.ts leave out `occasions.rename`.
it('tells what happened to a renamed cache under its new name', () => {
  const { engine, cache, hub, pass, read } = begin()
  engine.open(definitionOf({ id: 'c2', name: 'other', space: 'u1' }))
  void cache.flush()
  void engine.find('u1', 'other')?.flush()
  pass()
  engine.rename('c1', 'articles')
  hub.emit('cache.renamed', 'u1', { cache: 'articles', from: 'products' })
  pass()
  const cleared = read({ space: 'u1' }).events.filter(({ kind }) => kind === 'clear')
  expect(cleared.map(event => event.cache).sort()).toEqual(['articles', 'other'])
})

it('keeps what it costs within bounds', () => {
  const { engine, cache, pass, read } = begin()
  const { seconds, minutes } = createSeries(0)
  const columns = [seconds, minutes].flatMap(ring => [...ring.counts, ring.p50, ring.p99, ring.bytes])
  const histograms = 2 * 832 * Float64Array.BYTES_PER_ELEMENT
  expect(columns.reduce((sum, column) => sum + column.byteLength, histograms)).toBeLessThan(200_000)

  for (let second = 0; second < 900; second++) {
    cache.set(`k${second % 60}`, bytes('x'.repeat(second)), { ttl: 20, grace: 20 })
    for (let read = 0; read < 120; read++) {
      cache.get(`k${(second + read) % 90}`)
      cache.recordLatency(100 + second + read)
    }
    pass()
  }
  expect(JSON.stringify(read()).length).toBeLessThan(30_000)
  engine.close('c1')
  pass()
  expect(read()).toMatchObject({ rows: 900, misses: {} })
})
