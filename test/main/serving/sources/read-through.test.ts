import { setImmediate as turn } from 'node:timers/promises'
import { SourceInput } from '@shared/source-settings'
import { describe, expect, it, vi } from 'vitest'
import { createProgress } from '../../../../src/main/base/progress'
import { SourceError } from '../../../../src/main/serving/sources/source'
import { callOf } from '../setup'
import { setUpSource, textOf, valueOf } from './setup'

describe('a miss', () => {
  it('is loaded, stored, and a hit afterwards', async () => {
    const { memory, get } = setUpSource({ key: 'product:{key}', grace: 60 })
    memory.held.set('product:1', valueOf('shoe'))
    const first = await get('1')
    expect(first.lookup).toBe('shoe')
    expect(first.call.sourced).toEqual({
      forward: 'miss',
      reason: 'absent',
      collapsed: false,
      stored: true,
      failure: null,
    })
    expect(first.call.marks).toEqual([expect.stringMatching(/^asked main, \d/)])
    const second = await get('1')
    expect([second.lookup, second.call.sourced, memory.loads]).toEqual(['shoe', null, ['product:1']])
  })

  it.each([
    ['the cache\'s TTL where the source has none', undefined, 300],
    ['no longer than the TTL of the source where it has one', 40, 38],
    ['the cache\'s TTL where the value has no end at the source', null, 300],
  ])('lives for %s', async (_, given, expected) => {
    const { memory, cache, get } = setUpSource()
    memory.held.set('a', valueOf('x', given))
    await get('a')
    expect(await cache().peek('a', callOf()))
      .toMatchObject({ givenTtl: expected, grace: 60, contentType: 'text/plain' })
  })

  it('of 1,000 callers at once makes one call of the source', async () => {
    const { memory, cache } = setUpSource()
    memory.held.set('a', valueOf('x'))
    const gate = Promise.withResolvers<void>()
    memory.gate = moment => moment === 'before' ? gate.promise : undefined
    const calls = Array.from({ length: 1000 }, () => callOf())
    const answers = calls.map(call => cache().get('a', call))
    gate.resolve()
    expect(new Set((await Promise.all(answers)).map(textOf))).toEqual(new Set(['x']))
    expect(memory.loads).toEqual(['a'])
    expect(calls.filter(call => call.sourced?.collapsed === true)).toHaveLength(999)
  })

  it('of 1,000 callers ends for all of them with the same error', async () => {
    const { memory, cache } = setUpSource()
    memory.gate = () => {
      throw new SourceError('refused', 'it is loading its data.')
    }
    const answers = await Promise.allSettled(Array.from({ length: 1000 }, () => cache().get('a', callOf())))
    expect(new Set(answers.map(answer => answer.status === 'rejected' && String(answer.reason))))
      .toEqual(new Set(['LarderError: The source main failed: it is loading its data.']))
    expect(memory.loads).toEqual(['a'])
  })

  it('of something that the source lacks is remembered for the negative TTL, and until a write', async () => {
    const { memory, get, set, pass } = setUpSource({ negativeTtl: 5 })
    expect((await get('a')).lookup).toBe('(absent)')
    memory.held.set('a', valueOf('new'))
    pass(4900)
    const remembered = await get('a')
    expect([remembered.lookup, remembered.call.marks]).toEqual(['(absent)', ['absent at main, remembered']])
    pass(100)
    expect((await get('a')).lookup).toBe('new')
    expect((await get('b')).lookup).toBe('(absent)')
    await set('b', 'mine')
    expect((await get('b')).lookup).toBe('mine')
  })

  it('ends after the hard timeout; a driver that never answers holds nobody', async () => {
    const { memory, cache, timer } = setUpSource({ hardTimeout: 2 })
    memory.gate = () => new Promise(() => {})
    const answer = cache().get('a', callOf())
    timer.advance(1999)
    timer.advance(1)
    await expect(answer).rejects.toThrow('The source main did not answer within 2 s.')
    expect(timer.waiting).toBe(0)
  })

  it('is not stored by a load during which the entry was written, and later callers get the write', async () => {
    const { memory, cache, get, set } = setUpSource()
    memory.held.set('a', valueOf('old'))
    const gate = Promise.withResolvers<void>()
    memory.gate = moment => moment === 'after' ? gate.promise : undefined
    const early = cache().get('a', callOf())
    await turn()
    await set('a', 'written')
    gate.resolve()
    expect(textOf(await early)).toBe('old')
    expect((await get('a')).lookup).toBe('written')
  })

  it.each(['flush', 'invalidate'] as const)('is not stored by a load that was running at a %s', async (how) => {
    const { memory, cache, get } = setUpSource()
    memory.held.set('a', valueOf('old'))
    const gate = Promise.withResolvers<void>()
    memory.gate = moment => moment === 'after' ? gate.promise : undefined
    const early = cache().get('a', callOf())
    await turn()
    await (how === 'flush' ? cache().flush(callOf()) : cache().invalidate({ prefix: '' }, {}, callOf()))
    memory.held.set('a', valueOf('new'))
    gate.resolve()
    expect(textOf(await early)).toBe('old')
    expect((await get('a')).lookup).toBe('new')
  })

  it('is refused, and not stored, if the cache was switched off meanwhile', async () => {
    const { memory, caches, cache, engine } = setUpSource()
    memory.held.set('a', valueOf('x'))
    const gate = Promise.withResolvers<void>()
    memory.gate = moment => moment === 'after' ? gate.promise : undefined
    const early = cache().get('a', callOf())
    await turn()
    caches.enabled = false
    gate.resolve()
    await expect(early).rejects.toThrow('All caching is switched off.')
    caches.enabled = true
    expect(engine.list()[0]?.size).toBe(0)
  })
})

describe('a stale entry', () => {
  it('waits for the source, but no longer than the soft timeout', async () => {
    const { memory, get, cache, pass } = setUpSource({ softTimeout: 0.2 })
    memory.held.set('a', valueOf('old', 10))
    await get('a')
    pass(11_000)
    memory.held.set('a', valueOf('new', 10))
    expect((await get('a')).lookup).toBe('new')

    pass(11_000)
    memory.held.set('a', valueOf('newer', 10))
    const gate = Promise.withResolvers<void>()
    memory.gate = moment => moment === 'after' ? gate.promise : undefined
    const call = callOf()
    const waiting = cache().get('a', call)
    await turn()
    pass(200)
    expect(textOf(await waiting)).toBe('new')
    expect(call.sourced).toMatchObject({ forward: 'stale', failure: null })
    // The load goes on, and the next one has it.
    gate.resolve()
    await turn()
    expect((await get('a')).lookup).toBe('newer')
  })

  it('is served if the source fails, and the answer says why', async () => {
    const { memory, get, pass } = setUpSource()
    memory.held.set('a', valueOf('old', 10))
    await get('a')
    pass(11_000)
    memory.gate = () => {
      throw new SourceError('unreachable', 'it is not there.')
    }
    const { lookup, call } = await get('a')
    expect([lookup, call.sourced?.failure]).toEqual(['old', 'source-failed'])
    pass(60_000)
    await expect(get('a')).rejects.toThrow('The source main cannot be reached.')
  })

  it('goes if the source has it no more', async () => {
    const { memory, get, cache, pass } = setUpSource()
    memory.held.set('a', valueOf('old', 10))
    await get('a')
    pass(11_000)
    memory.held.delete('a')
    expect((await get('a')).lookup).toBe('(absent)')
    expect(await cache().peek('a', callOf())).toBeUndefined()
  })
})

// Red: in src/main/serving/sources/keeping.ts let `pass` not call `drop`, or leave
// `run.current` out of `drop`.
describe.each([
  ['may not be held', { ...valueOf('new', 0), grace: 60 }],
  ['is too large to be held', valueOf('new'.padEnd(2_000_000))],
])('what %s at its source', (_, newer) => {
  async function start() {
    const parts = setUpSource({}, { maxBytes: 1_000_000 })
    parts.memory.held.set('a', valueOf('old'))
    await parts.get('a')
    parts.memory.held.set('a', newer)
    const get = async (change = {}) => {
      const { lookup, call } = await parts.get('a', change)
      return { text: lookup.trimEnd(), sourced: call.sourced }
    }
    return { ...parts, get }
  }

  it('takes the older copy with it: nobody who reads after a reader with no-cache gets an older value', async () => {
    const { get, cache, memory } = await start()
    expect(await get({ cacheControl: 'no-cache' })).toMatchObject({ text: 'new', sourced: { stored: false } })
    expect(await cache().peek('a', callOf())).toBeUndefined()
    expect(await get()).toMatchObject({ text: 'new', sourced: { reason: 'absent' } })
    expect(memory.loads).toEqual(['a', 'a', 'a'])
  })

  it('is told by a refresh as what is held no more', async () => {
    const { get, cache } = await start()
    const progress = createProgress()
    await cache().refresh?.('held', progress, callOf())
    expect(progress).toMatchObject({ matched: 0, gone: 1 })
    expect((await get()).text).toBe('new')
  })

  it('leaves what was written meanwhile', async () => {
    const { get, set, cache, memory } = await start()
    const gate = Promise.withResolvers<void>()
    memory.gate = moment => moment === 'after' ? gate.promise : undefined
    const early = cache().get('a', callOf({ cacheControl: 'no-cache' }))
    await turn()
    await set('a', 'written')
    gate.resolve()
    await early
    expect((await get()).text).toBe('written')
  })
})

// Red: in src/main/serving/sources/reading.ts leave out a line of `marksOf`.
it('tells the log why the source was asked, and whether what it brought is held', async () => {
  const { memory, get, pass } = setUpSource()
  const marksOf = async (cacheControl: string | null = null) => (await get('a', { cacheControl })).call.marks.slice(1)
  memory.held.set('a', valueOf('x', 10))
  expect(await marksOf()).toEqual([])
  expect(await marksOf('no-cache')).toEqual(['a fresh one was held'])
  pass(11_000)
  memory.held.set('a', valueOf('x', 0))
  expect(await marksOf()).toEqual(['a stale one was held', 'not held afterwards'])
  expect(await marksOf()).toEqual(['not held afterwards'])
  memory.held.delete('a')
  expect(await marksOf()).toEqual([])
})

// Red: in src/main/serving/sources/keeping.ts delete it in place of `drop`.
it.each<[string, (parts: ReturnType<typeof setUpSource>) => unknown]>([
  ['a read with no-cache', ({ get }) => get('a', { cacheControl: 'no-cache' })],
  ['a read of what is stale', ({ get, pass }) => {
    pass(11_000)
    return get('a')
  }],
  ['a refresh', ({ cache }) => cache().refresh?.('held', createProgress(), callOf())],
])('what has gone at its source misses as absent after %s, as nobody here deleted it', async (_, look) => {
  const parts = setUpSource({ negativeTtl: 5 })
  const { memory, get, mount, pass } = parts
  memory.held.set('a', valueOf('old', 10))
  await get('a')
  memory.held.delete('a')
  await look(parts)
  expect(mount.cache.size).toBe(0)
  expect((await get('a')).lookup).toBe('(absent)')
  pass(6000)
  expect((await get('a')).lookup).toBe('(absent)')
  expect(mount.cache.statistics().misses).toMatchObject({ invalidated: 0 })
})

describe('the breaker', () => {
  it('opens after five failures, lets one call try after 1, 2, 4 … 30 s, and closes when one succeeds', async () => {
    const { memory, get, pass } = setUpSource({ negativeTtl: 0 })
    memory.gate = () => {
      throw new SourceError('unreachable', 'it is not there.')
    }
    for (let n = 0; n < 5; n++)
      await expect(get(`k${n}`)).rejects.toThrow('cannot be reached')
    await expect(get('a')).rejects.toMatchObject({ code: 'source-resting', retryAfter: 1 })
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      pass(seconds * 1000 - 1)
      await expect(get('a')).rejects.toMatchObject({ code: 'source-resting' })
      pass(1)
      await expect(get('a')).rejects.toMatchObject({ code: 'source-failed' })
    }
    memory.gate = () => {}
    memory.held.set('a', valueOf('x'))
    pass(30_000)
    expect((await get('a')).lookup).toBe('x')
    expect((await get('b')).lookup).toBe('(absent)')
    expect(memory.loads).toHaveLength(5 + 7 + 2)
  })
})

describe('the reader\'s Cache-Control', () => {
  it.each([
    ['no-cache', 0, 'new'],
    ['max-age=5', 4, 'held'],
    ['max-age=5', 6, 'new'],
    ['max-age=0', 1, 'new'],
    ['only-if-cached', 4, 'held'],
    ['only-if-cached', 12, 'not-held'],
    ['max-stale=5', 12, 'held'],
    ['max-stale', 50, 'held'],
    ['max-stale=1', 12, 'new'],
    ['max-age="5"', 6, 'new'],
    ['max-age=x, private', 4, 'held'],
    ['NO-CACHE', 0, 'new'],
  ])('%s after %i s of a TTL of 10 s: %s', async (cacheControl, seconds, expected) => {
    const { memory, get, pass } = setUpSource()
    memory.held.set('a', valueOf('held', 10))
    await get('a')
    memory.held.set('a', valueOf('new', 10))
    pass(seconds * 1000)
    const code = (error: unknown): string => (error as { code: string }).code
    const answer = await get('a', { cacheControl }).then(({ lookup }) => lookup, code)
    expect(answer).toBe(expected)
  })
})

it('says so if there is no such connection', async () => {
  const { get } = setUpSource({ connection: 'gone' })
  await expect(get('a')).rejects.toMatchObject({ code: 'source-failed', message: 'There is no connection gone.' })
})

it('refuses an atomic batch, and runs another one step by step', async () => {
  const { memory, cache } = setUpSource()
  memory.held.set('a', valueOf('1'))
  const call = callOf({ operation: 'entries.batch' })
  const steps = [{ op: 'get', key: 'a' }, { op: 'increment', key: 'a', by: 2n }, { op: 'get', key: 'b' }] as const
  await expect(cache().batch(steps, true, call)).rejects.toMatchObject({ code: 'not-here' })
  const { results } = await cache().batch(steps, false, call)
  expect(results).toMatchObject([{ op: 'get' }, { op: 'increment', number: '3' }, { op: 'get', lookup: 'absent' }])
})

describe('a load that was running', () => {
  /** A load that has read `old`, which is held, and has not ended; then the source changed. */
  async function start() {
    const parts = setUpSource()
    const { memory, get, cache } = parts
    memory.held.set('a', valueOf('old'))
    await get('a')
    const gate = Promise.withResolvers<void>()
    memory.gate = moment => moment === 'after' ? gate.promise : undefined
    const early = cache().get('a', callOf({ cacheControl: 'no-cache' }))
    await turn()
    memory.held.set('a', valueOf('new'))
    memory.gate = () => {}
    return { ...parts, early, gate }
  }

  // Red: in src/main/serving/sources/refreshing.ts leave `fresh` out.
  it('at a refresh is no part of it, and is not stored', async () => {
    const { cache, get, early, gate } = await start()
    const refreshed = cache().refresh?.('held', createProgress(), callOf())
    await turn()
    gate.resolve()
    await refreshed
    expect([textOf(await early), (await get('a')).lookup]).toEqual(['old', 'new'])
  })

  // Red: in src/main/serving/layers/read-through.ts leave out the first `turns.wrote()` of `flush`.
  it('at a flush is not stored, also where it ends in the same moment', async () => {
    const { cache, get, early, gate } = await start()
    gate.resolve()
    const flushed = cache().flush(callOf())
    await Promise.all([flushed, early])
    expect((await get('a')).lookup).toBe('new')
  })
})

// Red: in src/main/serving/sources/refreshing.ts return where there is a write; leave `stays` out.
const moments = ['before', 'after'] as const
it.each(moments)('a refresh that begins %s a write that is refused brings what the source has', async (moment) => {
  const { memory, get, set, cache } = setUpSource({ mode: 'write-through' })
  memory.held.set('a', valueOf('old'))
  await get('a')
  memory.held.set('a', valueOf('new'))
  const gate = Promise.withResolvers<void>()
  memory.gate = () => gate.promise
  const refresh = () => cache().refresh?.('held', createProgress(), callOf())
  const before = moment === 'before' ? refresh() : undefined
  await turn()
  const refused = set('a', 'mine', { ifAbsent: true })
  const after = moment === 'after' ? refresh() : undefined
  expect(await refused).toMatchObject({ outcome: 'refused' })
  gate.resolve()
  await Promise.all([before, after])
  expect((await get('a')).lookup).toBe('new')
})

// Red: in src/main/serving/layers/read-through.ts leave `isOpen` as it is on disposal; in
// src/main/serving/sources/refreshing.ts leave out the second `checkOn`.
it.each([['another source', SourceInput.parse({ connection: 'other' })], ['no source', null]])(
  'a refresh ends when its cache gets %s: it asks the old one no more, and counts nothing that it threw away',
  async (_, source) => {
    const { memory, get, cache, caches, mount } = setUpSource()
    const keys = Array.from({ length: 40 }, (_, index) => `k${index}`)
    keys.forEach(key => memory.held.set(key, valueOf('old')))
    for (const key of keys)
      await get(key)
    memory.loads.length = 0
    const gate = Promise.withResolvers<void>()
    memory.gate = moment => moment === 'after' ? gate.promise : undefined
    const progress = createProgress()
    const refreshed = cache().refresh?.('held', progress, callOf())
    const refused = expect(refreshed).rejects.toThrow('The settings of the cache were changed')
    await vi.waitUntil(() => memory.loads.length === 16)
    keys.forEach(key => memory.held.set(key, valueOf('new')))
    await caches.configure(mount, { source })
    gate.resolve()
    await refused
    expect([memory.loads.length, progress.matched]).toEqual([16, 0])
    const texts = await Promise.all(keys.map(async key => (await mount.served.peek(key, callOf()))?.value.toString()))
    expect(new Set(texts)).toEqual(new Set(['old']))
  },
)

// Red: in src/main/serving/caches.ts compose the layers anew in `rename`.
it('a refresh goes on when its cache gets another name, which changes no setting', async () => {
  const { memory, get, cache, caches, mount } = setUpSource()
  const keys = Array.from({ length: 40 }, (_, index) => `k${index}`)
  for (const key of keys) {
    memory.held.set(key, valueOf('old'))
    await get(key)
  }
  const gate = Promise.withResolvers<void>()
  memory.loads.length = 0
  memory.gate = moment => moment === 'after' ? gate.promise : undefined
  const progress = createProgress()
  const refreshed = cache().refresh?.('held', progress, callOf())
  await vi.waitUntil(() => memory.loads.length === 16)
  caches.rename(mount, 'd')
  gate.resolve()
  await refreshed
  expect([memory.loads.length, progress.matched]).toEqual([40, 40])
})
