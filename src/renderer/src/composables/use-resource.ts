import type { EventTopic } from '@shared/events'
import type { Ref, WatchSource } from 'vue'
import { messageOf } from '@shared/errors'
import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { asSentence } from '../sentence'
import { createRefresher } from './refresher'
import { useApi } from './use-api'

interface ResourceOptions {
  /** Reads what the screen shows into its stores. */
  read: () => Promise<unknown>
  /** Whether there is already something to show. */
  loaded: () => boolean
  /** Events after which it is read again. @default all */
  topics?: readonly EventTopic[]
  /** Other things whose change causes a read. */
  also?: WatchSource | readonly WatchSource[]
  /** Milliseconds between two reads while events arrive. @default 400 */
  interval?: number
}

/** Milliseconds after which what could not be read is tried again. */
const retryPause = 5000
export const retryText = `The console tries again every ${retryPause / 1000} seconds.`

/**
 * Keeps the data of a screen fresh while the screen is shown: reads it at once, after each event
 * that may change it, and when the connection is back, but never twice at once. Returns why there
 * is nothing to show, as sentences; it is tried again until there is. If there is something, the
 * connection state is enough to show a failure.
 */
export function useResource({ read, loaded, topics, also, interval = 400 }: ResourceOptions): Readonly<Ref<string>> {
  const { events } = useApi()
  const problem = shallowRef('')
  let retry: ReturnType<typeof setTimeout> | undefined
  const refresher = createRefresher(async () => {
    clearTimeout(retry)
    try {
      await read()
      problem.value = ''
    }
    catch (error) {
      problem.value = loaded() ? '' : `This could not be read: ${asSentence(messageOf(error))} ${retryText}`
      if (problem.value !== '')
        retry = setTimeout(refresher.request, retryPause)
    }
  }, interval)

  const unlisten = events.listen(({ topic }) => {
    if (topics === undefined || topic === 'lagged' || topics.includes(topic))
      refresher.request()
  })
  watch([events.connected, ...also === undefined ? [] : [also].flat()], refresher.request, { immediate: true })
  onScopeDispose(() => {
    unlisten()
    clearTimeout(retry)
    refresher.stop()
  })
  return shallowReadonly(problem)
}
