import type { RedisSurface } from '../base/redis-clients'
import type { HandlersOf } from './handlers'
import { LarderError } from '@shared/errors'
import { callerOf } from './handlers'

interface ClientHandlerDependencies {
  /** Null while, or if, the Redis protocol is not spoken. */
  redis: () => RedisSurface | null
}

export function createAppClientHandlers({ redis }: ClientHandlerDependencies): HandlersOf<'clients'> {
  return {
    'clients.list': (_, context) => {
      const caller = callerOf(context)
      const surface = redis()
      return {
        redis: surface?.state() ?? { state: 'off', port: null, url: null, warning: null },
        clients: surface?.clients(caller) ?? [],
        unknown: surface?.unknown(caller.userId) ?? [],
      }
    },
    'clients.disconnect': ({ id }, context) => {
      if (redis()?.disconnect(callerOf(context), id) !== true)
        throw new LarderError('client-not-found', `There is no connection ${id}: it has ended, or is another user's.`)
    },
  }
}
