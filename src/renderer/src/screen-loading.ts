import type { Router } from 'vue-router'
import { START_LOCATION } from 'vue-router'
import { reloadWhenReachable } from './api/reload-when-reachable'
import { screens } from './screens'
import { useNotices } from './stores/notices'

/** Milliseconds after the first screen until the others are loaded, and between two of them. */
const restTime = 5000
const pace = 200

const pause = (milliseconds: number): Promise<void> => new Promise(resolve => setTimeout(resolve, milliseconds))

/**
 * Loads the screens before they are needed, so that the ways between them stay open while the
 * server is away, and says so where one could not be loaded.
 */
export function loadScreensAhead(router: Router, isConnected: () => boolean): void {
  let failed = false
  addEventListener('vite:preloadError', () => failed = true)

  router.beforeEach((to, from) => {
    // What a browser failed to load, it does not ask for again on the same page.
    if (!failed || !isConnected() || from === START_LOCATION || to.path === from.path)
      return true
    location.assign(to.fullPath)
    return false
  })

  router.onError((error, to, from) => {
    console.error(error)
    if (from === START_LOCATION)
      reloadWhenReachable()
    const text = `${to.meta.title} could not be opened, because the server cannot be reached.`
    useNotices().show({ kind: 'failed', text })
  })

  const stop = router.afterEach(async (_to, _from, failure) => {
    if (failure)
      return
    stop()
    await pause(restTime)
    for (const { load } of screens) {
      await pause(pace)
      // `failed` knows, and whoever goes there is told.
      await load().catch(() => {})
    }
  })
}
