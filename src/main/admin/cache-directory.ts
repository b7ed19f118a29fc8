import type { CacheRecord, MetadataStore } from '../base/metadata'
import type { Cache, CacheDefinition, CacheSettings, Engine } from '../cache/ports'
import { LarderError } from '../../shared/errors'

/** The caches: their records in the metadata and their entries in the engine, kept in step. */
export interface CacheDirectory {
  list: (userId: string) => Cache[]
  /** Throws LarderError `cache-not-found`. */
  get: (userId: string, name: string) => Cache
  has: (userId: string, name: string) => boolean
  /** Milliseconds since the Unix epoch. */
  createdAt: (cache: Cache) => number
  /** Writes the record, together with what `alsoWrite` writes before it, and opens the cache: all or nothing. Throws LarderError `name-taken`. */
  create: (record: CacheRecord, alsoWrite?: () => void) => Cache
  /** Resolves when the change has been applied to all entries. */
  update: (cache: Cache, change: Partial<CacheSettings>) => Promise<void> | void
  /** Drops the record and all entries. */
  delete: (cache: Cache) => void
  /** Drops all entries of a user whose records are deleted. */
  drop: (userId: string) => void
}

/** Opens every stored cache in the engine. */
export function createCacheDirectory({ metadata, engine }: { metadata: MetadataStore, engine: Engine }): CacheDirectory {
  const created = new Map<string, number>()
  for (const record of metadata.caches.list()) {
    engine.open(definitionOf(record))
    created.set(record.id, record.createdAt)
  }

  const lookUp = (userId: string, name: string): Cache | undefined => engine.find(userId, name)
  const close = ({ definition: { id } }: Cache): void => {
    engine.close(id)
    created.delete(id)
  }
  const notFound = (name: string): LarderError => new LarderError('cache-not-found', `Cache ${name} not found.`)

  return {
    list: userId => engine.list(userId),
    get(userId, name) {
      const cache = lookUp(userId, name)
      if (!cache)
        throw notFound(name)
      return cache
    },
    has: (userId, name) => lookUp(userId, name) !== undefined,
    createdAt: cache => created.get(cache.definition.id) ?? 0,
    create(record, alsoWrite = () => {}) {
      if (lookUp(record.userId, record.name) !== undefined)
        throw new LarderError('name-taken', `You already have a cache named ${record.name}.`, { errors: [{ field: 'name', message: 'is taken' }] })
      try {
        const cache = metadata.transaction(() => {
          alsoWrite()
          metadata.caches.insert(record)
          return engine.open(definitionOf(record))
        })
        created.set(record.id, record.createdAt)
        return cache
      }
      catch (error) {
        // The commit itself may fail, after the engine has opened it.
        engine.close(record.id)
        throw error
      }
    },
    update(cache, change) {
      if (!metadata.caches.update(cache.definition.id, change))
        throw notFound(cache.definition.name)
      return cache.configure(change)
    },
    delete(cache) {
      metadata.caches.delete(cache.definition.id)
      close(cache)
    },
    drop: userId => engine.list(userId).forEach(close),
  }
}

function definitionOf({ userId, createdAt: _, ...definition }: CacheRecord): CacheDefinition {
  return { ...definition, owner: userId }
}
