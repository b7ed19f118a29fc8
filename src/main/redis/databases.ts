import type { OperationHandlers } from '../base/operation-handlers'
import type { Principal } from '../base/principal'
import type { ServedCaches } from '../serving/caches'
import type { Maybe } from '../serving/maybe'
import type { CacheDefinition, ServedCache } from '../serving/ports'
import type { Serving } from '../serving/serving'
import type { ReadableCache, RedisCall } from './redis-call'
import { LarderError } from '@shared/errors'
import { operations } from '@shared/operations'
import { firstRedisDatabase } from '@shared/redis/users'
import { parseInput } from '@shared/validation'
import { stillRestoring } from '../serving/restoring'
import { databases } from './session'
import { emptyCache } from './void-cache'

/** The caches that connections use: named ones, and those that databases by number stand for. */
export interface Databases {
  /** Throws as `open` of serving does. One that is not made yet reads as an empty one. */
  read: (call: RedisCall, name: string, key: string | undefined) => ReadableCache
  /** The same for a write, which makes it. */
  write: (call: RedisCall, name: string) => Maybe<ServedCache>
  /** Makes the cache of a database, if it is one and is not there. */
  make: (principal: Principal, name: string) => Maybe<void>
  /** Undefined if there is none. */
  definition: (principal: Principal, name: string) => Readonly<CacheDefinition> | undefined
  /** Whether this is one of those that their first write makes. */
  isNumbered: (name: string) => boolean
  /** Entries that are held. */
  size: (principal: Principal, name: string) => number
  /** Throws LarderError `restoring` while entries come back after a start. */
  requireWhole: (principal: Principal, name: string) => void
}

interface DatabasesParts {
  serving: Pick<Serving, 'open'>
  caches: Pick<ServedCaches, 'find'>
  handlers: Pick<OperationHandlers, 'caches.create'>
}

/** The name of the cache that a number means. */
export function databaseName(number: number): string {
  return `${firstRedisDatabase.slice(0, -1)}${number}`
}

const names = new Set(Array.from({ length: databases }, (_, number) => databaseName(number)))

export function createDatabases({ serving, caches, handlers }: DatabasesParts): Databases {
  function isMissing(error: unknown, name: string): boolean {
    return error instanceof LarderError && error.code === 'cache-not-found' && names.has(name)
  }

  function make(principal: Principal, name: string): Maybe<void> {
    const mount = caches.find(principal.userId, name)
    if (mount || !names.has(name))
      return
    try {
      const input = parseInput(operations['caches.create'].input, { name, ttl: null })
      const made = handlers['caches.create'](input, { principal })
      return made instanceof Promise ? made.then(() => {}, unlessThere) : undefined
    }
    catch (error) {
      unlessThere(error)
    }

    /** Two connections may begin at once. */
    function unlessThere(error: unknown): void {
      if (!(error instanceof LarderError && error.code === 'name-taken'))
        throw error
    }
  }

  function requireWhole({ userId }: Principal, name: string): void {
    const cache = caches.find(userId, name)?.cache
    if (cache !== undefined && cache.restoring !== null)
      throw stillRestoring(cache)
  }

  return {
    read(call, name, key) {
      try {
        return serving.open(call, name, key)
      }
      catch (error) {
        if (isMissing(error, name))
          return emptyCache
        throw error
      }
    },
    write(call, name) {
      try {
        return serving.open(call, name)
      }
      catch (error) {
        if (!isMissing(error, name) || call.principal === null)
          throw error
        const made = make(call.principal, name)
        return made instanceof Promise ? made.then(() => serving.open(call, name)) : serving.open(call, name)
      }
    },
    make,
    definition: ({ userId }, name) => caches.find(userId, name)?.cache.definition,
    isNumbered: name => names.has(name),
    size: ({ userId }, name) => caches.find(userId, name)?.cache.size ?? 0,
    requireWhole,
  }
}
