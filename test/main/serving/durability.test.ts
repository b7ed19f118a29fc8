import type { ServedCache } from '../../../src/main/serving/ports'
import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { createDurability } from '../../../src/main/serving/layers/durability'
import { callOf, setUp } from './setup'

/** A cache `c` whose commits resolve when `write` is called, or reject. */
function begin(settings: { persistent: boolean, durability: 'always' | 'everysec' }, commits = true) {
  const commit = Promise.withResolvers<void>()
  const layer = createDurability({ commit: () => commits ? commit.promise : undefined })
  const { serving, engine } = setUp([layer], settings)
  const [own] = engine.list()
  own?.set('k', Buffer.from('1'))
  own?.set('json', Buffer.from('{}'))
  return { cache: serving.open(callOf(), 'c'), own, commit }
}

const changes: [string, (cache: ServedCache) => unknown, unknown][] = [
  ['set', cache => cache.set('new', Buffer.from('v'), {}, callOf()), { outcome: 'created' }],
  ['delete', cache => cache.delete('k', undefined, callOf()), 'removed'],
  ['touch', cache => cache.touch('k', 5, undefined, callOf()), 'touched'],
  ['increment', cache => cache.increment('k', 1n, {}, callOf()), { number: '2' }],
  ['mergePatch', cache => cache.mergePatch('json', Buffer.from('{}'), undefined, callOf()), { outcome: 'replaced' }],
  ['batch', cache => cache.batch([{ op: 'delete', key: 'k' }], true, callOf()), { abortedAt: null }],
  ['flush', cache => cache.flush(callOf()), 2],
  ['invalidate', cache => cache.invalidate({ prefix: 'k' }, undefined, callOf()), 1],
]
const always = { persistent: true, durability: 'always' } as const

// Red: in src/main/serving/layers/durability.ts leave one of the methods out.
describe.each(changes)('%s with durability always', (_, change, result) => {
  it('is answered when its change is on the disk', async () => {
    const { cache, commit } = begin(always)
    const answer = Promise.resolve(change(cache))
    await expect(Promise.race([answer, Promise.resolve('waits')])).resolves.toBe('waits')
    commit.resolve()
    const answered = await answer
    expect(answered).toEqual(typeof result === 'object' ? expect.objectContaining(result) : result)
  })

  it('fails if the disk refuses it', async () => {
    const { cache, commit } = begin(always)
    const answer = Promise.resolve(change(cache))
    commit.reject(new Error('full'))
    await expect(answer).rejects.toThrow('full')
  })

  it('is answered at once if nothing has to be written', () => {
    const { cache } = begin(always, false)
    expect(change(cache)).not.toBeInstanceOf(Promise)
  })
})

it.each([
  { persistent: true, durability: 'everysec' } as const,
  { persistent: false, durability: 'always' } as const,
])('waits for nothing with %o', (settings) => {
  const { cache, own } = begin(settings)
  expect(cache).toBe(own)
})

it('reads wait for nothing', () => {
  const { cache } = begin(always)
  expect(cache.get('k', callOf())).toMatchObject({ hits: 1 })
  expect(cache.peek('k', callOf())).toMatchObject({ hits: 1 })
})
