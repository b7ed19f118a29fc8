import type { Ref } from 'vue'
import type { HistoryEvent, Sample } from '../../live/live-window'
import type { MissesByReason } from './cache-history'
import { shallowReadonly, shallowRef, watch } from 'vue'
import { useApi } from '../../composables/use-api'
import { useFollowing } from '../../composables/use-following'
import { windowSeconds } from '../../live/live-window'
import { createCacheHistory } from './cache-history'

/** Milliseconds between two readings. */
const interval = 1000

export interface CacheTimes {
  /** The last 15 minutes, second by second. */
  readonly seconds: Readonly<Ref<readonly Sample[]>>
  readonly events: Readonly<Ref<readonly HistoryEvent[]>>
  /** Misses by reason, of the last minute and of the last 15. */
  readonly missed: Readonly<Ref<{ minute: MissesByReason, quarter: MissesByReason }>>
  samples: (span: number, step: number) => Sample[]
}

/**
 * Follows the history of a cache, if there is one, while the screen is visible. What was missed
 * comes at once.
 */
export function useCacheHistory(cache: () => string | undefined): CacheTimes {
  const { client } = useApi()
  const history = createCacheHistory()
  const seconds = shallowRef<readonly Sample[]>([])
  const happened = shallowRef<readonly HistoryEvent[]>([])
  const missed = shallowRef<{ minute: MissesByReason, quarter: MissesByReason }>({ minute: {}, quarter: {} })

  function show(): void {
    seconds.value = history.samples(windowSeconds, 1)
    happened.value = history.events()
    missed.value = { minute: history.misses(60), quarter: history.misses(windowSeconds) }
  }

  watch(cache, () => {
    history.clear()
    show()
  })
  useFollowing({
    interval,
    question: () => cache() ?? null,
    read: name => client['history.get']({ cache: name, after: history.newest() }),
    take(fresh) {
      history.add(fresh)
      show()
    },
  })

  return {
    seconds: shallowReadonly(seconds),
    events: shallowReadonly(happened),
    missed: shallowReadonly(missed),
    samples: history.samples,
  }
}
