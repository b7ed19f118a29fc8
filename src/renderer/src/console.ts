import { createPinia } from 'pinia'
import { createApp, watch } from 'vue'
import { browserApi } from './api/api'
import App from './App.vue'
import { apiKey } from './composables/use-api'
import { takeOneTimeCode } from './one-time-code'
import { createConsoleRouter } from './router'
import { useLive } from './stores/live'
import { useSession } from './stores/session'
import { useTheme } from './stores/theme'

/** Mounts the console; `code` is the one-time code that the page was opened with, if any. */
export function startConsole(code: string | null): void {
  const api = browserApi()
  const app = createApp(App).provide(apiKey, api).use(createPinia())
  const session = useSession()
  const live = useLive()
  useTheme()

  // Following a link that differs in its fragment only does not load the page again. Listening before the router does, which would
  // otherwise write the code into the history's state.
  addEventListener('popstate', () => {
    const next = takeOneTimeCode(location, history)
    if (next !== null)
      void session.start(next)
  })
  app.use(createConsoleRouter())

  watch(() => session.phase, phase => phase === 'signed-in' ? api.events.start() : api.events.stop(), { immediate: true })
  watch(() => session.user?.id, live.follow, { immediate: true })
  void session.start(code)
  app.mount('#app')
}
