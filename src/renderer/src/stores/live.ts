import type { HistoryEvent, Sample } from '../live/live-window'
import { useDocumentVisibility } from '@vueuse/core'
import { defineStore } from 'pinia'
import { shallowReadonly, shallowRef, watch } from 'vue'
import { useApi } from '../composables/use-api'
import { createLiveWindow, windowSeconds } from '../live/live-window'
import { useCaches } from './caches'
import { useContact } from './contact'
import { useServer } from './server'

/** Milliseconds between two readings. */
const interval = 1000

/**
 * The last fifteen minutes, second by second. The server keeps them: they are read once, after a
 * sign-in, and then what is new, once a second on every screen while the page is visible. After a
 * pause (a hidden tab, a lost connection) the next reading brings all that was missed.
 */
export const useLive = defineStore('live', () => {
  const { client, events } = useApi()
  const server = useServer()
  const contact = useContact()
  const caches = useCaches()
  const visibility = useDocumentVisibility()
  const seconds = shallowRef<readonly Sample[]>([])
  const happened = shallowRef<readonly HistoryEvent[]>([])
  const window = createLiveWindow()
  const user = shallowRef<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let round = 0

  events.listen((event) => {
    if (event.topic === 'switch')
      server.switched(event.payload.enabled)
    if (event.topic === 'cache.renamed') {
      window.rename(event.payload.from, event.payload.cache)
      show()
    }
  })

  async function read(turn: number): Promise<void> {
    try {
      const [history] = await Promise.all([
        client['history.get']({ after: window.newest() }),
        contact.through(server.read),
      ])
      if (turn !== round)
        return
      window.add(history)
      show()
    }
    catch {
      // The frame shows it; the next reading tries again.
    }
    if (turn === round)
      timer = setTimeout(read, interval, turn)
  }

  watch([user, visibility, events.connected], () => {
    clearTimeout(timer)
    round++
    if (user.value !== undefined && visibility.value === 'visible')
      void read(round)
  })

  /** Follows the user with this id, if anybody is signed in. Forgets another user's figures. */
  function follow(id: string | undefined): void {
    if (id !== user.value) {
      window.clear()
      server.forget()
      contact.forget()
      caches.forget()
      show()
    }
    user.value = id
  }

  function show(): void {
    seconds.value = window.samples(windowSeconds, 1)
    happened.value = window.events()
  }

  return {
    seconds: shallowReadonly(seconds),
    events: shallowReadonly(happened),
    samples: window.samples,
    reasons: window.reasons,
    follow,
  }
})
