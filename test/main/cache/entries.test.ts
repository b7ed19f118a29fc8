import type { Cache } from '../../../src/main/cache/ports'
import type { ErrorCode } from '../../../src/shared/errors'
import { expect, it } from 'vitest'
import { missReasons } from '../../../src/shared/miss-reasons'
import { mapRows } from '../../../src/shared/rows'
import { asHit, bytes, keysOf, listed, listen, read, setUp } from './workbench'

const hostile = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a\0b', '\u{1F600}', '0', ' ']

/** Returns the code of the LarderError that `work` throws. */
function codeOf(work: () => unknown): ErrorCode | undefined {
  try {
    work()
  }
  catch (error) {
    return (error as { code: ErrorCode }).code
  }
  return undefined
}

// S17. Red: let merge-patch.ts build its result with `result[name] = …` instead of
// Object.fromEntries.
it('s17 hostile names are plain data as keys, tags and JSON members', () => {
  const before = Object.getOwnPropertyNames(Object.prototype)
  const { cache } = setUp()
  for (const name of hostile) {
    expect(read(cache, name)).toBe('(absent)')
    cache.set(name, bytes(`{${JSON.stringify(name)}:{"x":1}}`), { tags: [name] })
    cache.mergePatch(name, bytes(`{${JSON.stringify(name)}:{"polluted":true}}`))
    expect(read(cache, name)).toBe(`{${JSON.stringify(name)}:{"x":1,"polluted":true}}`)
    expect(asHit(cache.get(name)).tags).toEqual([name])
  }
  expect(keysOf(cache)).toEqual(hostile)
  for (const name of hostile)
    expect(cache.invalidate({ tag: name })).toBe(1)
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

it('tells why a key is missing', () => {
  const { cache, engine, clock } = setUp({ maxEntries: 4 })
  for (const key of ['evicted', 'deleted', 'invalidated', 'expired', 'late'])
    cache.set(key, bytes('v'), { ttl: key === 'expired' ? 1 : 100 })
  cache.delete('deleted')
  cache.invalidate({ glob: 'inv*' })
  clock.advance(1_000)
  engine.sweep()
  expect(['evicted', 'deleted', 'invalidated', 'expired', 'late', 'never'].map(key => read(cache, key)))
    .toEqual(['(evicted)', '(invalidated)', '(invalidated)', '(expired)', 'v', '(absent)'])
  expect(cache.flush()).toBe(1)
  expect(read(cache, 'late')).toBe('(flushed)')
  cache.configure({ enabled: false })
  expect(read(cache, 'late')).toBe('(disabled)')
  cache.configure({ enabled: true })
  engine.enabled = false
  expect(read(cache, 'late')).toBe('(disabled)')
  expect(cache.statistics().misses).toEqual({
    ...mapRows(missReasons, () => 0),
    absent: 1,
    expired: 1,
    evicted: 1,
    flushed: 1,
    invalidated: 2,
    disabled: 2,
  })
})

// Red: in src/main/cache/operations.ts let `getHeld` be `get`, or `peek`.
it('reads what is held as any read does, and counts nothing where nothing is', () => {
  const { cache, clock } = setUp({ sliding: true })
  cache.set('k', bytes('v'), { ttl: 10 })
  clock.advance(6_000)
  expect(cache.getHeld('k')).toMatchObject({ value: bytes('v'), hits: 1 })
  expect([cache.peek('k')?.ttl, cache.getHeld('none')]).toEqual([10, undefined])
  clock.advance(10_000)
  expect(cache.getHeld('k')).toBeUndefined()
  cache.configure({ enabled: false })
  expect(cache.getHeld('k')).toBeUndefined()
  const { hits, misses } = cache.statistics()
  expect([hits, misses]).toEqual([1, mapRows(missReasons, () => 0)])
})

it.each([
  { name: 'ifAbsent on a missing key', there: 'nothing', options: { ifAbsent: true }, outcome: 'created' },
  { name: 'ifAbsent over fresh', there: 'fresh', options: { ifAbsent: true }, outcome: 'refused' },
  { name: 'ifAbsent over stale', there: 'stale', options: { ifAbsent: true }, outcome: 'replaced' },
  { name: 'ifAbsent over expired', there: 'expired', options: { ifAbsent: true }, outcome: 'created' },
  { name: 'any on a missing key', there: 'nothing', options: { ifVersion: 'any' }, outcome: 'refused' },
  { name: 'any over fresh', there: 'fresh', options: { ifVersion: 'any' }, outcome: 'replaced' },
  { name: 'any over stale', there: 'stale', options: { ifVersion: 'any' }, outcome: 'replaced' },
  { name: 'any over expired', there: 'expired', options: { ifVersion: 'any' }, outcome: 'refused' },
  { name: 'another version over stale', there: 'stale', options: { ifVersion: [1, 2] }, outcome: 'refused' },
  { name: 'another version', there: 'fresh', options: { ifVersion: [1, 2] }, outcome: 'refused' },
  { name: 'no version at all', there: 'fresh', options: { ifVersion: [] }, outcome: 'refused' },
  { name: 'nothing asked, expired', there: 'expired', options: {}, outcome: 'created' },
] as const)('set: $name → $outcome', ({ there, options, outcome }) => {
  const { cache, clock } = setUp()
  if (there !== 'nothing')
    cache.set('k', bytes('old'), { ttl: 1, grace: 1 })
  clock.advance({ nothing: 0, fresh: 0, stale: 1_000, expired: 2_000 }[there])
  const before = cache.peek('k')?.version ?? 0
  const result = cache.set('k', bytes('new'), options)
  expect(result.outcome).toBe(outcome)
  expect(result.version > before).toBe(outcome !== 'refused')
  expect(cache.peek('k')?.value.toString()).toBe(
    outcome !== 'refused' ? 'new' : there === 'nothing' || there === 'expired' ? undefined : 'old',
  )
})

// Red: in src/main/cache/operations.ts let `holds` see only the fresh entry, in `set` or in
// `mergePatch`.
it.each<[string, (cache: Cache, version: number) => unknown, unknown]>([
  ['set', (cache, version) => cache.set('k', bytes('{}'), { ifVersion: [version] }).outcome, 'replaced'],
  ['mergePatch', (cache, version) => cache.mergePatch('k', bytes('{"a":1}'), [version]).outcome, 'replaced'],
  ['mergePatch without a version', cache => cache.mergePatch('k', bytes('{"a":1}')).outcome, 'replaced'],
  ['delete', (cache, version) => cache.delete('k', [version]), 'removed'],
  ['touch', cache => cache.touch('k', 5), 'touched'],
  ...[false, true].map((atomic): [string, (cache: Cache, version: number) => unknown, unknown] => [
    `a batch, atomic ${atomic}`,
    (cache, version) => cache.batch([
      { op: 'set', key: 'k', value: bytes('2'), options: { ifVersion: [version] } },
    ], atomic).results.map(step => step.op === 'set' && step.result.outcome),
    ['replaced'],
  ]),
])('%s takes the version of a stale entry that is served', (_, change, outcome) => {
  const { cache, clock } = setUp()
  cache.set('k', bytes('{}'), { ttl: 1, grace: 600 })
  clock.advance(1_100)
  const { stale, version } = asHit(cache.get('k'))
  expect(stale).toBe(true)
  expect(change(cache, version)).toEqual(outcome)
})

it('leaves a stale entry stale that is patched', () => {
  const { cache, clock } = setUp()
  cache.set('k', bytes('{}'), { ttl: 1, grace: 600 })
  clock.advance(1_100)
  cache.mergePatch('k', bytes('{"a":1}'))
  expect(asHit(cache.get('k'))).toMatchObject({ value: bytes('{"a":1}'), stale: true, age: 0 })
})

it('compares and sets, and deletes, by version', () => {
  const { cache } = setUp()
  const first = cache.set('k', bytes('1'))
  const second = cache.set('k', bytes('2'), { ifVersion: [7, first.version] })
  expect(second.outcome).toBe('replaced')
  expect(cache.set('k', bytes('3'), { ifVersion: [first.version] })).toEqual({
    outcome: 'refused',
    version: second.version,
  })
  expect(cache.delete('k', [first.version])).toBe('refused')
  expect(cache.delete('k', [second.version])).toBe('removed')
  expect(cache.delete('k', 'any')).toBe('missing')
  expect(cache.statistics()).toMatchObject({ sets: 2, deletes: 1 })
})

it('keeps the place when replaced, and goes to the end when stored anew', () => {
  const { cache } = setUp()
  for (const key of ['a', 'b', 'c', 'a'])
    cache.set(key, bytes('1'))
  expect(keysOf(cache)).toEqual(['a', 'b', 'c'])
  cache.delete('a')
  cache.set('a', bytes('1'))
  expect(keysOf(cache)).toEqual(['b', 'c', 'a'])
})

it('lists entries while the cache changes', () => {
  const { cache } = setUp()
  for (const key of ['a', 'b', 'c', 'd'])
    cache.set(key, bytes('1'))
  const list = cache.entries()
  const seen = [list.next().value?.key]
  cache.delete('a')
  cache.set('a', bytes('again'))
  cache.delete('c')
  cache.set('b', bytes('2'))
  cache.set('e', bytes('late'))
  for (const entry of list)
    seen.push(`${entry?.key}${entry?.value}`)
  expect(seen).toEqual(['a', 'b2', 'd1'])
})

it('counts tags exactly, with and without a dry run', () => {
  const { cache, clock } = setUp()
  cache.set('a', bytes('1'), { tags: ['x', 'y', 'x'] })
  cache.set('b', bytes('1'), { tags: ['x'] })
  cache.set('gone', bytes('1'), { tags: ['x'], ttl: 1 })
  cache.set('a', bytes('2'), { tags: ['x'] })
  clock.advance(1_000)
  expect(asHit(cache.get('a')).tags).toEqual(['x'])
  expect(cache.invalidate({ tag: 'y' })).toBe(0)
  expect(cache.invalidate({ tag: 'x' }, { dryRun: true })).toBe(2)
  expect(keysOf(cache)).toEqual(['a', 'b'])
  expect(cache.invalidate({ tag: 'x' })).toBe(2)
  expect(keysOf(cache)).toEqual([])
})

it.each([
  { selector: { prefix: 'user:' }, matched: ['user:1', 'user:2'] },
  { selector: { glob: '*:[!1]' }, matched: ['user:2'] },
  { selector: { expired: true }, matched: ['stale'] },
] as const)('invalidates $selector', ({ selector, matched }) => {
  const { cache, clock } = setUp()
  for (const key of ['user:1', 'user:2', 'other:1', 'stale'])
    cache.set(key, bytes('1'), key === 'stale' ? { ttl: 1, grace: 100 } : {})
  clock.advance(1_000)
  expect(cache.invalidate(selector, { dryRun: true })).toBe(matched.length)
  expect(cache.size).toBe(4)
  expect(cache.invalidate(selector)).toBe(matched.length)
  expect(matched.map(key => cache.peek(key))).toEqual(matched.map(() => undefined))
  expect(cache.size).toBe(4 - matched.length)
})

it.each([
  { value: '41', by: 1n, number: '42' },
  { value: '-1', by: 1n, number: '0' },
  { value: '0', by: -9223372036854775808n, number: '-9223372036854775808' },
  { value: '9223372036854775806', by: 1n, number: '9223372036854775807' },
])('increments $value by $by to $number', ({ value, by, number }) => {
  const { cache, clock } = setUp()
  cache.set('n', bytes(value), { ttl: 100, tags: ['t'], contentType: 'text/x-number' })
  clock.advance(40_000)
  expect(cache.increment('n', by).number).toBe(number)
  expect(asHit(cache.get('n'))).toMatchObject({
    ttl: 60,
    age: 0,
    tags: ['t'],
    contentType: 'text/x-number',
    value: bytes(number),
  })
})

it.each([
  '',
  ' 1',
  '1 ',
  '+1',
  '-0',
  '007',
  '1.0',
  '1e3',
  '0x1',
  '9223372036854775807',
  '9223372036854775808',
  '9'.repeat(1000),
  '１',
])('increment refuses %j and leaves it', (value) => {
  const { cache } = setUp()
  const { version } = cache.set('n', bytes(value))
  expect(codeOf(() => cache.increment('n', 1n))).toBe('not-a-number')
  expect(asHit(cache.get('n'))).toMatchObject({ version, value: bytes(value) })
})

it('counts a missing, stale or expired counter from 0 with the TTL of the cache', () => {
  const { cache, clock } = setUp()
  expect(cache.increment('n', 5n).number).toBe('5')
  expect(asHit(cache.get('n'))).toMatchObject({ ttl: 10, contentType: 'text/plain; charset=utf-8' })
  cache.set('stale', bytes('100'), { ttl: 1, grace: 100 })
  clock.advance(1_000)
  expect(cache.increment('stale', 1n).number).toBe('1')
  clock.advance(9_000)
  expect(cache.increment('n', 1n).number).toBe('1')
})

it('merge-patches with preconditions, and refuses with the code that says why', () => {
  const { cache, clock } = setUp({ maxBytes: 8000 })
  const { version } = cache.set('k', bytes('{"a":1.10}'), { ttl: 100, tags: ['t'], contentType: 'application/json' })
  expect(codeOf(() => cache.mergePatch('k', bytes('{}'), [version + 1]))).toBe('precondition-failed')
  expect(codeOf(() => cache.mergePatch('missing', bytes('{}'), 'any'))).toBe('precondition-failed')
  expect(codeOf(() => cache.mergePatch('missing', bytes('{}')))).toBe('entry-not-found')
  expect(codeOf(() => cache.mergePatch('k', bytes('{')))).toBe('malformed-json')
  expect(codeOf(() => cache.mergePatch('k', bytes(JSON.stringify({ a: 'x'.repeat(9000) }))))).toBe('too-large')
  expect(read(cache, 'k')).toBe('{"a":1.10}')
  clock.advance(1_000)
  expect(cache.mergePatch('k', bytes('{"b":2}'), [version]).outcome).toBe('replaced')
  expect(asHit(cache.get('k'))).toMatchObject({
    value: bytes('{"a":1.10,"b":2}'),
    ttl: 99,
    tags: ['t'],
    contentType: 'application/json',
  })
  cache.set('k', bytes('plain'))
  expect(codeOf(() => cache.mergePatch('k', bytes('{}')))).toBe('not-json')
})

it('tells changes in order, and counts them when nobody listens', () => {
  const { cache, engine, clock } = setUp()
  cache.set('quiet', bytes('1'))
  expect(engine.changes).toBe(1)
  engine.subscribe(() => {
    throw new Error('a broken listener')
  })
  const heard = listen(engine)
  cache.set('a', bytes('1'), { tags: ['t'] })
  cache.get('a')
  cache.set('a', bytes('1'), { ifAbsent: true })
  cache.touch('a', 5)
  cache.invalidate({ tag: 't' }, { soft: true })
  clock.advance(5_000)
  cache.get('a')
  cache.delete('a')
  cache.delete('quiet')
  cache.increment('n', 1n)
  cache.flush()
  expect(heard).toEqual([
    'set a',
    'touched a',
    'touched a',
    'removed a expired',
    'removed quiet deleted',
    'set n',
    'flushed 1',
  ])
  expect(engine.changes).toBe(1 + heard.length)
})

it('finds, lists and closes caches; a closed one takes no writes', () => {
  const { cache, engine } = setUp({ name: '__proto__', space: 'constructor', persistent: true })
  cache.set('k', bytes('v'))
  expect(engine.find('constructor', '__proto__')).toBe(cache)
  expect([
    engine.find('constructor', 'toString'),
    engine.find('__proto__', '__proto__'),
  ]).toEqual([undefined, undefined])
  expect(engine.list('constructor')).toEqual([cache])
  expect(codeOf(() => engine.open({ ...cache.definition, id: 'c2' }))).toBe('name-taken')
  expect(engine.close('c1')).toBe(true)
  expect(engine.close('c1')).toBe(false)
  expect([engine.find('constructor', '__proto__'), engine.list(), engine.bytes]).toEqual([undefined, [], 0])
  expect(codeOf(() => cache.set('k', bytes('v')))).toBe('cache-not-found')
  expect(read(cache, 'k')).toBe('(absent)')
})

// Red: in src/main/cache/offheap/insertion-order.ts drop `yield pause`, or in
// src/main/cache/fresh-entries.ts drop the pause among skipped entries.
it('pauses while it looks for the next entry, so that a long list holds nobody up', () => {
  const { cache, clock } = setUp()
  for (let index = 0; index < 70_000; index++)
    cache.set(`k${index}`, bytes(''), { ttl: index < 69_000 ? 1 : null, grace: 60 })
  clock.advance(2000)
  expect(listed(cache).map(({ key }) => key)).toEqual(Array.from({ length: 1000 }, (_, index) => `k${69_000 + index}`))
  // One for each thousand skipped entries, and one for each pass over the slots.
  const pauses = [...cache.entries()].filter(entry => entry === null).length
  expect(pauses).toBeGreaterThan(69 + 60)
})

// Red: in src/main/cache/operations.ts leave out `checkKind(fresh)` in either place.
it('counts and patches bytes only, and leaves an entry of another kind as it is', () => {
  for (const kind of ['hash', 'set', 'zset'] as const) {
    const { cache } = setUp()
    cache.set('k', bytes('{}'), { kind, flags: 5 })
    expect(codeOf(() => cache.increment('k', 1n))).toBe('wrong-kind')
    expect(codeOf(() => cache.mergePatch('k', bytes('{"a":1}')))).toBe('wrong-kind')
    for (const atomic of [false, true]) {
      expect(
        cache.batch([{ op: 'increment', key: 'k', by: 1n }], atomic).results,
      ).toMatchObject([{ op: 'failed', code: 'wrong-kind' }])
    }
    expect(asHit(cache.get('k'))).toMatchObject({ kind, flags: 5, value: bytes('{}') })
    cache.set('k', bytes('1'))
    expect(asHit(cache.get('k'))).toMatchObject({ kind: 'bytes', flags: 0 })
  }
})

// Red: in src/main/cache/operations.ts store a counted entry with flags of 0.
it('keeps the flags of what is counted, patched or touched, and tells them', () => {
  const { cache, engine } = setUp({ persistent: true })
  const heard: unknown[] = []
  engine.subscribe(event => heard.push(event.type === 'set' ? [event.kind, event.flags] : event.type))
  const flags = 2 ** 32 - 1
  cache.set('n', bytes('1'), { flags })
  cache.increment('n', 1n)
  cache.set('p', bytes('{}'), { flags })
  cache.mergePatch('p', bytes('{"a":1}'))
  cache.touch('n', 5)
  expect(['n', 'p'].map(key => asHit(cache.get(key)).flags)).toEqual([flags, flags])
  expect(heard).toEqual([...Array.from({ length: 4 }, () => ['bytes', flags]), 'touched'])
})
