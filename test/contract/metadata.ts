import type {
  CacheRecord,
  ConnectionRecord,
  KeyRecord,
  MetadataStore,
  SessionRecord,
  UserRecord,
} from '../../src/main/base/metadata'
import { describe, expect, it } from 'vitest'
import { initialSettings } from '../../src/shared/cache-settings'

export function aUser(change: Partial<UserRecord> = {}): UserRecord {
  return {
    id: 'user1',
    name: 'ada',
    owner: false,
    admin: false,
    passwordHash: null,
    disabled: false,
    cacheLimit: 200,
    createdAt: 1_700_000_000_000,
    ...change,
  }
}
export function aCache(change: Partial<CacheRecord> = {}): CacheRecord {
  return {
    ...initialSettings,
    id: 'cache1',
    userId: 'user1',
    name: 'products',
    ttl: 300,
    eviction: 'lru',
    createdAt: 1_700_000_000_001,
    ...change,
  }
}
export function aKey(change: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id: 'key1',
    userId: 'user1',
    label: 'first',
    digest: Buffer.alloc(32, 1),
    previousDigest: null,
    previousExpiresAt: null,
    scopes: ['read', 'write'],
    caches: null,
    origins: [],
    createdAt: 1_700_000_000_002,
    lastUsedAt: null,
    ...change,
  }
}

export function aConnection(change: Partial<ConnectionRecord> = {}): ConnectionRecord {
  return {
    id: 'connection1',
    name: 'main',
    driver: 'redis',
    fields: { url: 'redis://localhost:6379' },
    secretFields: ['password'],
    offered: false,
    secretAccount: 'connection-1',
    createdAt: 1_700_000_000_004,
    ...change,
  }
}

export function aSession(change: Partial<SessionRecord> = {}): SessionRecord {
  return { id: 's'.repeat(43), userId: 'user1', idleUntil: 1_700_000_000_003, ...change }
}

/** The tests that every MetadataStore has to pass. `open` returns an empty store. */
export function describeMetadata(name: string, open: () => MetadataStore): void {
  describe(`metadata contract: ${name}`, () => {
    const withUser = (): MetadataStore => {
      const store = open()
      store.users.insert(aUser())
      return store
    }

    it('is healthy and empty', () => {
      const store = open()
      expect(store.health()).toBe('ok')
      expect([store.users.list(), store.caches.list(), store.keys.list()]).toEqual([[], [], []])
    })

    it('hands records back as they went in, in their order', () => {
      const store = withUser()
      const users = [
        aUser(),
        aUser({ id: 'a', name: 'Zoë ✓', owner: true, admin: true, passwordHash: 'scrypt$16384$8$1$c2FsdA$aGFzaA' }),
        aUser({ id: 'b', name: 'away', disabled: true, cacheLimit: 7 }),
      ]
      const caches = [
        aCache({
          id: 'z',
          ttl: 0.25,
          sliding: true,
          maxEntries: 1,
          maxBytes: 2 ** 40,
          persistent: true,
          enabled: false,
        }),
        aCache({ name: '__proto__', ttl: null }),
      ]
      const keys = [aKey({ id: 'z' }), aKey({ label: 'two\u0000\n"', digest: Buffer.alloc(32, 2), previousDigest: Buffer.alloc(32, 3), previousExpiresAt: 5, scopes: ['admin'], caches: ['__proto__', 'a'], origins: ['http://localhost:5173'], lastUsedAt: 9 })]
      users.slice(1).forEach(store.users.insert)
      caches.forEach(store.caches.insert)
      keys.forEach(store.keys.insert)
      expect(store.users.list()).toEqual(users)
      expect(store.caches.list()).toEqual(caches)
      expect(store.keys.list()).toEqual(keys)
    })

    it('changes what is named, leaves what is undefined, and sets null', () => {
      const store = withUser()
      store.caches.insert(aCache({ maxEntries: 5 }))
      store.keys.insert(aKey())
      expect(store.users.update('user1', { name: 'bob', admin: true })).toEqual(aUser({ name: 'bob', admin: true }))
      expect(store.caches.update('cache1', { ttl: null, maxEntries: undefined, enabled: false })).toEqual(aCache({
        ttl: null,
        maxEntries: 5,
        enabled: false,
      }))
      expect(store.caches.update('cache1', { name: 'b' })).toEqual(aCache({
        name: 'b',
        ttl: null,
        maxEntries: 5,
        enabled: false,
      }))
      store.caches.insert(aCache({ id: 'cache2', name: 'taken' }))
      expect(() =>
        store.caches.update('cache1', { name: 'taken' })).toThrow(expect.objectContaining({ code: 'name-taken' }))
      store.caches.delete('cache2')
      const rotated = { digest: Buffer.alloc(32, 7), previousDigest: Buffer.alloc(32, 1), previousExpiresAt: 10 }
      expect(store.keys.update('key1', rotated)).toEqual(aKey(rotated))
      expect(store.keys.update('key1', {})).toEqual(aKey(rotated))
      expect([store.users.list(), store.caches.list(), store.keys.list()]).toEqual([
        [aUser({ name: 'bob', admin: true })],
        [aCache({ name: 'b', ttl: null, maxEntries: 5, enabled: false })],
        [aKey(rotated)],
      ])
    })

    it.each(['nobody', '', '__proto__', 'user1\' OR 1=1 --'])('finds no record %j', (id) => {
      const store = withUser()
      store.caches.insert(aCache())
      store.keys.insert(aKey())
      expect([
        store.users.update(id, { name: 'x' }),
        store.caches.update(id, { ttl: 1 }),
        store.keys.update(id, { label: 'x' }),
      ]).toEqual([undefined, undefined, undefined])
      expect([store.caches.delete(id), store.keys.delete(id)]).toEqual([false, false])
      expect([store.users.list(), store.caches.list(), store.keys.list()]).toEqual([[aUser()], [aCache()], [aKey()]])
    })

    it('keeps connections, and their names apart', () => {
      const store = open()
      const fields = { hosts: ['a', 'ü'], __proto: 'x' }
      const odd = aConnection({ id: 'b', name: '__proto__', fields, secretFields: [], secretAccount: null })
      store.connections.insert(aConnection())
      store.connections.insert(odd)
      expect(store.connections.list()).toEqual([aConnection(), odd])
      expect(() => store.connections.insert(aConnection({ id: 'c' })))
        .toThrow(expect.objectContaining({ code: 'name-taken' }))
      const change = { fields: { url: 'redis://other:1' }, secretFields: [], secretAccount: null }
      expect(store.connections.update('connection1', change)).toEqual(aConnection(change))
      expect(store.connections.update('nobody', change)).toBeUndefined()
      expect([store.connections.delete('b'), store.connections.delete('b')]).toEqual([true, false])
      expect(store.connections.list()).toEqual([aConnection(change)])
    })

    it('keeps user names apart', () => {
      const store = withUser()
      store.users.insert(aUser({ id: 'user2', name: 'bob' }))
      expect(() => store.users.insert(aUser({ id: 'user3' }))).toThrow(expect.objectContaining({ code: 'name-taken' }))
      expect(() =>
        store.users.update('user2', { name: 'ada' })).toThrow(expect.objectContaining({ code: 'name-taken' }))
      expect(store.users.update('user1', { name: 'ada' })?.name).toBe('ada')
      expect(store.users.list().map(user => user.name)).toEqual(['ada', 'bob'])
    })

    it('keeps cache names apart for each user', () => {
      const store = withUser()
      store.users.insert(aUser({ id: 'user2', name: 'bob' }))
      store.caches.insert(aCache())
      store.caches.insert(aCache({ id: 'cache2', userId: 'user2' }))
      expect(() =>
        store.caches.insert(aCache({ id: 'cache3' }))).toThrow(expect.objectContaining({ code: 'name-taken' }))
      expect(store.caches.delete('cache1')).toBe(true)
      expect(store.caches.delete('cache1')).toBe(false)
      store.caches.insert(aCache({ id: 'cache3' }))
      expect(store.caches.list().map(cache => cache.id)).toEqual(['cache2', 'cache3'])
    })

    it('deletes a user with all caches and keys, and the keys of a user alone', () => {
      const store = withUser()
      store.users.insert(aUser({ id: 'user2', name: 'bob' }))
      for (const userId of ['user1', 'user2']) {
        store.caches.insert(aCache({ id: `cache of ${userId}`, userId }))
        for (const n of [1, 2])
          store.keys.insert(aKey({ id: `key ${n} of ${userId}`, userId, digest: Buffer.alloc(32, `${userId}${n}`) }))
      }
      store.keys.deleteOf('user2')
      expect(store.keys.list().map(key => key.userId)).toEqual(['user1', 'user1'])
      expect([store.users.delete('user1'), store.users.delete('user1')]).toEqual([true, false])
      expect(store.users.list().map(user => user.id)).toEqual(['user2'])
      expect(store.caches.list().map(cache => cache.userId)).toEqual(['user2'])
      expect(store.keys.list()).toEqual([])
    })

    it('keeps sessions until their user goes, ordered by their end', () => {
      const store = withUser()
      store.users.insert(aUser({ id: 'user2', name: 'bob' }))
      expect(store.sessions.list()).toEqual([])
      const [early, late, other] = ['a', 'b', 'c'].map(letter => letter.repeat(43)) as [string, string, string]
      store.sessions.put(aSession({ id: early, idleUntil: 1.4 }))
      store.sessions.put(aSession({ id: late, idleUntil: 3 }))
      store.sessions.put(aSession({ id: other, userId: 'user2', idleUntil: 2 }))
      expect(store.sessions.list()).toEqual([
        { id: early, userId: 'user1', idleUntil: 1 },
        { id: other, userId: 'user2', idleUntil: 2 },
        { id: late, userId: 'user1', idleUntil: 3 },
      ])
      store.sessions.put(aSession({ id: early, idleUntil: 4 }))
      expect(store.sessions.list().map(({ id }) => id)).toEqual([other, late, early])
      expect([store.sessions.delete(late), store.sessions.delete(late)]).toEqual([true, false])
      expect(() => store.sessions.put(aSession({ userId: 'nobody' }))).toThrow('FOREIGN KEY')
      store.users.delete('user1')
      expect(store.sessions.list().map(({ id }) => id)).toEqual([other])
    })

    it('keeps settings as JSON', () => {
      const store = open()
      for (const name of ['memory', '__proto__', 'constructor', '']) {
        expect(store.settings.get(name)).toBeUndefined()
        for (const value of [1, null, false, 'x', [], { a: { b: ['ü', null] } }]) {
          store.settings.set(name, value)
          expect(store.settings.get(name)).toEqual(value)
        }
      }
    })

    it('runs a transaction wholly or not at all', () => {
      const store = withUser()
      expect(store.transaction(() => {
        store.caches.insert(aCache())
        return 7
      })).toBe(7)
      expect(() => store.transaction(() => {
        store.users.update('user1', { name: 'changed' })
        store.caches.delete('cache1')
        store.keys.insert(aKey())
        store.settings.set('a', 1)
        throw new Error('no')
      })).toThrow('no')
      expect([store.users.list(), store.caches.list(), store.keys.list()]).toEqual([[aUser()], [aCache()], []])
      expect(store.settings.get('a')).toBeUndefined()
    })
  })
}
