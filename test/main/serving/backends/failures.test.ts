import type { Call } from '../../../../src/main/serving/ports'
import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { createProgress } from '../../../../src/main/base/progress'
import { SourceError } from '../../../../src/main/serving/sources/source'
import { createMemoryBackend } from '../../../helpers/memory-backend'
import { callOf } from '../setup'
import { setUpBackend } from './setup'

type Parts = ReturnType<typeof start>

function start(near = 60) {
  const memory = createMemoryBackend()
  const parts = setUpBackend(memory, { near: { ttl: near } })
  memory.now = parts.clock.monotonic
  return { ...parts, memory }
}

/** The value, or that there is none, whatever the reason. */
const told = (answer: string): string => answer.startsWith('(') ? 'nothing' : answer

/** Every operation that changes something, with how the backend carries it out. */
const changes: Record<string, { by: string, run: (parts: Parts, call: Call) => Promise<unknown> }> = {
  'set': { by: 'set', run: async ({ cache }, call) => cache().set('a', Buffer.from('2'), {}, call) },
  'conditional set': {
    by: 'replace',
    run: async ({ cache }, call) => cache().set('a', Buffer.from('2'), { ifVersion: 'any' }, call),
  },
  'delete': { by: 'delete', run: async ({ cache }, call) => cache().delete('a', undefined, call) },
  'touch': { by: 'replace', run: async ({ cache }, call) => cache().touch('a', 5, undefined, call) },
  'increment': { by: 'replace', run: async ({ cache }, call) => cache().increment('a', 1n, {}, call) },
  'patch': {
    by: 'replace',
    run: async ({ cache }, call) => cache().mergePatch('a', Buffer.from('2'), undefined, call),
  },
}

describe.each(Object.entries(changes))('%s', (_, { by, run }) => {
  it.each(['refused', 'unreachable'] as const)('that is %s answers 502 and changes nothing', async (failure) => {
    const parts = start()
    await parts.set('a', '1')
    const before = parts.memory.held.get('c:a')
    parts.memory.gate = (moment, operation) => {
      if (moment === 'before' && operation === by)
        throw new SourceError(failure, 'it is not well.')
    }
    const message = failure === 'refused'
      ? 'The backend main failed: it is not well.'
      : 'The backend main cannot be reached.'
    await expect(run(parts, callOf())).rejects.toMatchObject({ code: 'source-failed', message })
    parts.memory.gate = () => {}
    expect([parts.memory.held.get('c:a'), await parts.get('a')]).toEqual([before, '1'])
  })

  // Red: in src/main/serving/backends/changing.ts drop `copies.doubt(key)`, and drop no copy.
  it.each(['a broken connection', 'no answer in time'])('with %s is unknown: 504, and no copy', async (how) => {
    const parts = start()
    await parts.set('a', '1')
    const reached = Promise.withResolvers<void>()
    parts.memory.gate = (moment, operation) => {
      if (moment === 'before' || operation !== by)
        return
      reached.resolve()
      if (how === 'a broken connection')
        throw new SourceError('lost', 'it broke.')
      return new Promise(() => {})
    }
    const change = run(parts, callOf())
    const ended = expect(change).rejects.toMatchObject({
      code: 'source-timeout',
      message: expect.stringContaining('It is not known whether the change was made') as string,
    })
    await reached.promise
    parts.timer.advance(5000)
    await ended
    parts.memory.gate = () => {}
    // What others see now is what is there.
    expect(told(await parts.get('a'))).toBe(told(await setUpBackend(parts.memory).get('a')))
  })
})

describe('a read', () => {
  it('fails with 502, 504 and, after five failures in a row, 503', async () => {
    const { memory, get, pass, timer, cache } = start(0)
    memory.gate = () => new Promise(() => {})
    const late = expect(get('a')).rejects.toMatchObject({
      code: 'source-timeout',
      message: 'The backend main did not answer within 5 s.',
    })
    timer.advance(5000)
    await late
    memory.gate = () => {
      throw new SourceError('unreachable', 'it is not there.')
    }
    for (let n = 0; n < 4; n++)
      await expect(get('a')).rejects.toMatchObject({ code: 'source-failed' })
    await expect(get('a')).rejects.toMatchObject({ code: 'source-resting', retryAfter: 1 })
    memory.gate = () => {}
    pass(1000)
    expect(await get('a')).toBe('(absent)')
    expect(await cache().peek('a', callOf())).toBeUndefined()
  })

  it('uses a near copy while the backend is away, and no copy beyond its time', async () => {
    const { memory, get, set, pass } = start(60)
    await set('a', '1')
    memory.gate = () => {
      throw new SourceError('unreachable', 'it is not there.')
    }
    expect(await get('a')).toBe('1')
    pass(60_000)
    await expect(get('a')).rejects.toMatchObject({ code: 'source-failed' })
  })

  it('at once by many is one call where copies may be used, and one each where they may not', async () => {
    for (const [near, calls] of [[60, 1], [0, 10]] as const) {
      const { memory, get } = start(near)
      memory.gate = moment => moment === 'after' ? new Promise(resolve => setImmediate(resolve)) : undefined
      await Promise.all(Array.from({ length: 10 }, () => get('a')))
      expect(memory.calls).toHaveLength(calls)
    }
  })

  it('counts as a hit of the cache, and says in the request log what it took', async () => {
    const { memory, set, cache, mount } = start(0)
    await set('a', '1')
    const call = callOf()
    await cache().get('a', call)
    await cache().get('none', callOf())
    expect(mount.cache.statistics()).toMatchObject({ hits: 1, misses: { absent: 1 } })
    expect([call.marks, call.sourced]).toEqual([[expect.stringMatching(/^asked the backend main, \d/)], null])
    expect(memory.calls).toEqual(['set c:a', 'get c:a', 'get c:none'])
  })
})

describe('a flush that failed', () => {
  async function begin() {
    const parts = start(60)
    for (const key of ['a', 'b'])
      await parts.set(key, '1')
    const { history, clock } = parts
    /** Whether the history says that the cache was cleared. */
    function isCleared(): boolean {
      clock.advance(1000)
      history.sample()
      const { events } = history.read('all', 'seconds', 0)
      return events.some(({ kind }) => kind === 'clear')
    }
    return { ...parts, isCleared, flush: async () => await parts.cache().flush(callOf()) }
  }

  // Red: in src/main/serving/backends/clearing.ts let `flush` flush what is held here in any case.
  it('is told as none, and shows nothing that has gone', async () => {
    const { memory, engine, isCleared, flush, get } = await begin()
    memory.gate = (moment, operation, key) => {
      if (moment === 'before' && operation === 'delete' && key === 'c:b')
        throw new SourceError('refused', 'it is not well.')
    }
    await expect(flush()).rejects.toMatchObject({ code: 'source-failed' })
    expect([isCleared(), engine.list()[0]?.size]).toEqual([false, 1])
    expect([told(await get('a')), await get('b')]).toEqual(['nothing', '1'])
    memory.gate = () => {}
    expect([await flush(), isCleared(), await get('b')]).toEqual([1, true, '(flushed)'])
  })

  it('before anything went leaves what is held here', async () => {
    const { memory, caches, engine, isCleared, flush } = await begin()
    memory.gate = () => {
      throw new SourceError('unreachable', 'it is not there.')
    }
    await expect(flush()).rejects.toMatchObject({ code: 'source-failed' })
    caches.enabled = false
    await expect(flush()).rejects.toMatchObject({ code: 'caching-off' })
    expect([isCleared(), engine.list()[0]?.size]).toEqual([false, 2])
  })
})

describe('a switch that is off', () => {
  it('keeps every call from the backend; what is held here can be looked at', async () => {
    const { memory, caches, cache, set } = start(0)
    await set('a', '1')
    const before = memory.calls.length
    caches.enabled = false
    expect((await cache().peek('a', callOf()))?.value.toString()).toBe('1')
    await expect(async () => cache().flush(callOf())).rejects.toMatchObject({ code: 'caching-off' })
    expect(memory.calls).toHaveLength(before)
  })

  it('refuses the answer of a read that was on its way', async () => {
    const { memory, caches, get } = start(0)
    const gate = Promise.withResolvers<void>()
    memory.gate = moment => moment === 'after' ? gate.promise : undefined
    const answer = get('a')
    caches.enabled = false
    gate.resolve()
    await expect(answer).rejects.toMatchObject({ code: 'caching-off' })
  })
})

describe('what needs a cache that lives here alone', () => {
  it('is refused by name: atomic batches and exports', async () => {
    const { cache, memory } = start()
    const call = callOf()
    const steps = [{ op: 'set', key: 'a', value: Buffer.from('1'), options: {} }] as const
    await expect(async () => cache().batch(steps, true, call)).rejects.toMatchObject({
      code: 'not-here',
      message: expect.stringContaining('the backend main') as string,
    })
    expect(() => cache().chosen(null, createProgress(), call)).toThrow('the backend main')
    expect(memory.calls).toEqual([])
    const { results } = await cache().batch([...steps, { op: 'get', key: 'a' }], false, call)
    expect(results).toMatchObject([{ op: 'set', result: { outcome: 'created' } }, { op: 'get', lookup: { ttl: 300 } }])
  })
})

describe('a change of the place', () => {
  it('drops what is held here, and leaves what is there', async () => {
    const { set, caches, mount, memory, engine } = start()
    await set('a', '1')
    expect(engine.list()[0]?.size).toBe(1)
    await caches.configure(mount, { backend: null })
    expect([engine.list()[0]?.size, memory.held.size]).toEqual([0, 1])
  })
})
