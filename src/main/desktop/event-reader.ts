import type { LarderEvent } from '@shared/events'
import type { EventBatch } from '@shared/ipc'
import type { Disposable } from '../base/disposable'
import type { EventHub } from '../base/event-hub'
import { isBusyTopic } from '@shared/events'
import { createLostEvents } from '../base/lost-events'

export interface EventReader extends Disposable {
  /**
   * Events since the last call; waits until there are any. If another call follows in the meantime,
   * the earlier one gets an empty batch.
   */
  next: () => Promise<EventBatch>
  /** Tells the page to read its state again, for example after the machine slept. */
  refresh: () => void
}

interface EventReaderOptions {
  hub: EventHub
  /** Whether this page may see the event. */
  sees: (event: LarderEvent) => boolean
  /**
   * Milliseconds for which busy topics are collected: 5,000 requests a second become 20 messages.
   * @default 50
   */
  gatherMs?: number
  /**
   * Events that wait for a page that does not ask for them; more are dropped and counted. @default
   * 4000
   */
  most?: number
}

/**
 * Passes the hub's events to one page, batch by batch, whenever the page asks. A page that hangs
 * costs a limited amount of memory, and later learns what it has lost.
 */
export function createEventReader({ hub, sees, gatherMs = 50, most = 4000 }: EventReaderOptions): EventReader {
  let waiting: EventBatch = []
  const lost = createLostEvents()
  let asked: ((batch: EventBatch) => void) | undefined
  let soon: NodeJS.Immediate | undefined
  let later: NodeJS.Timeout | undefined
  const subscription = hub.subscribe(event => sees(event) && take(event))

  function take(event: LarderEvent): void {
    if (lost.some || waiting.length >= most)
      lost.add(event)
    else
      waiting.push([event.topic, JSON.stringify(event.payload)])
    schedule(isBusyTopic(event.topic))
  }

  function schedule(gather: boolean): void {
    if (gather)
      later ??= setTimeout(flush, gatherMs)
    else
      soon ??= setImmediate(flush)
  }

  function flush(): void {
    clearSchedule()
    if (!asked || (waiting.length === 0 && !lost.some))
      return
    const batch = waiting
    waiting = []
    if (lost.some)
      batch.push(['lagged', JSON.stringify(lost.take())])
    answer(batch)
  }

  function answer(batch: EventBatch): void {
    asked?.(batch)
    asked = undefined
  }

  function clearSchedule(): void {
    clearImmediate(soon)
    clearTimeout(later)
    soon = later = undefined
  }

  return {
    next() {
      answer([])
      const { promise, resolve } = Promise.withResolvers<EventBatch>()
      asked = resolve
      // Events that waited for this call go out at once; events still being collected wait on.
      if (later === undefined && (waiting.length > 0 || lost.some))
        schedule(false)
      return promise
    },
    refresh() {
      waiting.push(['lagged', JSON.stringify({ dropped: 0, requests: {} })])
      schedule(false)
    },
    dispose() {
      subscription.dispose()
      clearSchedule()
      answer([])
    },
  }
}
