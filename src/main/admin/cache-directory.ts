import type { CacheSettings } from '@shared/cache-settings'
import type { CacheRecord, MetadataStore } from '../base/metadata'
import type { Mount, ServedCaches } from '../serving/caches'
import type { TurnedAway } from '../serving/off-times'
import type { CacheDefinition, CacheFigures, Forecast } from '../serving/ports'
import type { ConnectedCache } from './offered-connections'
import { connectionsOf } from '@shared/cache-settings'
import { LarderError } from '@shared/errors'
import { checkMaxBytes, checkReserve } from './reserves'

/** The caches: keeps their records in the metadata and their entries in the engine in step. */
export interface CacheDirectory {
  list: (userId: string) => CacheFigures[]
  /** The caches of all users whose settings name a connection. */
  naming: (connection: string) => CacheFigures[]
  /**
   * Throws LarderError `cache-not-found`.
   *
   * @param createdAt ISO 8601: only the cache that was created then
   */
  get: (userId: string, name: string, createdAt?: string) => Mount
  has: (userId: string, name: string) => boolean
  /** Those of all users that have a source or a backend. */
  connected: () => ConnectedCache[]
  /** The ports of the gateways of all users, but of this cache. */
  gatewayPorts: (but: string | null) => number[]
  /** Milliseconds since the Unix epoch. */
  createdAt: (cache: CacheFigures) => number
  /** Undefined while the cache is on. */
  offTime: (cache: CacheFigures) => TurnedAway | undefined
  /**
   * Writes the record, after what `alsoWrite` writes, and opens the cache: all or nothing. Throws
   * LarderError `name-taken`, `invalid-input` (field reserve).
   */
  create: (record: CacheRecord, alsoWrite?: () => void) => CacheFigures
  /**
   * Resolves when the change has been applied to all entries. On a full disk a change of the switch
   * alone holds for this run. Throws LarderError `invalid-input` (field reserve).
   */
  update: (cache: Mount, change: Partial<CacheSettings>) => Promise<void> | void
  /** What `update` would evict. Throws the same errors, and changes nothing. */
  forecast: (cache: Mount, change: Partial<CacheSettings>) => Promise<Forecast> | Forecast
  /**
   * Gives the cache another name, and writes what `alsoWrite` writes: all or nothing. Throws
   * LarderError `name-taken`.
   */
  rename: (cache: Mount, name: string, alsoWrite: () => void) => void
  /** Drops the record and all entries. */
  delete: (cache: Mount) => void
  /** Drops all entries of a user whose records have been deleted. */
  drop: (userId: string) => void
}

/** Opens every stored cache in the engine. */
export function createCacheDirectory({ metadata, caches }: {
  metadata: MetadataStore
  caches: ServedCaches
}): CacheDirectory {
  const created = new Map<string, number>()
  for (const record of metadata.caches.list()) {
    caches.open(definitionOf(record))
    created.set(record.id, record.createdAt)
  }

  const lookUp = (userId: string, name: string): Mount | undefined => caches.find(userId, name)
  const close = ({ cache: { definition: { id } } }: Mount): void => {
    caches.close(id)
    created.delete(id)
  }
  /** `field` is the one of the input that has the name. */
  const requireFree = (userId: string, name: string, field: string): void => {
    if (lookUp(userId, name) !== undefined) {
      throw new LarderError(
        'name-taken',
        `You already have a cache named ${name}.`,
        { errors: [{ field, message: 'is taken' }] },
      )
    }
  }
  const notFound = (name: string): LarderError => new LarderError('cache-not-found', `Cache ${name} not found.`)

  return {
    list: userId => caches.list(userId).map(({ cache }) => cache),
    naming: connection =>
      caches.list().map(({ cache }) => cache).filter(cache => connectionsOf(cache.definition).includes(connection)),
    get(userId, name, createdAt) {
      const mount = lookUp(userId, name)
      if (!mount)
        throw notFound(name)
      if (createdAt !== undefined && Date.parse(createdAt) !== created.get(mount.cache.definition.id)) {
        const sentence = `The cache ${name} of ${createdAt} is gone, or has another name now. This is another one.`
        throw new LarderError('cache-not-found', sentence)
      }
      return mount
    },
    has: (userId, name) => lookUp(userId, name) !== undefined,
    connected: () => metadata.caches.list().flatMap(({ id, userId, source, backend }) =>
      source === null && backend === null ? [] : [{ id, userId, source, backend }]),
    gatewayPorts: but => caches.list().flatMap(({ cache: { definition: { id, gateway } } }) =>
      gateway === null || id === but ? [] : [gateway.port]),
    createdAt: cache => created.get(cache.definition.id) ?? 0,
    offTime: cache => caches.offTimes.ofCache(cache.definition.id),
    create(record, alsoWrite = () => {}) {
      requireFree(record.userId, record.name, 'name')
      checkReserve(metadata, caches.budget, null, record.reserve)
      checkMaxBytes(caches.budget, null, record.maxBytes)
      try {
        const cache = metadata.transaction(() => {
          alsoWrite()
          metadata.caches.insert(record)
          return caches.open(definitionOf(record)).cache
        })
        created.set(record.id, record.createdAt)
        return cache
      }
      catch (error) {
        // The commit may fail after the engine has opened the cache.
        caches.close(record.id)
        throw error
      }
    },
    update(mount, change) {
      const { id, name, maxBytes } = mount.cache.definition
      checkReserve(metadata, caches.budget, id, change.reserve ?? null)
      checkMaxBytes(caches.budget, maxBytes, change.maxBytes)
      if (isSwitchOnly(change))
        metadata.writeOrKeep(`switch of ${id}`, () => void metadata.caches.update(id, change))
      else if (!metadata.caches.update(id, change))
        throw notFound(name)
      return caches.configure(mount, change)
    },
    forecast({ cache }, change) {
      checkReserve(metadata, caches.budget, cache.definition.id, change.reserve ?? null)
      checkMaxBytes(caches.budget, cache.definition.maxBytes, change.maxBytes)
      return cache.forecast(change)
    },
    rename(mount, name, alsoWrite) {
      const { id, space, name: before } = mount.cache.definition
      requireFree(space, name, 'to')
      metadata.transaction(() => {
        alsoWrite()
        if (!metadata.caches.update(id, { name }))
          throw notFound(before)
      })
      caches.rename(mount, name)
    },
    delete(mount) {
      metadata.caches.delete(mount.cache.definition.id)
      close(mount)
    },
    drop: userId => caches.list(userId).forEach(close),
  }
}

/** Whether nothing but the switch is changed. */
function isSwitchOnly(change: Partial<CacheSettings>): boolean {
  return change.enabled !== undefined && Object.keys(change).length === 1
}

function definitionOf({ userId, createdAt: _, ...definition }: CacheRecord): CacheDefinition {
  return { ...definition, space: userId }
}
