import type { EventPayload, EventTopic, LarderEvent } from '@shared/events'
import type { Disposable } from './disposable'

type EventListener = (event: LarderEvent) => void

/** Where everything that changes is told, for the event stream and the desktop window. */
export interface EventHub {
  /** Cheap while nobody listens: check `active` before building a payload on a hot path. */
  emit: <T extends EventTopic>(topic: T, user: LarderEvent['user'], payload: EventPayload<T>) => void
  /**
   * @param options.passive gets what is told anyway, and counts as nobody: what costs something
   *   only while somebody listens stays off. The rare topics – switch, caches, keys, users,
   *   settings – are always told.
   */
  subscribe: (listener: EventListener, options?: { passive?: boolean }) => Disposable
  /** Whether anybody listens who counts. */
  readonly active: boolean
  /**
   * Keeps what `open` opens open while anybody listens; for what costs something only by being
   * subscribed to.
   */
  whileActive: (open: () => Disposable) => Disposable
}

export function createEventHub(onListenerError: (error: unknown) => void): EventHub {
  const listeners = new Set<EventListener>()
  const passive = new Set<EventListener>()
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
      for (const group of [listeners, passive]) {
        for (const listener of group) {
          try {
            listener({ topic, user, payload })
          }
          catch (error) {
            onListenerError(error)
          }
        }
      }
    },
    subscribe(listener, options = {}) {
      const group = options.passive ? passive : listeners
      group.add(listener)
      settle()
      return {
        dispose() {
          group.delete(listener)
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
