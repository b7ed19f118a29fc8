import { Buffer } from 'node:buffer'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { SourceError } from '../../../../src/main/serving/sources/source'
import { callOf } from '../setup'
import { setUpSource, valueOf } from './setup'

const writeThrough = { mode: 'write-through' } as const

describe('write-through', () => {
  it('writes to the source first, under its key and with the TTL, and then here', async () => {
    const { memory, get, set, cache } = setUpSource({ ...writeThrough, key: 'p:{key}' })
    expect(await set('1', 'shoe', { contentType: 'text/plain', ttl: 40 })).toMatchObject({ outcome: 'created' })
    expect(memory.held.get('p:1')).toEqual(valueOf('shoe', 40))
    await set('2', 'hat')
    // Nobody has named an end, and that of copies is none of the source.
    expect(memory.held.get('p:2')).toMatchObject({ ttl: null })
    expect((await cache().peek('2', callOf()))?.ttl).toBe(300)
    expect((await get('1')).lookup).toBe('shoe')
    expect(await cache().delete('1', undefined, callOf())).toBe('removed')
    expect([...memory.held.keys()]).toEqual(['p:2'])
    expect(memory.loads).toEqual([])
  })

  // Red: in src/main/serving/sources/writing.ts give the source the TTL of the copy here.
  it.each([null, 40, 9000])('a life of %s at the source goes on there where TTLs are kept', async (ttl) => {
    const { memory, set, get, cache } = setUpSource(writeThrough)
    memory.held.set('a', valueOf('x', ttl))
    await get('a')
    const { ttl: here } = (await cache().peek('a', callOf())) ?? {}
    expect(await set('a', 'edited', { keepTimes: true })).toMatchObject({ outcome: 'replaced' })
    expect(memory.held.get('a')).toMatchObject({ value: Buffer.from('edited'), ttl })
    expect((await cache().peek('a', callOf()))?.ttl).toBe(here)
    // Also of what is not held here.
    memory.held.set('b', valueOf('x', ttl))
    await set('b', 'edited', { keepTimes: true })
    expect(memory.held.get('b')).toMatchObject({ value: Buffer.from('edited'), ttl })
  })

  // Red: in src/main/serving/sources/writing.ts leave out `requireFits`.
  it('refuses what is too large for the source before it asks it to write', async () => {
    const { memory, set, get, cache } = setUpSource(writeThrough)
    await set('a', '1')
    const large = 'x'.repeat(1001)
    const refused = { code: 'too-large', message: 'The value is larger than the source main takes.' }
    await expect(set('a', large)).rejects.toMatchObject(refused)
    await set('j', '{}', { contentType: 'application/json' })
    const patch = Buffer.from(JSON.stringify({ large }))
    await expect(cache().mergePatch('j', patch, undefined, callOf())).rejects.toMatchObject(refused)
    expect([(await get('a')).lookup, (await get('j')).lookup]).toEqual(['1', '{}'])
    expect(memory.held.get('a')).toMatchObject({ value: Buffer.from('1') })
  })

  it('deletes at the source what is not held here', async () => {
    const { memory, cache } = setUpSource(writeThrough)
    memory.held.set('a', valueOf('x'))
    expect(await cache().delete('a', undefined, callOf())).toBe('removed')
    expect(await cache().delete('a', undefined, callOf())).toBe('missing')
    expect(memory.held.size).toBe(0)
  })

  it('never deletes at the source by a flush or an invalidation', async () => {
    const { memory, cache, set, get } = setUpSource(writeThrough)
    await set('a', 'x')
    await cache().flush(callOf())
    await cache().invalidate({ prefix: '' }, {}, callOf())
    expect([...memory.held.keys()]).toEqual(['a'])
    expect((await get('a')).lookup).toBe('x')
  })

  it.each(['set', 'delete'] as const)('a refused %s changes nothing', async (operation) => {
    const { memory, cache, get, set } = setUpSource(writeThrough)
    await set('a', 'before')
    memory.gate = () => {
      throw new SourceError('refused', 'it is read-only.')
    }
    const change = operation === 'set' ? set('a', 'after') : cache().delete('a', undefined, callOf())
    const message = 'The source main failed: it is read-only.'
    await expect(change).rejects.toMatchObject({ code: 'source-failed', message })
    memory.gate = () => {}
    expect((await get('a')).lookup).toBe('before')
  })

  it.each([
    ['no answer in time', async (memory: ReturnType<typeof setUpSource>) => {
      memory.memory.gate = moment => moment === 'after' ? new Promise(() => {}) : undefined
      const change = memory.set('a', 'after')
      await turn()
      memory.timer.advance(5000)
      return change
    }],
    ['a connection that broke in the middle', async (memory: ReturnType<typeof setUpSource>) => {
      memory.memory.gate = (moment) => {
        if (moment === 'after')
          throw new SourceError('lost', 'the connection broke.')
      }
      return memory.set('a', 'after')
    }],
  ])('%s: it is unknown what the source has, so the copy here goes', async (_, change) => {
    const parts = setUpSource(writeThrough)
    await parts.set('a', 'before')
    const message = expect.stringContaining('It is not known') as string
    await expect(change(parts)).rejects.toMatchObject({ code: 'source-timeout', message })
    parts.memory.gate = () => {}
    expect((await parts.get('a')).lookup).toBe('after')
  })

  it('knows what the source has before it adds, compares or patches', async () => {
    const { memory, cache, set } = setUpSource(writeThrough)
    memory.held.set('a', { value: Buffer.from('{"n":1}'), contentType: 'application/json' })
    expect(await set('a', 'x', { ifAbsent: true })).toMatchObject({ outcome: 'refused' })
    const held = await cache().peek('a', callOf())
    expect(await set('a', 'x', { ifVersion: [1] })).toMatchObject({ outcome: 'refused' })
    await cache().mergePatch('a', Buffer.from('{"m":2}'), [held?.version ?? 0], callOf())
    expect(memory.held.get('a')?.value.toString()).toBe('{"n":1,"m":2}')
    expect(await set('b', 'x', { ifAbsent: true })).toMatchObject({ outcome: 'created' })
    const patched = cache().mergePatch('c', Buffer.from('{}'), undefined, callOf())
    await expect(patched).rejects.toMatchObject({ code: 'entry-not-found' })
  })

  it('refuses a compare-and-set if the source has changed behind its back, and drops its copy', async () => {
    const { memory, cache, get, set } = setUpSource(writeThrough)
    await set('a', 'mine')
    const held = await cache().peek('a', callOf())
    memory.held.set('a', valueOf('theirs'))
    const refused = await set('a', 'again', { ifVersion: [held?.version ?? 0] })
    expect((await get('a')).lookup).toBe('theirs')
    // Red: in src/main/serving/sources/writing.ts answer version 0, as if there were no entry.
    expect(refused).toEqual({ outcome: 'refused', version: (await cache().peek('a', callOf()))?.version })
  })

  it('adds to the number that the source has, also while others change it', async () => {
    const { memory, cache, get } = setUpSource(writeThrough)
    memory.held.set('n', valueOf('40', 100))
    let meddled = false
    memory.gate = (moment, operation) => {
      if (moment === 'before' && operation === 'replace' && !meddled) {
        meddled = true
        memory.held.set('n', valueOf('100', 100))
      }
    }
    expect(await cache().increment('n', 2n, undefined, callOf())).toMatchObject({ number: '102' })
    expect(memory.held.get('n')).toMatchObject({ ttl: 100 })
    expect((await get('n')).lookup).toBe('102')
    memory.held.set('t', valueOf('text'))
    await expect(cache().increment('t', 1n, undefined, callOf())).rejects.toMatchObject({ code: 'not-a-number' })
  })

  it('says before anything changes what the source cannot do', async () => {
    const parts = setUpSource(writeThrough)
    const { replace: _, ...writes } = parts.memory.writes
    Object.assign(parts.memory, { writes })
    await expect(parts.cache().increment('n', 1n, undefined, callOf())).rejects.toMatchObject({ code: 'not-here' })
    await expect(parts.set('n', '1', { ifAbsent: true })).rejects.toMatchObject({ code: 'not-here' })
    Object.assign(parts.memory, { writes: undefined })
    const message = 'The source main can only be read.'
    await expect(parts.set('n', '1')).rejects.toMatchObject({ code: 'not-here', message })
    expect(parts.memory.held.size).toBe(0)
    expect((await parts.get('n')).lookup).toBe('(absent)')
  })
})

describe('a touch of a cache with write-through', () => {
  const touch = ({ cache }: ReturnType<typeof setUpSource>, ttl: number | null, ifVersion?: number[]) =>
    cache().touch('a', ttl, ifVersion, callOf())

  // Red: in src/main/serving/sources/writing.ts touch `next` alone, or first.
  it('goes to the source first, and then here', async () => {
    const parts = setUpSource({ ...writeThrough, key: 'p:{key}' })
    const { memory, set, cache } = parts
    await set('a', 'x', { ttl: 40 })
    const { version = 0 } = await cache().peek('a', callOf()) ?? {}
    expect(await touch(parts, 1000)).toBe('touched')
    expect(memory.held.get('p:a')).toMatchObject({ ttl: 1000, value: Buffer.from('x') })
    expect(await cache().peek('a', callOf())).toMatchObject({ ttl: 1000, version })
    expect(await touch(parts, 5, [version + 1])).toBe('refused')
    expect(await touch(parts, null, [version])).toBe('touched')
    expect([memory.held.get('p:a')?.ttl, (await cache().peek('a', callOf()))?.ttl]).toEqual([null, null])
    memory.gate = () => {
      throw new SourceError('refused', 'it is read-only.')
    }
    await expect(touch(parts, 7)).rejects.toMatchObject({ code: 'source-failed' })
    expect((await cache().peek('a', callOf()))?.ttl).toBeNull()
  })

  it('renews at the source what is not held here, and knows what is gone there', async () => {
    const parts = setUpSource(writeThrough)
    const { memory, cache, get } = parts
    memory.held.set('a', valueOf('x', 10))
    expect(await touch(parts, 500)).toBe('touched')
    expect(await cache().peek('a', callOf())).toBeUndefined()
    expect([(await get('a')).lookup, (await cache().peek('a', callOf()))?.ttl]).toEqual(['x', 475])
    memory.held.delete('a')
    expect(await touch(parts, 500)).toBe('missing')
    expect((await get('a')).lookup).toMatch(/^\(/)
  })

  // Red: in src/main/serving/sources/writing.ts leave out `held?.stale`.
  it('makes nothing fresh that is stale here: the source may have something else by now', async () => {
    const parts = setUpSource(writeThrough)
    const { memory, get, pass } = parts
    memory.held.set('a', valueOf('old', 10))
    await get('a')
    pass(11_000)
    memory.held.set('a', valueOf('new', 10))
    expect(await touch(parts, 500)).toBe('touched')
    expect((await get('a')).lookup).toBe('new')
  })

  it('with no answer in time is unknown: the copy here goes', async () => {
    const parts = setUpSource(writeThrough)
    await parts.set('a', 'x')
    parts.memory.gate = moment => moment === 'after' ? new Promise(() => {}) : undefined
    const touched = touch(parts, 5)
    await turn()
    parts.timer.advance(5000)
    await expect(touched).rejects.toMatchObject({ code: 'source-timeout' })
    expect(await parts.cache().peek('a', callOf())).toBeUndefined()
  })

  it('stays here where the source knows no lives', async () => {
    const parts = setUpSource(writeThrough)
    await parts.set('a', 'x', { ttl: 40 })
    const { touch: _, ...writes } = parts.memory.writes
    Object.assign(parts.memory, { writes })
    expect(await touch(parts, 1000)).toBe('touched')
    expect(parts.memory.held.get('a')?.ttl).toBe(40)
    expect((await parts.cache().peek('a', callOf()))?.ttl).toBe(1000)
    // Nothing was asked there, so nothing was learnt of it.
    expect(parts.meter.total).toMatchObject({ loads: 0, failures: 0 })
    parts.memory.gate = () => {
      throw new SourceError('unreachable', 'it is not there.')
    }
    for (let n = 0; n < 5; n++) {
      await expect(parts.get(`k${n}`)).rejects.toMatchObject({ code: 'source-failed' })
      expect(await touch(parts, 1000)).toBe('touched')
    }
    await expect(parts.get('k')).rejects.toMatchObject({ code: 'source-resting' })
    expect(await touch(parts, 1000)).toBe('touched')
  })
})

describe('without write-through', () => {
  it('writes stay here; those that depend on what is there load it first', async () => {
    const { memory, cache, get, set } = setUpSource()
    memory.held.set('a', valueOf('1'))
    expect(await set('a', 'x', { ifAbsent: true })).toMatchObject({ outcome: 'refused' })
    expect(await cache().increment('a', 5n, undefined, callOf())).toMatchObject({ number: '6' })
    await set('b', 'mine')
    expect((await get('a')).lookup).toBe('6')
    expect(memory.held.get('a')?.value.toString()).toBe('1')
    expect(memory.held.has('b')).toBe(false)
  })
})
