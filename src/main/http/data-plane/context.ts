import type { Principal } from '../../base/principal'
import type { Cache, Engine, Hit, Lookup } from '../../cache/ports'
import type { Exchange } from '../exchange'
import { LarderError } from '../../../shared/errors'
import { checkKey } from '../entry-headers'
import { checkCacheAccess } from '../guards'
import { cacheOff, cachingOff } from '../problems'
import { decodeKeyPart, decodePart } from '../request-target'

/** What the data plane's handlers work with. */
export interface DataPlaneDeps {
  engine: Engine
  /** Largest value in bytes, now. */
  valueLimit: () => number
}

export type DataHandler = (exchange: Exchange) => void | Promise<void>

/** The caller; the guards let nobody without one come this far. */
export function callerOf(exchange: Exchange): Principal {
  if (!exchange.principal)
    throw new LarderError('key-missing', 'Send an API key in the Api-Key header, or as Authorization: Bearer …')
  return exchange.principal
}

/** Whether the caller may learn what is stored. */
export function mayRead(exchange: Exchange): boolean {
  return callerOf(exchange).scopes.has('read')
}

/** For what tells what is stored, on a route of scope `write`. Throws `out-of-scope`; `what` begins its sentence. */
export function requireRead(exchange: Exchange, what: string): void {
  if (!mayRead(exchange))
    throw new LarderError('out-of-scope', `${what} needs the scope read as well.`)
}

/** Finds a cache of the caller. Throws `out-of-scope`, `cache-not-found`. */
export function findCache(deps: DataPlaneDeps, exchange: Exchange, name: string): Cache {
  const caller = callerOf(exchange)
  exchange.cacheName = name
  checkCacheAccess(caller, name)
  const cache = deps.engine.find(caller.userId, name)
  if (!cache)
    throw new LarderError('cache-not-found', `Cache ${name.slice(0, 64)} not found.`)
  exchange.cache = cache
  return cache
}

/** Throws the 503 of whichever switch is off. Asked again after a body was read: a switch may move meanwhile. */
export function checkSwitches(deps: DataPlaneDeps, cache: Cache): void {
  if (!deps.engine.enabled)
    throw cachingOff()
  if (!cache.definition.enabled)
    throw cacheOff(cache.definition.name)
}

/** The cache that a native route names; asked for again after a body was read. */
export function pathCache(deps: DataPlaneDeps, exchange: Exchange): Cache {
  return findCache(deps, exchange, exchange.cacheName ?? decodePart(paramOf(exchange, 'cache'), 'cache'))
}

/** The cache that a native route names, switched on. */
export function nativeCache(deps: DataPlaneDeps, exchange: Exchange): Cache {
  const cache = pathCache(deps, exchange)
  checkSwitches(deps, cache)
  return cache
}

/** The entry key at the end of the path, decoded and checked. */
export function pathKey(exchange: Exchange): string {
  const key = checkKey(decodeKeyPart(paramOf(exchange, 'key'), 'key'))
  exchange.key = key
  return key
}

function paramOf(exchange: Exchange, name: string): string {
  const { route } = exchange
  return route.kind === 'data' ? route.params[name] ?? '' : ''
}

/** Reads an entry and notes what came of it. A miss comes back as its reason; a switched-off cache throws. */
export function readEntry(deps: DataPlaneDeps, exchange: Exchange, cache: Cache, key: string): Lookup {
  const lookup = cache.get(key)
  if (lookup === 'disabled')
    checkSwitches(deps, cache)
  noteLookup(exchange, lookup)
  return lookup
}

/** Looks at an entry without a trace: nothing is counted, ages or slides. A switched-off cache throws. */
export function peekEntry(deps: DataPlaneDeps, exchange: Exchange, cache: Cache, key: string): Lookup {
  checkSwitches(deps, cache)
  exchange.result = 'ok'
  return cache.peek(key) ?? 'absent'
}

export function isHit(lookup: Lookup): lookup is Hit {
  return typeof lookup !== 'string'
}

function noteLookup(exchange: Exchange, lookup: Lookup): void {
  exchange.result = typeof lookup === 'string' ? 'miss' : lookup.stale ? 'stale' : 'hit'
  exchange.reason = typeof lookup === 'string' ? lookup : null
}
