import type { Call } from '../../../src/main/serving/ports'
import { describe, expect, it } from 'vitest'
import { LarderError } from '../../../src/shared/errors'
import { callOf, principalOf, setUp } from './setup'

const { userId } = principalOf()

/** Runs a read as a face does, and finishes it. */
async function ask({ serving }: ReturnType<typeof setUp>, change: Partial<Call> = {}, cache = 'c'): Promise<void> {
  const call = callOf(change)
  try {
    await serving.admit(call, () => void serving.open(call, cache, 'k').get('k', call))
  }
  catch (error) {
    if (!(error instanceof LarderError))
      throw error
    call.result = error.status === 503 ? 'off' : 'refused'
    call.reason = error.code
  }
  serving.finish(call, 503, 0, 0)
}

describe('while all caching is off', () => {
  it('says since when, and counts whom it turned away, the busiest first', async () => {
    const parts = setUp()
    const { caches, clock } = parts
    expect(caches.offTimes.ofAll(userId)).toBeUndefined()
    clock.advance(5000)
    const since = clock.wall()
    caches.enabled = false
    clock.advance(5000)
    caches.enabled = false
    await ask(parts)
    await ask(parts, { principal: principalOf({ keyId: 'k2' }) })
    await ask(parts, { principal: principalOf({ keyId: 'k2' }) })
    await ask(parts, { principal: principalOf({ userId: 'bob' }) })
    expect(caches.offTimes.ofAll(userId)).toEqual({
      since,
      refused: 3,
      callers: [{ cache: 'c', keyId: 'k2', refused: 2 }, { cache: 'c', keyId: 'k1', refused: 1 }],
    })
    expect(caches.offTimes.ofAll('bob')).toMatchObject({ refused: 1 })
    caches.enabled = true
    expect(caches.offTimes.ofAll(userId)).toBeUndefined()
    caches.enabled = false
    expect(caches.offTimes.ofAll(userId)).toMatchObject({ refused: 0, callers: [] })
  })

  // Red: in src/main/serving/account.ts note calls of the console, too.
  it('counts apps only, and what people try out as one', async () => {
    const parts = setUp()
    parts.caches.enabled = false
    const session = principalOf({ kind: 'session', keyId: null })
    await ask(parts, { principal: session })
    expect(parts.caches.offTimes.ofAll(userId)).toMatchObject({ refused: 0 })
    await ask(parts, { principal: session, asApp: true })
    expect(parts.caches.offTimes.ofAll(userId)).toMatchObject({ refused: 1 })
  })

  it('tells ten callers, and counts them all', async () => {
    const parts = setUp()
    parts.caches.enabled = false
    for (let i = 0; i < 300; i++)
      await ask(parts, { principal: principalOf({ keyId: `k${i}` }) })
    const off = parts.caches.offTimes.ofAll(userId)
    expect(off?.refused).toBe(300)
    expect(off?.callers).toHaveLength(10)
  })
})

it('a cache that is off tells the same of itself', async () => {
  const parts = setUp([], { enabled: false })
  const { caches, mount, clock } = parts
  const { id } = mount.cache.definition
  const since = clock.wall()
  await ask(parts)
  expect(caches.offTimes.ofCache(id)).toEqual({
    since,
    refused: 1,
    callers: [{ cache: 'c', keyId: 'k1', refused: 1 }],
  })
  expect(caches.offTimes.ofAll(userId)).toBeUndefined()
  await caches.configure(mount, { ttl: 5 })
  expect(caches.offTimes.ofCache(id)).toMatchObject({ refused: 1 })
  await caches.configure(mount, { enabled: true })
  expect(caches.offTimes.ofCache(id)).toBeUndefined()
})
