import type { EventPayload, EventTopic, LarderEvent } from '@shared/events'
import type { Disposable } from './disposable'

type EventListener = (event: LarderEvent) => void

/** Distributes all changes to the event stream and the desktop window. */
export interface EventHub {
  /**
   * Sends an event. Cheap while nobody listens: check `active` before building a payload on a hot
   * path.
   */
  emit: <T extends EventTopic>(topic: T, user: LarderEvent['user'], payload: EventPayload<T>) => void
  /**
   * @param options.passive receives whatever is sent anyway, but does not count as a listener: work
   *   that is needed only while somebody listens stays off. The rare topics – switch, caches, keys,
   *   users, settings – are always sent.
   */
  subscribe: (listener: EventListener, options?: { passive?: boolean }) => Disposable
  /** Whether there are listeners other than passive ones. */
  readonly active: boolean
  /**
   * Keeps the result of `open` open while anybody listens; for sources that cost something whenever
   * they have a subscriber.
   */
  whileActive: (open: () => Disposable) => Disposable
}

export function createEventHub(onListenerError: (error: unknown) => void): EventHub {
  const listeners = new Set<EventListener>()
  const passive = new Set<EventListener>()
  const feeds = new Map<() => Disposable, Disposable | null>()

  /** Opens or closes the feeds that only listeners need. */
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
