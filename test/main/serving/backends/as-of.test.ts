import { expect, it } from 'vitest'
import { createMemoryBackend } from '../../../helpers/memory-backend'
import { callOf } from '../setup'
import { setUpBackend } from './setup'

const call = callOf()

function start(format: 'envelope' | 'raw') {
  const memory = createMemoryBackend()
  const parts = setUpBackend(memory, { format })
  memory.now = parts.clock.monotonic
  return parts
}

// Red: in src/main/serving/backends/clearing.ts leave out `isNewer`, or `asOf === null`.
it.each([
  ['prefix', { prefix: 'a' }],
  ['glob', { glob: 'a*' }],
  ['keys', { keys: ['a1', 'a2', 'a3'] }],
  ['filter', { filter: 'key:a*' }],
  ['all', { all: true as const }],
])('what a backend has since a moment stays, by %s', async (_, selector) => {
  const { cache, set, get, clock, pass } = start('envelope')
  await set('a1', 'x')
  await set('a2', 'x')
  const asOf = clock.wall()
  pass(5000)
  await set('a2', 'y')
  await set('a3', 'y')
  pass(5000)
  expect(await cache().invalidate(selector, { asOf, dryRun: true }, call)).toBe(1)
  expect(await cache().invalidate(selector, { asOf }, call)).toBe(1)
  expect([await get('a1'), await get('a2'), await get('a3')]).toEqual([expect.stringMatching(/^\(/), 'y', 'y'])
  expect(await cache().invalidate(selector, {}, call)).toBe(2)
})

// Red: in src/main/serving/backends/clearing.ts leave out the look at `format.whole` beside `asOf`.
it('bare bytes do not tell when they were stored', async () => {
  const { cache, set, get, clock } = start('raw')
  await set('a', 'x')
  await expect(async () => cache().invalidate({ prefix: 'a' }, { asOf: clock.wall() }, call))
    .rejects
    .toMatchObject({ code: 'not-here', message: 'Deletions as of a moment need a backend with the format envelope.' })
  expect(await get('a')).toBe('x')
})

// Red: in src/main/serving/backends/copies.ts leave out `givenGrace`; in changing.ts take `grace`.
it('an entry that is stored again keeps the grace that it was given, here and at the backend', async () => {
  const { cache, set } = start('envelope')
  const times = { ttl: 0, givenTtl: 90, grace: 50, givenGrace: 7 }
  await set('a', 'x', times)
  expect(await cache().peek('a', call)).toMatchObject(times)
  expect(await cache().get('a', call)).toMatchObject({ stale: true })
  expect(await cache().peek('a', call)).toMatchObject(times)
  await cache().touch('a', 60, undefined, call)
  expect(await cache().peek('a', call)).toMatchObject({ ttl: 60, givenTtl: 60, grace: 7, givenGrace: 7 })
})
