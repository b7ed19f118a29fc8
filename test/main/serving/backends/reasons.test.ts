import { describe, expect, it } from 'vitest'
import { SourceError } from '../../../../src/main/serving/sources/source'
import { createMemoryBackend } from '../../../helpers/memory-backend'
import { callOf } from '../setup'
import { setUpBackend } from './setup'

function start(given: Parameters<typeof setUpBackend>[1] = {}, settings: Parameters<typeof setUpBackend>[2] = {}) {
  const memory = createMemoryBackend()
  const parts = setUpBackend(memory, given, settings)
  memory.now = parts.clock.monotonic
  return { ...parts, memory }
}
type Parts = ReturnType<typeof start>

const call = callOf()
/** What becomes of an entry, and the reason of the miss after it. */
const ends: Record<string, [string, (parts: Parts) => unknown]> = {
  'a deletion': ['invalidated', ({ cache }) => cache().delete('a', undefined, call)],
  'an invalidation by key': ['invalidated', ({ cache }) => cache().invalidate({ keys: ['a'] }, {}, call)],
  'an invalidation by prefix': ['invalidated', ({ cache }) => cache().invalidate({ prefix: '' }, {}, call)],
  'an invalidation by filter': ['invalidated', ({ cache }) => cache().invalidate({ filter: 'size>0' }, {}, call)],
  // Red: in src/main/serving/backends/clearing.ts let `flush` remove as `invalidated`.
  'a flush': ['flushed', ({ cache }) => cache().flush(call)],
  // Red: in src/main/serving/backends/copies.ts let `miss` drop with `deleted`.
  'a deletion by another program': ['absent', ({ memory }) => memory.held.clear()],
  'its end': ['expired', ({ pass }) => pass(300_000)],
  // Red: in src/main/serving/backends/copies.ts let `isAtItsEnd` return false.
  'its end by a clock that is ahead': ['expired', ({ memory, pass }) => {
    pass(299_500)
    memory.held.clear()
  }],
  'a deletion long ago, and one by another program': ['absent', async ({ cache, set, memory }) => {
    await cache().delete('a', undefined, call)
    await set('a', '2')
    memory.held.clear()
  }],
  // Red: in src/main/cache/operations.ts let `drop` forget nothing.
  'an eviction of the copy, and the end of the entry': ['absent', async ({ set, memory }) => {
    await set('b', 'x')
    memory.held.clear()
  }],
  // Red: in src/main/serving/backends/changing.ts let `inTurn` drop as `deleted` in `changeOrDrop`.
  'a change of which nobody knows whether it was made': ['absent', async ({ cache, memory }) => {
    memory.gate = (moment, operation) => {
      if (moment === 'after' && operation === 'delete')
        throw new SourceError('lost', 'it broke.')
    }
    await expect(cache().delete('a', undefined, call)).rejects.toMatchObject({ code: 'source-timeout' })
    memory.gate = () => {}
  }],
}

describe.each(['envelope', 'raw'] as const)('the reason of a miss, %s', (format) => {
  it.each(Object.entries(ends))('after %s', async (name, [reason, end]) => {
    const parts = start({ format }, name.startsWith('an eviction') ? { maxEntries: 1 } : {})
    await parts.set('a', '1')
    await end(parts)
    expect(await parts.get('a')).toBe(`(${reason})`)
    expect(parts.mount.cache.statistics().misses).toMatchObject({ [reason]: 1 })
  })
})

// Red: in src/main/serving/backends/clearing.ts let `why` always be `invalidated`.
it('of what has expired is that, also when it was cleared away', async () => {
  const { set, pass, cache, get } = start()
  await set('a', '1', { ttl: 10, grace: 100 })
  pass(10_001)
  expect(await cache().invalidate({ expired: true }, {}, call)).toBe(1)
  expect(await get('a')).toBe('(expired)')
})

// Red: in src/main/serving/backends/copies.ts let `count` always ask the cache here.
it('a read that the backend answers is a hit, also if no copy of it can be held', async () => {
  const { set, get, mount } = start({}, { maxBytes: 4096 })
  const large = 'x'.repeat(10_000)
  await set('a', large)
  expect(await get('a')).toBe(large)
  expect(await get('none')).toBe('(absent)')
  const { hits, misses } = mount.cache.statistics()
  expect([hits, misses.absent]).toEqual([1, 1])
})
