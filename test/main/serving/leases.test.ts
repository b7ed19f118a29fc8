import type { Call, ServedCache } from '../../../src/main/serving/ports'
import { Buffer } from 'node:buffer'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { asHolder } from '../../../src/main/serving/leases/guard'
import { SourceError } from '../../../src/main/serving/sources/source'
import { LarderError } from '../../../src/shared/errors'
import { createManualTimer } from '../../helpers/manual-timer'
import { callOf, setUp } from './setup'
import { setUpSource } from './sources/setup'

const stays = new AbortController().signal

function setUpLeases(settings: Parameters<typeof setUp>[1] = {}) {
  const timer = createManualTimer()
  const parts = setUp([], settings, undefined, timer)
  const { serving, clock } = parts
  const cache = () => serving.open(callOf(), 'c')
  return {
    ...parts,
    cache,
    pass(milliseconds: number) {
      clock.advance(milliseconds)
      timer.advance(milliseconds)
    },
    /** What came of it: `lease`, the value, or the code of the error. */
    async take(key = 'a', wish: { ttl?: number, wait?: number, left?: AbortSignal } = {}, call: Call = callOf()) {
      try {
        const taken = await serving.lease(call, 'c', key, { ttl: 30, wait: 5, left: stays, ...wish })
        return 'hit' in taken ? taken.hit.value.toString() : { lease: taken.token }
      }
      catch (error) {
        return error instanceof LarderError ? error.code : error
      }
    },
    async token(key = 'a', ttl = 30): Promise<string> {
      const taken = await serving.lease(callOf(), 'c', key, { ttl, wait: 0, left: stays })
      return 'token' in taken ? taken.token : ''
    },
    fulfil(token: string, text: string, key = 'a'): unknown {
      const { book, cache } = serving.leases(callOf(), 'c')
      try {
        return asHolder(cache, book, key, token).set(key, Buffer.from(text), {}, callOf())
      }
      catch (error) {
        return error instanceof LarderError ? error.code : error
      }
    },
    set: (text: string, options = {}) => cache().set('a', Buffer.from(text), options, callOf()),
  }
}

// Red: in src/main/serving/leases/take-lease.ts grant one also where there is one.
it('of 1,000 misses of a key at once exactly one gets the lease, and all others its value', async () => {
  const { take, fulfil } = setUpLeases()
  const all = Array.from({ length: 1000 }, () => take())
  const first = await Promise.race(all)
  expect(fulfil((first as { lease: string }).lease, 'made')).toMatchObject({ outcome: 'created' })
  const outcomes = await Promise.all(all)
  expect(outcomes.filter(outcome => typeof outcome === 'object')).toHaveLength(1)
  expect(outcomes.filter(outcome => outcome === 'made')).toHaveLength(999)
})

it('a fresh entry is served, and needs no lease', async () => {
  const { take, set, mount, cache } = setUpLeases()
  void set('there')
  expect([await take(), cache()]).toEqual(['there', mount.cache])
})

describe('who waits', () => {
  it('is told after that time that somebody else has the lease, and when it runs out', async () => {
    const { serving, token, pass } = setUpLeases()
    await token()
    const waits = serving.lease(callOf(), 'c', 'a', { ttl: 30, wait: 5, left: stays })
    const refused = expect(waits).rejects.toMatchObject({ code: 'lease-held', retryAfter: 25 })
    await turn()
    pass(5000)
    await refused
  })

  it('gets what is stale after that time', async () => {
    const { take, token, set, pass } = setUpLeases({ ttl: 1 })
    void set('old', { grace: 100 })
    pass(2000)
    expect(await token()).not.toBe('')
    expect(await take('a', { wait: 0 })).toBe('old')
  })

  // Red: in src/main/serving/leases/lease-book.ts leave `alarm` out.
  it('gets the lease of one that runs out, one after another', async () => {
    const { take, token, pass } = setUpLeases()
    await token('a', 10)
    const waits = [take('a', { wait: 50 }), take('a', { wait: 50 })]
    await turn()
    pass(10_000)
    expect(await Promise.race(waits)).toEqual({ lease: expect.any(String) })
    pass(30_000)
    expect(await Promise.all(waits)).toEqual([{ lease: expect.any(String) }, { lease: expect.any(String) }])
  })

  // Red: in src/main/serving/leases/take-lease.ts leave out `left.aborted`.
  it('and is gone gets no lease: it goes to the next', async () => {
    const { take, token, pass } = setUpLeases()
    await token('a', 10)
    const gone = new AbortController()
    const waits = [take('a', { wait: 50, left: gone.signal }), take('a', { wait: 50 })]
    await turn()
    gone.abort()
    pass(10_000)
    expect(await Promise.all(waits)).toEqual(['lease-held', { lease: expect.any(String) }])
  })
})

type Leased = ReturnType<typeof setUpLeases>

// Red: in src/main/serving/caches.ts leave out `endLeases` of the row.
describe.each<[string, string, (parts: Leased, on: boolean) => unknown]>([
  ['the switch', 'caching-off', ({ caches }, on) => caches.enabled = on],
  ['the switch of the cache', 'cache-off', ({ caches, mount }, on) => caches.configure(mount, { enabled: on })],
])('%s that goes off', (_, refused, move) => {
  it('ends the leases: who waits is turned away at once, and nobody holds the key afterwards', async () => {
    const parts = setUpLeases()
    const { take, fulfil, token } = parts
    const [lease, other] = [await token(), await token('b')]
    const waits = take('a', { wait: 50 })
    await turn()
    await move(parts, false)
    expect(await waits).toBe(refused)
    await move(parts, true)
    expect([fulfil(lease, 'late'), fulfil(other, 'late', 'b')]).toEqual(['lease-ended', 'lease-ended'])
    expect(await take('a', { wait: 0 })).toEqual({ lease: expect.any(String) })
  })

  it('ends none where it was on and is set to on again', async () => {
    const parts = setUpLeases()
    const lease = await parts.token()
    await move(parts, true)
    expect(parts.fulfil(lease, 'made')).toMatchObject({ outcome: 'created' })
  })
})

const value = (text: string): Buffer => Buffer.from(text)
const dry = { soft: false, dryRun: true }
const some = { soft: false, dryRun: false }

// Red: in src/main/serving/leases/guard.ts leave out the method of the row; in `mayConcern` return
// true, or false.
describe.each<[string, boolean, (parts: Leased) => unknown]>([
  ['a plain set', true, ({ set }) => set('other')],
  ['a set that is refused', false, ({ set }) => set('other', { ifVersion: [1] })],
  ['a deletion, though there was nothing', true, ({ cache }) => cache().delete('a', undefined, callOf())],
  ['a deletion that is refused', false, ({ cache }) => cache().delete('a', [1], callOf())],
  ['a deletion of another key', false, ({ cache }) => cache().delete('b', undefined, callOf())],
  ['an increment', true, ({ cache }) => cache().increment('a', 1n, {}, callOf())],
  ['a batch', true, ({ cache }) => cache().batch([{ op: 'delete', key: 'a' }], false, callOf())],
  ['an atomic batch that fails', false, ({ cache }) => cache().batch([
    { op: 'delete', key: 'a' },
    { op: 'set', key: 'b', value: value('x'), options: { ifVersion: [1] } },
  ], true, callOf())],
  ['a batch that only reads', false, ({ cache }) => cache().batch([{ op: 'get', key: 'a' }], false, callOf())],
  ['a flush', true, ({ cache }) => cache().flush(callOf())],
  ['an invalidation of its prefix', true, ({ cache }) => cache().invalidate({ prefix: 'a' }, some, callOf())],
  ['an invalidation of another prefix', false, ({ cache }) => cache().invalidate({ prefix: 'b' }, some, callOf())],
  ['an invalidation by a tag', true, ({ cache }) => cache().invalidate({ tag: 't' }, some, callOf())],
  ['an invalidation of keys', true, ({ cache }) => cache().invalidate({ any: [{ keys: ['b', 'a'] }] }, some, callOf())],
  ['one that makes stale', true, ({ cache }) => cache().invalidate({ tag: 't' }, { ...some, soft: true }, callOf())],
  ['a count of what would go', false, ({ cache }) => cache().invalidate({ tag: 't' }, dry, callOf())],
  ['the expired being dropped', false, ({ cache }) => cache().invalidate({ expired: true }, some, callOf())],
  ['another key being set', false, ({ cache }) => cache().set('b', value('x'), {}, callOf())],
  ['a changed setting', false, ({ caches, mount }) => caches.configure(mount, { ttl: 5 })],
])('%s', (_, ends, act) => {
  it(ends ? 'ends the lease: its holder stores nothing' : 'leaves the lease', async () => {
    const parts = setUpLeases()
    const token = await parts.token()
    await act(parts)
    const before = await parts.cache().peek('a', callOf())
    const seen = before?.value.toString()
    const stored = parts.fulfil(token, 'late')
    if (ends)
      expect(stored).toBe('lease-ended')
    else
      expect(stored).toMatchObject({ outcome: 'created' })
    expect((await parts.cache().peek('a', callOf()))?.value.toString()).toBe(ends ? seen : 'late')
  })
})

// Red: in src/main/serving/leases/take-lease.ts leave out `now`.
it('who looks at a source while somebody stores the value gets no lease', async () => {
  const { serving, memory } = setUpSource()
  const take = () => serving.lease(callOf(), 'c', 'a', { ttl: 30, wait: 0, left: stays })
  const gate = Promise.withResolvers<void>()
  memory.gate = moment => moment === 'before' ? gate.promise : undefined
  const looks = take()
  await turn()
  await serving.open(callOf(), 'c').set('a', value('made'), {}, callOf())
  gate.resolve()
  expect(await looks).toMatchObject({ hit: { value: value('made') } })
})

describe('over a cache with write-through', () => {
  async function start() {
    const parts = setUpSource({ mode: 'write-through', negativeTtl: 0 })
    const { serving } = parts
    const taken = await serving.lease(callOf(), 'c', 'a', { ttl: 30, wait: 0, left: stays })
    const token = 'token' in taken ? taken.token : ''
    return {
      ...parts,
      cache: () => serving.open(callOf(), 'c'),
      /** The value, or the code of the error. */
      async fulfil(text: string): Promise<unknown> {
        try {
          const { book, cache } = serving.leases(callOf(), 'c')
          return (await asHolder(cache, book, 'a', token).set('a', value(text), {}, callOf())).outcome
        }
        catch (error) {
          return error instanceof LarderError ? error.code : error
        }
      },
      at: () => parts.memory.held.get('a')?.value.toString(),
    }
  }

  // Red: in src/main/serving/leases/guard.ts let `asHolder` write to what `withLeases` has wrapped.
  it('its holder writes to the source, and who waited gets the value', async () => {
    const { serving, fulfil, at } = await start()
    const waits = serving.lease(callOf(), 'c', 'a', { ttl: 30, wait: 5, left: stays })
    await turn()
    expect(await fulfil('made')).toBe('created')
    expect([await waits, at()]).toEqual([{ hit: expect.objectContaining({ value: value('made') }) as object }, 'made'])
    expect(await fulfil('again')).toBe('lease-ended')
    expect(at()).toBe('made')
  })

  it('a write that the source refuses leaves the lease, so that its holder can try again', async () => {
    const { memory, fulfil, at } = await start()
    memory.gate = () => {
      throw new SourceError('refused', 'it is busy.')
    }
    expect(await fulfil('made')).toBe('source-failed')
    memory.gate = () => {}
    expect([await fulfil('made'), at()]).toEqual(['created', 'made'])
  })

  // Red: in src/main/serving/leases/guard.ts drop the first `end()` of `ending`.
  it.each<[string, (cache: ServedCache) => unknown]>([
    ['plain set', cache => cache.set('a', value('other'), {}, callOf())],
    ['deletion', cache => cache.delete('a', undefined, callOf())],
    ['increment', cache => cache.increment('a', 1n, {}, callOf())],
  ])('a %s ends it at its beginning, before the source has answered', async (_, act) => {
    const { memory, cache, fulfil } = await start()
    const gate = Promise.withResolvers<void>()
    memory.gate = () => gate.promise
    const acting = act(cache())
    await turn()
    expect(await fulfil('late')).toBe('lease-ended')
    gate.resolve()
    await acting
  })

  it('a touch leaves it, as it changes no value', async () => {
    const { cache, fulfil, at } = await start()
    expect(await cache().touch('a', 5, undefined, callOf())).toBe('missing')
    expect([await fulfil('made'), at()]).toEqual(['created', 'made'])
  })
})

// Red: in src/main/serving/caches.ts let `serve` always wrap, or never.
it('a cache without leases is the engine\'s own object, before and after', async () => {
  const { token, fulfil, mount, cache, pass } = setUpLeases()
  expect(cache()).toBe(mount.cache)
  const lease = await token()
  await token('b', 1)
  expect(cache()).not.toBe(mount.cache)
  expect(fulfil(lease, 'x')).toMatchObject({ outcome: 'created' })
  pass(1000)
  expect(cache()).toBe(mount.cache)
  expect(fulfil(lease, 'again')).toBe('lease-ended')
})

it('leases of a cache are limited, and end with it', async () => {
  const { take, token, caches, mount } = setUpLeases()
  for (let key = 0; key < 10_000; key++)
    await token(`k${key}`)
  expect(await take('more')).toBe('overloaded')
  const waits = take('k0')
  await turn()
  caches.close(mount.cache.definition.id)
  expect(await waits).toBe('cache-not-found')
})
