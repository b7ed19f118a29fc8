import type { RequestFields } from '../../../../src/main/serving/log/request-ring'
import type { LarderEvent } from '../../../../src/shared/events'
import { expect, it } from 'vitest'
import { createManualClock } from '../../../../src/main/base/clock'
import { createEventHub } from '../../../../src/main/base/event-hub'
import { createRequestLog } from '../../../../src/main/serving/log/request-log'
import { createManualTimer } from '../../../helpers/manual-timer'
import { recordOf } from '../../../helpers/request-record'

const ann = { userId: 'ann', admin: false, scopes: new Set(['admin'] as const) }

function setUp() {
  const clock = createManualClock()
  const hub = createEventHub((error) => {
    throw error
  })
  const log = createRequestLog({ clock, stopwatch: clock.stopwatch, timer: createManualTimer(), hub })
  const names = async (filter = '', reader = ann) =>
    (await log.list(reader, { after: 0, limit: 1000, filter })).requests.map(({ cache }) => cache).join(' ')
  return {
    log,
    hub,
    names,
    /** A cache that is made now. */
    make(id: string) {
      clock.advance(1)
      return { id, space: 'ann', since: clock.wall() }
    },
    record(cache: string | null, change: Partial<RequestFields> = {}) {
      const { id: _id, at: _at, ...fields } = recordOf({ cache })
      log.record({ ...fields, user: 'ann', ring: 'served', ...change }, clock.stopwatch.now())
    },
  }
}

// Red: in src/main/serving/log/former-names.ts let `rename` do nothing.
it('tells, filters and counts what is recorded of a cache under its new name', async () => {
  const { log, hub, names, make, record } = setUp()
  const cache = make('1')
  record('products')
  record(null)
  record('products', { ring: 'door' })
  record('products', { ring: 'own', from: 'console' })
  log.rename(cache, 'products', 'articles')
  expect(await names('from:app,console')).toBe('articles  articles articles')
  expect(await names('cache:articles')).toBe('articles articles')
  expect(await names('cache:products')).toBe('')
  const { groups } = await log.groups(ann, { by: 'cache', limit: 10, filter: '' })
  expect(groups).toMatchObject([{ name: 'articles', requests: 2 }])
  const heard: LarderEvent[] = []
  hub.subscribe(event => heard.push(event))
  record('products')
  expect(heard).toMatchObject([{ payload: { cache: 'products' } }])
})

// Red, in src/main/serving/log/former-names.ts: leave out `after`, `upTo`, `since`, `isOf` or
// `former.now = to`, or compare the ids of caches no more.
it.each<[what: string, play: (parts: ReturnType<typeof setUp>) => unknown, told: string]>([
  ['what comes later under the former name is another cache', ({ log, make, record }) => {
    const cache = make('1')
    record('a')
    log.rename(cache, 'a', 'b')
    record('a')
    record('b')
  }, 'b a b'],
  ['a cache that is renamed again', ({ log, make, record }) => {
    const cache = make('1')
    record('a')
    log.rename(cache, 'a', 'b')
    record('b')
    log.rename(cache, 'b', 'c')
    record('c')
  }, 'c c c'],
  ['one that is renamed back', ({ log, make, record }) => {
    const cache = make('1')
    record('a')
    log.rename(cache, 'a', 'b')
    record('b')
    log.rename(cache, 'b', 'a')
    record('a')
    record('b')
  }, 'a a a b'],
  ['two that change their names', ({ log, make, record }) => {
    const [one, two] = [make('1'), make('2')]
    record('a')
    record('b')
    log.rename(one, 'a', 'c')
    log.rename(two, 'b', 'a')
    log.rename(one, 'c', 'b')
    record('a')
    record('b')
  }, 'b a a b'],
  ['a deleted cache that had the name before', ({ log, make, record }) => {
    record('a')
    const cache = make('2')
    record('a')
    log.rename(cache, 'a', 'b')
  }, 'a b'],
  ['a deleted cache that was renamed to the name before', ({ log, make, record }) => {
    const old = make('1')
    record('a')
    log.rename(old, 'a', 'b')
    const cache = make('2')
    record('b')
    log.rename(cache, 'b', 'c')
  }, 'b c'],
  ['a cache of somebody else with the same name', ({ log, make, record }) => {
    const cache = make('1')
    record('a')
    log.rename({ ...cache, space: 'bob' }, 'a', 'b')
  }, 'a'],
  ['a thousand names are remembered, and no more', ({ log, make, record }) => {
    const caches = Array.from({ length: 1001 }, (_, index) => make(`${index}`))
    for (const [index, cache] of caches.entries()) {
      record(`a${index}`, { user: index === 0 || index === 1 || index === 1000 ? 'ann' : 'bob' })
      log.rename({ ...cache, space: index > 1 && index < 1000 ? 'bob' : 'ann' }, `a${index}`, `b${index}`)
    }
  }, 'a0 b1 b1000'],
])('%s', async (_, play, told) => {
  const parts = setUp()
  play(parts)
  expect(await parts.names()).toBe(told)
})
