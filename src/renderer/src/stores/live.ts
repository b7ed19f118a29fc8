import type { ServerEvent } from '../api/server-event'
import type { Sample } from '../live/live-window'
import { useDocumentVisibility } from '@vueuse/core'
import { defineStore } from 'pinia'
import { shallowReadonly, shallowRef, watch } from 'vue'
import { useApi } from '../composables/use-api'
import { createLiveWindow } from '../live/live-window'
import { createReservoir } from '../live/reservoir'
import { useCaches } from './caches'
import { useContact } from './contact'
import { useServer } from './server'

/** Milliseconds between two readings. */
const interval = 1000
/**
 * Maximum number of requests per second whose latency is sampled: enough for a 99th percentile, and
 * cheap at any load.
 */
const sampled = 512

/**
 * The last fifteen minutes, read once a second on every screen while the page is visible. The
 * figures come from the server's counters, the latency from a random sample of each second's
 * requests.
 */
export const useLive = defineStore('live', () => {
  const { events } = useApi()
  const server = useServer()
  const contact = useContact()
  const caches = useCaches()
  const visibility = useDocumentVisibility()
  const samples = shallowRef<readonly Sample[]>([])
  const window = createLiveWindow()
  const requests = createReservoir<Extract<ServerEvent, { topic: 'request' }>>(sampled)
  const user = shallowRef<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let round = 0

  events.listen((event) => {
    if (event.topic === 'request')
      requests.add(event)
    else if (event.topic === 'switch')
      server.switched(event.payload.enabled)
  })

  async function read(turn: number): Promise<void> {
    try {
      const statistics = await contact.through(server.read)
      if (turn !== round)
        return
      window.add(statistics, Date.now() / 1000, requests.take().map(({ payload }) => payload.duration))
      samples.value = [...window.samples()]
    }
    catch {
      // The frame shows it; the next reading tries again.
    }
    if (turn === round)
      timer = setTimeout(read, interval, turn)
  }

  watch([user, visibility], () => {
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
      samples.value = []
    }
    user.value = id
  }

  return { samples: shallowReadonly(samples), follow }
})
