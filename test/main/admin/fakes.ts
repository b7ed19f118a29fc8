import type { ConnectionPool, PooledConnection } from '../../../src/main/base/connection-pool'
import type { SecretVault, VaultCondition } from '../../../src/main/base/secret-vault'
import type { SignInPages } from '../../../src/main/base/sign-in-pages'
import type { Cache, CacheDefinition, Engine, EngineEvent, Statistics } from '../../../src/main/cache/ports'
import type { ServedCaches } from '../../../src/main/serving/caches'
import { createManualClock } from '../../../src/main/base/clock'
import { createServedCaches } from '../../../src/main/serving/caches'
import { createOffTimes } from '../../../src/main/serving/off-times'
import { LarderError } from '../../../src/shared/errors'
import { missReasons } from '../../../src/shared/miss-reasons'
import { mapRows } from '../../../src/shared/rows'
import { createManualTimer } from '../../helpers/manual-timer'

/**
 * An engine with caches but no entries, which is all that the administration needs. `flush` returns
 * `entries`.
 */
interface FakeEngine extends Engine {
  tell: (event: EngineEvent) => void
  readonly subscribers: number
  /** Makes the next `open` throw this error. */
  failNextOpen: (error: Error) => void
}

export function createFakeEngine(): FakeEngine {
  const caches = new Map<string, Cache>()
  const listeners = new Set<(event: EngineEvent) => void>()
  let openFailure: Error | undefined
  const engine: FakeEngine = {
    enabled: true,
    bytes: 0,
    budget: 256 * 1024 * 1024,
    changes: 0,
    forecast: bytes => ({ evicted: bytes < 256 * 1024 * 1024 ? 2 : 0, of: 3, exact: false }),
    open(definition) {
      const error = openFailure
      openFailure = undefined
      if (error)
        throw error
      const cache = createFakeCache(definition)
      caches.set(definition.id, cache)
      return cache
    },
    find: (space, name) =>
      caches.values().find(({ definition }) => definition.space === space && definition.name === name),
    list: space => [...caches.values()].filter(({ definition }) => space === undefined || definition.space === space),
    rename(id, name) {
      const cache = caches.get(id)
      if (cache)
        Object.assign(cache.definition, { name })
    },
    close: id => caches.delete(id),
    subscribe(listener) {
      listeners.add(listener)
      return { dispose: () => void listeners.delete(listener) }
    },
    sweep: () => 0,
    flushJournal: async () => {},
    dispose: async () => {},
    tell: event => listeners.forEach(listener => listener(event)),
    get subscribers() {
      return listeners.size
    },
    failNextOpen(error) {
      openFailure = error
    },
  }
  return engine
}

/** Returns the engine's caches as the administration receives them, without layers. */
export function serve(engine: Engine): ServedCaches {
  const { stopwatch, ...clock } = createManualClock()
  return createServedCaches({
    engine,
    layers: [],
    clock,
    stopwatch,
    timer: createManualTimer(),
    offTimes: createOffTimes(clock),
    schedule: { follow() {}, leave() {} },
    failed(error) {
      throw error
    },
  })
}

export const noStatistics: Statistics = {
  hits: 0,
  staleHits: 0,
  misses: mapRows(missReasons, () => 0),
  sets: 0,
  deletes: 0,
  evictions: 0,
  expirations: 0,
  latency: { count: 0, p50: 0, p90: 0, p99: 0, max: 0 },
}

function createFakeCache(definition: CacheDefinition): Cache {
  const unused = (): never => {
    throw new Error('Administration never touches entries')
  }
  return {
    definition,
    size: 3,
    bytes: 300,
    storedLast: 0,
    newestVersion: 0,
    restoring: null,
    configure: change => void Object.assign(definition, change),
    forecast: ({ maxEntries }) => ({ evicted: Math.max(0, 3 - (maxEntries ?? 3)), of: 3, exact: true }),
    flush: () => 3,
    statistics: () => ({ ...noStatistics, hits: 3, misses: { ...noStatistics.misses, absent: 1 } }),
    counters: {
      counts: { hits: 0, staleHits: 0, evictions: 0, flushes: 0 },
      misses: noStatistics.misses,
      latency: { count: 0, take: unused },
    },
    get: unused,
    getHeld: unused,
    peek: unused,
    roomFor: unused,
    roomForBatch: unused,
    set: unused,
    delete: unused,
    drop: unused,
    touch: unused,
    increment: unused,
    mergePatch: unused,
    batch: unused,
    invalidate: unused,
    page: unused,
    orderProgress: unused,
    entries: unused,
    chosen: unused,
    recordHit: unused,
    recordLatency: unused,
  }
}

interface FakeVault extends SecretVault {
  readonly secrets: Map<string, string>
  condition: VaultCondition
  /** Pending while a test holds calls back, so that two of them can overlap. */
  gate: Promise<void>
}

/** Sign-in pages in a Map, by path. */
interface FakePages extends SignInPages { readonly links: Map<string, string> }

export function createFakePages(): FakePages {
  const links = new Map<string, string>()
  let written = 0
  return {
    links,
    write(link) {
      const path = `/pages/${++written}.html`
      links.set(path, link)
      return { path, remove: () => void links.delete(path) }
    },
  }
}

async function open({ gate, condition }: FakeVault): Promise<void> {
  await gate
  if (condition.state !== 'ok')
    throw new LarderError('vault-unavailable', condition.detail)
}

/** A vault in a Map; `condition` makes it locked or unavailable. */
export function createFakeVault(driver: SecretVault['driver'] = 'file'): FakeVault {
  const secrets = new Map<string, string>()
  const vault: FakeVault = {
    driver,
    secrets,
    condition: { state: 'ok', detail: 'Secrets are kept in a Map.' },
    gate: Promise.resolve(),
    state: async () => vault.condition,
    async get(account) {
      await open(vault)
      return secrets.get(account) ?? null
    },
    async set(account, secret) {
      await open(vault)
      secrets.set(account, secret)
    },
    async delete(account) {
      await open(vault)
      secrets.delete(account)
    },
  }
  return vault
}

interface FakePool extends ConnectionPool {
  readonly known: Map<string, PooledConnection>
  /** What was tested, with the secrets that would have been sent. */
  readonly tested: object[]
}

/** Connections that are never opened. */
export function createFakePool(): FakePool {
  const known = new Map<string, PooledConnection>()
  const tested: object[] = []
  return {
    known,
    tested,
    put: (name, connection) => void known.set(name, connection),
    remove: name => void known.delete(name),
    condition: () => ({ state: 'idle', detail: null, server: null }),
    refuse: async ({ values: { folder } }) =>
      folder === '/home/ada/larder' ? { field: 'folder', message: 'is ours' } : null,
    async test({ driver, values, secrets }, { write }) {
      tested.push({ driver, values, write, secrets: await secrets() })
      return { ok: true, ms: 1, server: 'Redis 7.0.15', steps: [] }
    },
  }
}
