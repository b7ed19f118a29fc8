import type { ClientEvents, LarderClient } from './types'

export type Emit = <E extends keyof ClientEvents>(event: E, happened: ClientEvents[E]) => void

/** Who listens to a client. A listener that throws ends no call, and its error is uncaught. */
export function createEvents(): { emit: Emit, on: LarderClient['on'] } {
  const listeners = new Set<{ event: keyof ClientEvents, call: (happened: never) => void }>()
  return {
    emit(event, happened) {
      for (const listener of listeners) {
        if (listener.event === event)
          queueMicrotask(() => listener.call(happened as never))
      }
    },
    on(event, call) {
      const listener = { event, call }
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
