import type { CacheInfo } from '@shared/schemas'
import type { Ref } from 'vue'
import type { SizeBucket } from './size-histogram'
import { messageOf } from '@shared/errors'
import { useIntervalFn } from '@vueuse/core'
import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { useApi } from '../../../composables/use-api'
import { requestWindow } from '../entries/read-window'
import { sizeHistogram } from './size-histogram'

/** What is found out by looking through the entries of a cache. */
interface Measured {
  /** Undefined before the first count. */
  readonly sizes: Readonly<Ref<readonly SizeBucket[] | undefined>>
  /** The entries that are read most. */
  readonly top: Readonly<Ref<readonly { key: string, hits: number }[]>>
  /** Progress of the server in building an order, 0 to 1. */
  readonly progress: Readonly<Ref<number | null>>
  readonly problem: Readonly<Ref<string>>
}

/** Milliseconds between two looks at whether something has changed. */
const pace = 5000
const topKeys = 8

/** Measures again only after a change, so that an open tab costs nothing. */
export function useMeasured(cache: () => CacheInfo): Measured {
  const { entries } = useApi()
  const sizes = shallowRef<readonly SizeBucket[]>()
  const top = shallowRef<readonly { key: string, hits: number }[]>([])
  const progress = shallowRef<number | null>(null)
  const problem = shallowRef('')
  let reading = new AbortController()
  let measured = ''

  async function measure(): Promise<void> {
    reading.abort()
    reading = new AbortController()
    const { signal } = reading
    const { name } = cache()
    const bySize = { sort: 'size', order: 'asc' } as const
    const options = { signal, onProgress: (part: number | null) => progress.value = part }
    try {
      const byHits = { sort: 'hits', order: 'desc', offset: 0, limit: topKeys } as const
      const most = await requestWindow(entries, name, byHits, options)
      top.value = most.entries.filter(({ hits }) => hits > 0).map(({ key, hits }) => ({ key, hits }))
      sizes.value = await sizeHistogram(most.total, async (offset, limit) => {
        const window = await requestWindow(entries, name, { ...bySize, offset, limit }, options)
        return window.entries.map(({ bytes }) => bytes)
      })
      problem.value = ''
    }
    catch (error) {
      if (!signal.aborted)
        problem.value = messageOf(error)
    }
  }

  function follow(): void {
    const { name, entries: count, bytes, enabled, statistics: { hits } } = cache()
    const state = [name, count, bytes, enabled, hits].join()
    if (state === measured)
      return
    measured = state
    void measure()
  }

  watch(() => cache().name, () => {
    sizes.value = undefined
    top.value = []
    follow()
  }, { immediate: true })
  useIntervalFn(follow, pace)
  onScopeDispose(() => reading.abort())

  return {
    sizes: shallowReadonly(sizes),
    top: shallowReadonly(top),
    progress: shallowReadonly(progress),
    problem: shallowReadonly(problem),
  }
}
