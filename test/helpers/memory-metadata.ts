import type {
  CacheRecord,
  ConnectionRecord,
  KeyRecord,
  MetadataStore,
  SessionRecord,
  UserRecord,
} from '../../src/main/base/metadata'
import { Buffer } from 'node:buffer'
import { LarderError } from '../../src/shared/errors'

interface MemoryMetadata extends MetadataStore {
  /** Makes the next write throw this error, as a full disk would. */
  failNextWrite: (error: Error) => void
  /** Writes what was kept, as the real store does when the disk takes writes again. */
  runKept: () => void
}

/** Metadata in Maps, with the guarantees of the real store except surviving the process. */
export function createMemoryMetadata(): MemoryMetadata {
  let users = new Map<string, UserRecord>()
  let caches = new Map<string, CacheRecord>()
  let keys = new Map<string, KeyRecord>()
  const connections = new Map<string, ConnectionRecord>()
  let sessions = new Map<string, SessionRecord>()
  let settings = new Map<string, string>()
  let failure: Error | undefined
  const kept = new Map<string, () => void>()

  function beforeWrite(): void {
    const error = failure
    failure = undefined
    if (error)
      throw error
  }
  function requireUser(id: string): void {
    if (!users.has(id))
      throw new Error('FOREIGN KEY constraint failed')
  }
  function requireName(taken: boolean, name: string): void {
    if (taken)
      throw new LarderError('name-taken', `The name ${name} is taken.`)
  }
  const folded = (name: string): string => name.normalize('NFC').toLowerCase()

  return {
    failNextWrite(error) {
      failure = error
    },
    users: {
      list: () => [...users.values()].map(user => ({ ...user })),
      insert(user) {
        beforeWrite()
        requireName(users.values().some(other => folded(other.name) === folded(user.name)), user.name)
        users.set(user.id, { ...user })
      },
      update(id, change) {
        beforeWrite()
        const user = users.get(id)
        if (!user)
          return undefined
        const { name } = change
        if (name !== undefined)
          requireName(users.values().some(other => other.id !== id && folded(other.name) === folded(name)), name)
        users.set(id, { ...user, ...given(change) })
        return { ...user, ...given(change) }
      },
      delete(id) {
        beforeWrite()
        caches = new Map([...caches].filter(([, cache]) => cache.userId !== id))
        keys = new Map([...keys].filter(([, key]) => key.userId !== id))
        sessions = new Map([...sessions].filter(([, session]) => session.userId !== id))
        return users.delete(id)
      },
    },
    caches: {
      list: () => [...caches.values()].map(cache => ({ ...cache })),
      insert(cache) {
        beforeWrite()
        requireUser(cache.userId)
        requireName(
          caches.values().some(other => other.userId === cache.userId && other.name === cache.name),
          cache.name,
        )
        caches.set(cache.id, { ...cache })
      },
      update(id, change) {
        beforeWrite()
        const cache = caches.get(id)
        if (!cache)
          return undefined
        const { name } = change
        if (name !== undefined) {
          requireName(
            caches.values().some(other => other.id !== id && other.userId === cache.userId && other.name === name),
            name,
          )
        }
        caches.set(id, { ...cache, ...given(change) })
        return { ...cache, ...given(change) }
      },
      delete(id) {
        beforeWrite()
        return caches.delete(id)
      },
    },
    keys: {
      list: () => [...keys.values()].map(copyKey),
      insert(key) {
        beforeWrite()
        requireUser(key.userId)
        keys.set(key.id, copyKey(key))
      },
      update(id, change) {
        beforeWrite()
        const key = keys.get(id)
        if (!key)
          return undefined
        keys.set(id, copyKey({ ...key, ...given(change) }))
        return copyKey({ ...key, ...given(change) })
      },
      delete(id) {
        beforeWrite()
        return keys.delete(id)
      },
      deleteOf(userId) {
        beforeWrite()
        keys = new Map([...keys].filter(([, key]) => key.userId !== userId))
      },
    },
    connections: {
      list: () => [...connections.values()].map(connection => ({ ...connection })),
      insert(connection) {
        beforeWrite()
        requireName(connections.values().some(({ name }) => name === connection.name), connection.name)
        connections.set(connection.id, { ...connection })
      },
      update(id, change) {
        beforeWrite()
        const connection = connections.get(id)
        if (!connection)
          return undefined
        connections.set(id, { ...connection, ...change })
        return { ...connection, ...change }
      },
      delete(id) {
        beforeWrite()
        return connections.delete(id)
      },
    },
    sessions: {
      list: () => [...sessions.values()].map(session => ({ ...session })).sort((a, b) => a.idleUntil - b.idleUntil),
      put(session) {
        beforeWrite()
        requireUser(session.userId)
        sessions.set(session.id, { ...session, idleUntil: Math.round(session.idleUntil) })
      },
      delete(id) {
        beforeWrite()
        return sessions.delete(id)
      },
    },
    settings: {
      get(name) {
        const text = settings.get(name)
        return text === undefined ? undefined : JSON.parse(text) as unknown
      },
      set(name, value) {
        beforeWrite()
        settings.set(name, JSON.stringify(value))
      },
    },
    transaction(work) {
      const before = [new Map(users), new Map(caches), new Map(keys), new Map(sessions), new Map(settings)] as const
      try {
        return work()
      }
      catch (error) {
        [users, caches, keys, sessions, settings] = before
        throw error
      }
    },
    writeOrKeep(name, work) {
      try {
        work()
        kept.delete(name)
        return true
      }
      catch (error) {
        if (!(error instanceof LarderError && error.code === 'storage-full'))
          throw error
        kept.set(name, work)
        return false
      }
    },
    runKept() {
      kept.values().forEach(work => work())
      kept.clear()
    },
    health: () => 'ok',
    close: () => {},
  }
}

/** Drops fields that are present but undefined, because they mean no change. */
function given<T extends object>(change: T): Partial<T> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<T>
}

function copyKey(key: KeyRecord): KeyRecord {
  return {
    ...key,
    digest: Buffer.from(key.digest),
    previousDigest: key.previousDigest && Buffer.from(key.previousDigest),
    scopes: [...key.scopes],
    caches: key.caches && [...key.caches],
    origins: [...key.origins],
  }
}
