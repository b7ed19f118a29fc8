import type { CacheInfo } from '@shared/schemas'
import type { Ref } from 'vue'
import type { SizeBucket } from './size-histogram'
import { messageOf } from '@shared/errors'
import { useIntervalFn } from '@vueuse/core'
import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { useApi } from '../../../composables/use-api'
import { retryText } from '../../../composables/use-resource'
import { asSentence } from '../../../sentence'
import { requestWindow } from '../entries/read-window'
import { sizeHistogram } from './size-histogram'

/** What is found out by looking through the entries of a cache. */
interface Measured {
  /** Both are undefined before the first count. */
  readonly sizes: Readonly<Ref<readonly SizeBucket[] | undefined>>
  /** The entries that are read most. */
  readonly top: Readonly<Ref<readonly { key: string, hits: number }[] | undefined>>
  /** Progress of the server in building an order, 0 to 1. */
  readonly progress: Readonly<Ref<number | null>>
  readonly problem: Readonly<Ref<string>>
}

/**
 * Milliseconds between two looks at whether something has changed. Hits change all the time, and
 * the server sorts by them anew each time.
 */
const pace = 5000
const hitsPace = 15_000
const topKeys = 8

/** Measures again only after a change, so that an open tab costs nothing. */
export function useMeasured(cache: () => CacheInfo): Measured {
  const { entries } = useApi()
  const sizes = shallowRef<readonly SizeBucket[]>()
  const top = shallowRef<readonly { key: string, hits: number }[]>()
  const progress = shallowRef<number | null>(null)
  const problem = shallowRef('')
  const bySizes = follower(stateOfSizes, async (name, options) => {
    const bySize = { sort: 'size', order: 'asc' } as const
    const { total } = await requestWindow(entries, name, { ...bySize, offset: 0, limit: 1 }, options)
    sizes.value = await sizeHistogram(total, async (offset, limit) => {
      const window = await requestWindow(entries, name, { ...bySize, offset, limit }, options)
      return window.entries.map(({ bytes }) => bytes)
    })
  })
  const byTop = follower(stateOfHits, async (name, options) => {
    const byHits = { sort: 'hits', order: 'desc', offset: 0, limit: topKeys } as const
    const most = await requestWindow(entries, name, byHits, options)
    top.value = most.entries.filter(({ hits }) => hits > 0).map(({ key, hits }) => ({ key, hits }))
  })

  /** Reads again whenever the state that it depends on is another one. */
  function follower(
    stateOf: (cache: CacheInfo) => string,
    read: (name: string, options: { signal: AbortSignal, onProgress: (part: number | null) => void }) => Promise<void>,
  ): { look: () => void, stop: () => void } {
    let reading = new AbortController()
    let known = ''

    async function measure(): Promise<void> {
      reading.abort()
      reading = new AbortController()
      const { signal } = reading
      try {
        await read(cache().name, { signal, onProgress: part => progress.value = part })
        problem.value = ''
      }
      catch (error) {
        if (signal.aborted)
          return
        // With the next look.
        known = ''
        problem.value = `They could not be counted: ${asSentence(messageOf(error))} ${retryText}`
      }
    }

    return {
      look() {
        const state = stateOf(cache())
        if (state === known)
          return
        known = state
        void measure()
      },
      stop: () => reading.abort(),
    }
  }

  watch(() => cache().name, () => {
    sizes.value = undefined
    top.value = undefined
    bySizes.look()
    byTop.look()
  }, { immediate: true })
  useIntervalFn(bySizes.look, pace)
  useIntervalFn(byTop.look, hitsPace)
  onScopeDispose(() => {
    bySizes.stop()
    byTop.stop()
  })

  return {
    sizes: shallowReadonly(sizes),
    top: shallowReadonly(top),
    progress: shallowReadonly(progress),
    problem: shallowReadonly(problem),
  }
}

function stateOfSizes({ name, entries, bytes, enabled }: CacheInfo): string {
  return [name, entries, bytes, enabled].join()
}

function stateOfHits(cache: CacheInfo): string {
  return [stateOfSizes(cache), cache.statistics.hits].join()
}
