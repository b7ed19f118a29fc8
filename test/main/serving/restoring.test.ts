import type { ServedCache } from '../../../src/main/serving/ports'
import { Buffer } from 'node:buffer'
import { expect, it } from 'vitest'
import { silentLogger } from '../../../src/main/base/logger'
import { describeRestoring, tellOfRestoring } from '../../../src/main/serving/restoring'
import { createManualTimer } from '../../helpers/manual-timer'
import { createMemoryJournal } from '../../helpers/memory-journal'
import { definitionOf, setUp as setUpEngine } from '../cache/workbench'
import { callOf, setUp } from './setup'

const count = 200

/** A cache that was stopped with many entries; they come back as soon as `let` is called. */
function restart() {
  const journal = createMemoryJournal()
  const first = setUpEngine({ persistent: true }, { earlier: { clock: setUpEngine().clock, journal } })
  for (let at = 0; at < count; at++)
    first.cache.set(`k${at}`, Buffer.from('v'))
  const come = Promise.withResolvers<void>()
  const slow: typeof journal = { ...journal, pageLater: (...given) => come.promise.then(() => journal.page(...given)) }
  const timer = createManualTimer()
  const parts = setUp([], { ...definitionOf(), persistent: true }, undefined, timer, slow)
  const done = parts.mount.cache.restoring?.done
  return {
    ...parts,
    timer,
    come: async () => {
      come.resolve()
      await done
    },
  }
}

type Work = (cache: ServedCache) => unknown
const whole: [string, Work, unknown][] = [
  ['flush', cache => cache.flush(callOf()), count],
  ['invalidate', cache => cache.invalidate({ prefix: 'k1' }, undefined, callOf()), 111],
  ['page', async cache => (await cache.page({ sort: 'key', order: 'asc', limit: 1 }, callOf())).total, count],
  ['entries', async cache => [...await cache.entries(callOf())].length, count],
  ['chosen', async (cache) => {
    const chosen = await cache.chosen(null, { cancelled: false } as never, callOf())
    return [...chosen].filter(entry => entry !== null).length
  }, count],
]

// Red: in src/main/serving/restoring.ts leave one of the methods out; in caches.ts leave
// `whileRestoring` out.
it.each(whole)('%s waits until all entries are back', async (_, work, result) => {
  const { serving, come } = restart()
  const answer = Promise.resolve(work(serving.open(callOf(), 'c')))
  await come()
  expect(await answer).toEqual(result)
})

it.each(whole)('%s is refused after a second', async (_, work) => {
  const { serving, timer } = restart()
  const answer = Promise.resolve(work(serving.open(callOf(), 'c')))
  timer.advance(999)
  await expect(Promise.race([answer, Promise.resolve('waits')])).resolves.toBe('waits')
  timer.advance(1)
  await expect(answer).rejects.toMatchObject({
    code: 'restoring',
    message: expect.stringMatching(/^The cache c is being restored: 3\d % of its entries are back\./),
    retryAfter: 1,
  })
})

it('tells whoever asks for the progress of a page', async () => {
  const { serving, come } = restart()
  const cache = serving.open(callOf(), 'c')
  const query = { sort: 'key', order: 'asc', limit: 1 } as const
  expect(cache.orderProgress(query, callOf())).toBeCloseTo(0.3, 1)
  await come()
  await cache.page(query, callOf())
  expect(serving.open(callOf(), 'c').orderProgress(query, callOf())).toBe(1)
})

it('one key is answered at once, whether it is back or not', () => {
  const { serving } = restart()
  const cache = serving.open(callOf(), 'c')
  expect(cache.get('k0', callOf())).toMatchObject({ hits: 1 })
  expect(cache.set('k1', Buffer.from('new'), {}, callOf())).toMatchObject({ outcome: 'replaced' })
  expect(cache.delete('k2', undefined, callOf())).toBe('removed')
})

it('hands out the engine\'s own cache as soon as all are back, with what was configured meanwhile', async () => {
  const { serving, engine, caches, mount, come } = restart()
  const [own] = engine.list()
  expect(serving.open(callOf(), 'c')).not.toBe(own)
  void caches.configure(mount, { ttl: 5 })
  caches.rename(mount, 'renamed')
  expect(serving.open(callOf(), 'renamed').definition).toMatchObject({ name: 'renamed', ttl: 5 })
  await come()
  expect(serving.open(callOf(), 'renamed')).toBe(own)
})

it('says how many caches are under way, and how far the slowest is', async () => {
  const { mount, come } = restart()
  expect(describeRestoring([mount.cache])).toEqual({
    restoring: { caches: 1, progress: mount.cache.restoring?.progress },
  })
  await come()
  expect(describeRestoring([mount.cache])).toEqual({})
})

it('tells people when it begins and when it is over, and nothing where all are there', async () => {
  const { mount, clock, come } = restart()
  const told: string[] = []
  const tell = (sentence: string): void => void told.push(sentence)
  const telling = tellOfRestoring([mount.cache], { stopwatch: clock.stopwatch, logger: silentLogger, tell })
  clock.advance(1250)
  await come()
  await telling
  expect(told).toEqual([
    'restoring c; calls for one key find every entry already.',
    'restored 200 entries in 1.3 s.',
  ])
  await tellOfRestoring([mount.cache], { stopwatch: clock.stopwatch, logger: silentLogger, tell })
  expect(told).toHaveLength(2)

  const second = restart()
  const silent = tellOfRestoring([second.mount.cache], { stopwatch: clock.stopwatch, logger: silentLogger, tell })
  await second.engine.dispose()
  await silent
  expect(told).toHaveLength(3)
})
