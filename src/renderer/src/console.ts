import type { Api } from './api/api'
import { readAnswer } from '@shared/ipc'
import { createPinia } from 'pinia'
import { createApp, watch } from 'vue'
import { browserApi, desktopApi } from './api/api'
import { findBridge } from './api/bridge'
import App from './App.vue'
import { apiKey } from './composables/use-api'
import { takeOneTimeCode } from './one-time-code'
import { takePlace } from './place'
import { createConsoleRouter } from './router'
import { useLive } from './stores/live'
import { useSession } from './stores/session'
import { useTheme } from './stores/theme'

/**
 * Mounts the console; `code` is the one-time code that the page was opened with, if any. In a
 * desktop window whose server does not run, it mounts the view that shows what is wrong.
 */
export async function startConsole(code: string | null): Promise<void> {
  const bridge = findBridge()
  if (!bridge)
    return mountConsole(browserApi(), code)
  const state = readAnswer(await bridge.shell.state())
  if (state.phase === 'serving')
    return mountConsole(desktopApi(bridge, state.url), code)
  const { default: TroubleView } = await import('./views/trouble/TroubleView.vue')
  createApp(TroubleView, { trouble: state, shell: bridge.shell }).mount('#app')
}

function mountConsole(api: Api, code: string | null): void {
  const app = createApp(App).provide(apiKey, api).use(createPinia())
  const session = useSession()
  const live = useLive()
  useTheme()

  // A link that differs only in its fragment does not reload the page. This listens before the
  // router does, because the router would otherwise write the code into the history state.
  addEventListener('popstate', () => {
    const next = takeOneTimeCode(location, history)
    if (next !== null)
      void session.start(next)
  })
  if (code !== null)
    returnToPlace()
  app.use(createConsoleRouter(() => api.events.connected.value))

  watch(() => session.phase === 'signed-in' ? session.turn : null, (turn) => {
    // What is under way belongs to the session before.
    api.events.stop()
    if (turn !== null)
      api.events.start()
  }, { immediate: true })
  // The browser may put a page aside, and show it again later.
  addEventListener('pagehide', api.events.stop)
  addEventListener('pageshow', ({ persisted }) => persisted && session.phase === 'signed-in' && api.events.start())
  watch(() => session.user?.id, live.follow, { immediate: true })
  void session.start(code)
  app.mount('#app')
}

/**
 * Shows the page at which the person was asked to sign in, if there is one: a link always opens
 * `/`. If the link is refused, the form appears at that page again.
 */
function returnToPlace(): void {
  const place = takePlace(location.origin, () => localStorage, Date.now())
  if (place !== null)
    history.replaceState(history.state, '', place)
}
