import type { Ref } from 'vue'
import { onScopeDispose, shallowRef, watch } from 'vue'
import { messageOf } from '../error-text'
import { useCaches } from '../stores/caches'
import { useLive } from '../stores/live'
import { createRefresher } from './refresher'
import { useApi } from './use-api'

/** Milliseconds between reads while events come in. */
const interval = 400

/**
 * Keeps the store of caches fresh while the screen is shown. Returns why there is nothing to show,
 * as long as nothing has been read.
 */
export function useFreshCaches(): Readonly<Ref<string>> {
  const { events } = useApi()
  const caches = useCaches()
  const live = useLive()
  const problem = shallowRef('')
  const refresher = createRefresher(async () => {
    try {
      await caches.read()
      problem.value = ''
    }
    catch (error) {
      // Where there is a list already, the state of the connection says enough.
      problem.value = caches.loaded ? '' : messageOf(error)
    }
  }, interval)

  const unlisten = events.listen(refresher.request)
  watch([events.connected, () => live.samples], refresher.request, { immediate: true })
  onScopeDispose(() => {
    unlisten()
    refresher.stop()
  })
  return problem
}
