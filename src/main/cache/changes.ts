import type { Disposable } from '../base/disposable'
import type { Logger } from '../base/logger'
import type { EngineEvent } from './ports'
import { messageOf } from '@shared/errors'

/** Reports changes to all subscribers; without any, a change costs one increment. */
export interface ChangeFeed {
  /** Changes since the start. */
  readonly total: number
  /** Whether there are subscribers. If not, do not build an event but call `count`. */
  readonly active: boolean
  count: () => void
  tell: (event: EngineEvent) => void
  /**
   * Runs `work` and reports its events only when it has finished, so that no listener sees half of
   * it.
   */
  held: <T>(work: () => T) => T
  subscribe: (listener: (event: EngineEvent) => void) => Disposable
}

export function createChangeFeed(logger: Logger): ChangeFeed {
  const listeners = new Set<{ hear: (event: EngineEvent) => void }>()
  const waiting: EngineEvent[] = []
  let total = 0
  let holds = 0

  function deliver(event: EngineEvent): void {
    for (const listener of listeners) {
      try {
        listener.hear(event)
      }
      catch (error) {
        logger.error('A listener to cache changes failed', { reason: messageOf(error) })
      }
    }
  }

  return {
    get total() {
      return total
    },
    get active() {
      return listeners.size > 0
    },
    count() {
      total++
    },
    tell(event) {
      total++
      if (holds > 0)
        waiting.push(event)
      else
        deliver(event)
    },
    held(work) {
      holds++
      try {
        return work()
      }
      finally {
        holds--
        if (holds === 0)
          waiting.splice(0).forEach(deliver)
      }
    },
    subscribe(hear) {
      const listener = { hear }
      listeners.add(listener)
      return { dispose: () => void listeners.delete(listener) }
    },
  }
}
