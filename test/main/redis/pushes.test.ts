import type { RedisCall } from '../../../src/main/redis/redis-call'
import type { RedisSession } from '../../../src/main/redis/session'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../../src/main/base/clock'
import { createChannels } from '../../../src/main/redis/pushes/channels'
import { createHearing } from '../../../src/main/redis/pushes/hearing'
import { createInvalidations } from '../../../src/main/redis/pushes/invalidations'
import { createKeyNotices } from '../../../src/main/redis/pushes/notices'
import { createTrackedKeys } from '../../../src/main/redis/pushes/tracked-keys'
import { createSession } from '../../../src/main/redis/session'
import { createWatches } from '../../../src/main/redis/watches'

/** Listeners are there while somebody needs them, and tables are bounded. */
function rig() {
  let listeners = 0
  const caches = {
    subscribe() {
      listeners++
      return { dispose: () => void listeners-- }
    },
  }
  const hearing = createHearing({ principalOf: () => null })
  const acting: { call: RedisCall | null } = { call: null }
  const sessions = new Map<number, RedisSession>()
  const about = { id: 1, address: '', localAddress: '', since: 0, close: () => {}, reset: () => {}, push: () => {} }
  const session = createSession(about)
  const notices = createKeyNotices({ caches, hearing, acting })
  return {
    session,
    listeners: () => listeners,
    channels: createChannels(hearing, notices.moved),
    invalidations: createInvalidations({ caches, clock: createManualClock(), sessions, hearing, acting }),
    watches: createWatches(caches),
  }
}

describe('nobody listens to changes of entries', () => {
  // Red: in src/main/redis/pushes/ear.ts keep the subscription, or leave `moved` out of `stop`.
  it('but while a connection listens to their channels', () => {
    const { channels, session, listeners } = rig()
    channels.listen(session, 'u', 'channel', 'news')
    channels.listen(session, 'u', 'pattern', '*')
    expect(listeners()).toBe(0)
    channels.listen(session, 'u', 'pattern', '__key*')
    channels.listen(session, 'u', 'channel', '__keyspace@0__:k')
    expect(listeners()).toBe(1)
    channels.stop(session, 'pattern', '__key*')
    expect(listeners()).toBe(1)
    channels.leave(session)
    expect([listeners(), session.subscriptions, channels.listeners('u', 'channel').size]).toEqual([0, null, 0])
  })

  it('but while a connection tracks keys', () => {
    const { invalidations, session, listeners } = rig()
    const tracking = { choice: null, caching: false, noLoop: false, redirect: 0, isBroken: false, prefixes: null }
    invalidations.begin(session, tracking)
    invalidations.begin(session, tracking)
    expect(listeners()).toBe(1)
    invalidations.leave(session)
    invalidations.leave(session)
    expect([listeners(), session.tracking]).toEqual([0, null])
  })

  it('but while a connection watches keys', () => {
    const { watches, listeners } = rig()
    const watch = { dirty: false, end: Infinity, bytes: 0, keys: new Map() }
    watches.add(watch, 'u\ncache', 'k', true)
    expect(listeners()).toBe(1)
    watches.end(watch)
    expect(listeners()).toBe(0)
  })
})

describe('tracked keys', () => {
  // Red: in src/main/redis/pushes/tracked-keys.ts leave out the limit.
  it('are bounded: the oldest goes, and is told', () => {
    const keys = createTrackedKeys(2)
    expect([keys.add('p', 'a', 1, Infinity), keys.add('p', 'b', 2, Infinity)]).toEqual([undefined, undefined])
    expect(keys.add('p', 'a', 3, Infinity)).toBeUndefined()
    expect(keys.add('p', 'c', 1, Infinity)).toMatchObject({ place: 'p', key: 'a', readers: new Set([1, 3]) })
    expect([[...keys.take('p', 'a')], [...keys.take('p', 'b')], [...keys.take('p', 'b')]]).toEqual([[], [2], []])
  })

  it('end with their TTL, whichever was noted last', () => {
    const keys = createTrackedKeys()
    keys.add('p', 'a', 1, 5000)
    keys.add('p', 'b', 1, 5000)
    keys.add('p', 'b', 1, 9000)
    keys.add('p', 'c', 1, Infinity)
    expect(keys.takeEnded(4999)).toEqual([])
    expect(keys.takeEnded(5000).map(({ key }) => key)).toEqual(['a'])
    expect(keys.takeEnded(1e12).map(({ key }) => key)).toEqual(['b'])
  })

  it('of one cache are forgotten when it is emptied', () => {
    const keys = createTrackedKeys()
    keys.add('p', 'a', 1, 5000)
    keys.add('q', 'a', 2, 5000)
    keys.clear('p')
    expect([[...keys.take('p', 'a')], [...keys.take('q', 'a')]]).toEqual([[], [2]])
  })
})
