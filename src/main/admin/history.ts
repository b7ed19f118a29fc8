import type { HistoryKeeper } from '../serving/history/history'
import type { CacheDirectory } from './cache-directory'
import type { HandlersOf } from './handlers'
import { callerOf } from './handlers'

export function createHistoryHandlers({ caches, history }: {
  caches: CacheDirectory
  history: HistoryKeeper
}): HandlersOf<'history'> {
  return {
    'history.get': ({ cache, span, after }, context) => {
      const { userId, admin } = callerOf(context)
      if (cache !== undefined)
        return history.read({ cache: caches.get(userId, cache).cache.definition.id }, span, after)
      // Figures of the whole server would reveal what other users do.
      return history.read(admin ? 'all' : { space: userId }, span, after)
    },
  }
}
