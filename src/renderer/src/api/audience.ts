import type { EventFeed } from './event-feed'
import type { SentEvent } from './event-stream'
import type { ServerEventListener } from './server-event'
import { nextTick, shallowReadonly, shallowRef } from 'vue'
import { serverEvent } from './server-event'

interface Audience extends Pick<EventFeed, 'connected' | 'listen'> {
  tell: (events: readonly SentEvent[]) => void
  setConnected: (connected: boolean) => void
  /** Shows a new connection, also to those who have not noticed that the former one was lost. */
  reconnected: () => void
}

/** The listeners of this page, and what it shows of the connection. */
export function createAudience(): Audience {
  const connected = shallowRef(false)
  const listeners = new Set<ServerEventListener>()
  let turn = 0

  function setConnected(now: boolean): void {
    turn++
    connected.value = now
  }

  return {
    connected: shallowReadonly(connected),
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    tell(events) {
      for (const [topic, text] of events) {
        const event = serverEvent(topic, text)
        for (const listener of listeners)
          listener(event)
      }
    },
    setConnected,
    reconnected() {
      if (!connected.value)
        return setConnected(true)
      setConnected(false)
      const own = turn
      // Vue merges changes of one turn of the event loop, so watchers would not see this one.
      void nextTick(() => own === turn && setConnected(true))
    },
  }
}
