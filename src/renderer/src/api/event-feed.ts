import type { ShallowRef } from 'vue'
import type { ServerEventListener } from './server-event'

export interface EventFeed {
  /**
   * Whether the stream is open. Events may have been missed while it was closed, so read the state
   * again when this turns true.
   */
  readonly connected: Readonly<ShallowRef<boolean>>
  /** Connects, and connects again whenever the stream is lost, until `stop`. */
  start: () => void
  stop: () => void
  /** Adds a listener. Returns a function that removes it. */
  listen: (listener: ServerEventListener) => () => void
}
