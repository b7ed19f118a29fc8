import type { EventPayload, EventTopic, LarderEvent } from '../../shared/events'
import type { Disposable } from './disposable'

export type EventListener = (event: LarderEvent) => void

/** Where everything that changes is told, for the event stream and the desktop window. */
export interface EventHub {
  /** Cheap while nobody listens: check `active` before building a payload on a hot path. */
  emit: <T extends EventTopic>(topic: T, user: string | null, payload: EventPayload<T>) => void
  subscribe: (listener: EventListener) => Disposable
  /** Whether anybody listens. */
  readonly active: boolean
  /** Keeps what `open` opens open while anybody listens; for what costs something only by being subscribed to. */
  whileActive: (open: () => Disposable) => Disposable
}

export function createEventHub(onListenerError: (error: unknown) => void): EventHub {
  const listeners = new Set<EventListener>()
  const feeds = new Map<() => Disposable, Disposable | null>()

  /** Opens or closes what only listeners need. */
  function settle(): void {
    for (const [open, opened] of feeds) {
      if (listeners.size > 0 && !opened)
        feeds.set(open, open())
      if (listeners.size === 0 && opened) {
        feeds.set(open, null)
        void opened.dispose()
      }
    }
  }

  return {
    get active() {
      return listeners.size > 0
    },
    emit(topic, user, payload) {
      for (const listener of listeners) {
        try {
          listener({ topic, user, payload })
        }
        catch (error) {
          onListenerError(error)
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      settle()
      return {
        dispose() {
          listeners.delete(listener)
          settle()
        },
      }
    },
    whileActive(open) {
      const feed = (): Disposable => open()
      feeds.set(feed, null)
      settle()
      return {
        dispose() {
          void feeds.get(feed)?.dispose()
          feeds.delete(feed)
        },
      }
    },
  }
}
