import type { OperationOutput } from '../../shared/operations'
import type { Clock } from '../base/clock'
import type { EventHub } from '../base/event-hub'
import type { Cache } from '../cache/ports'
import type { CacheDirectory } from './cache-directory'
import type { HandlersOf } from './handlers'
import type { UserDirectory } from './user-directory'
import { LarderError } from '../../shared/errors'
import { randomId } from '../base/ids'
import { callerOf, givenOnly, isoTime } from './handlers'
import { withHitRatio } from './totals'

/** The cache of the text face, which every user has. */
export const defaultCache = 'default'

export interface CacheHandlerDependencies {
  caches: CacheDirectory
  users: UserDirectory
  events: EventHub
  clock: Clock
}

export function createCacheHandlers({ caches, users, events, clock }: CacheHandlerDependencies): HandlersOf<'caches'> {
  function checkQuota(userId: string): void {
    const { cacheLimit } = users.get(userId)
    if (caches.list(userId).length < cacheLimit)
      return
    const remedy = 'Delete a cache, or ask an administrator for a higher limit.'
    throw new LarderError('quota-reached', `Your cache limit is ${cacheLimit}. ${remedy}`)
  }

  function describe(cache: Cache): OperationOutput<'caches.get'> {
    const { id: _, owner: __, ...definition } = cache.definition
    return { ...definition, createdAt: isoTime(caches.createdAt(cache)), entries: cache.size, bytes: cache.bytes, statistics: withHitRatio(cache.statistics()) }
  }

  return {
    'caches.list': (_, context) => caches.list(callerOf(context).userId).map(describe),
    'caches.create': (input, context) => {
      const { userId } = callerOf(context)
      checkQuota(userId)
      const cache = caches.create({ id: randomId(), userId, ...input, createdAt: clock.wall() })
      events.emit('cache.created', userId, { cache: input.name })
      return describe(cache)
    },
    'caches.get': ({ name }, context) => describe(caches.get(callerOf(context).userId, name)),
    'caches.update': async ({ name, ...settings }, context) => {
      const { userId } = callerOf(context)
      const cache = caches.get(userId, name)
      const change = givenOnly(settings)
      if (Object.keys(change).length > 0) {
        await caches.update(cache, change)
        events.emit('cache.updated', userId, { cache: name })
      }
      return describe(cache)
    },
    'caches.delete': ({ name }, context) => {
      const { userId } = callerOf(context)
      const cache = caches.get(userId, name)
      if (name === defaultCache)
        throw new LarderError('protected', `The cache ${defaultCache} cannot be deleted, because /v1 and /flush use it.`)
      caches.delete(cache)
      events.emit('cache.deleted', userId, { cache: name })
    },
    'caches.flush': async ({ name }, context) => ({ matched: await caches.get(callerOf(context).userId, name).flush() }),
  }
}
