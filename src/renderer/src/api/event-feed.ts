import type { EventTopic } from '@shared/events'
import type { ShallowRef } from 'vue'
import type { ServerEvent, ServerEventListener } from './server-event'
import { createEventParser } from '@shared/event-parser'
import { eventTopics } from '@shared/events'
import { shallowReadonly, shallowRef } from 'vue'
import { serverEvent } from './server-event'

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

interface EventFeedOptions {
  /** Opens the stream. Throws if that fails. */
  open: (signal: AbortSignal) => Promise<Response>
  /** Resolves after this many milliseconds, or rejects when the signal aborts. */
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** Returns 0 to 1, and spreads the reconnects of many tabs. @default Math.random */
  random?: () => number
  /**
   * Milliseconds of silence (without even a heartbeat) after which a stream counts as dead.
   * @default 60_000
   */
  silence?: number
}

/**
 * Milliseconds before the first reconnect unless the server's `retry:` sets another value, and the
 * longest wait.
 */
const firstDelay = 500
const longestDelay = 10_000

export function createEventFeed({ open, wait, random = Math.random, silence = 60_000 }: EventFeedOptions): EventFeed {
  const connected = shallowRef(false)
  const listeners = new Set<ServerEventListener>()
  let running: AbortController | undefined

  async function keepConnected(signal: AbortSignal): Promise<void> {
    let base = firstDelay
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await readStream(signal, {
          onRetry: milliseconds => base = Math.min(milliseconds, longestDelay),
          onOpen: () => failures = 0,
        })
      }
      catch {
        // Lost or never opened: `connected` shows it, and the loop tries again.
      }
      if (signal.aborted)
        return
      connected.value = false
      const delay = Math.min(base * 2 ** failures, longestDelay)
      await wait(delay * (0.5 + random() / 2), signal).catch(() => {})
    }
  }

  async function readStream(
    stopped: AbortSignal,
    { onRetry, onOpen }: { onRetry: (milliseconds: number) => void, onOpen: () => void },
  ): Promise<void> {
    const dead = new AbortController()
    const signal = AbortSignal.any([stopped, dead.signal])
    let timer = setTimeout(() => dead.abort(), silence)
    try {
      const response = await open(signal)
      const parser = createEventParser({
        onRetry,
        onEvent: ({ type, data }) => isTopic(type) && tell(serverEvent(type, data)),
      })
      const reader = response.body?.getReader()
      if (!reader)
        return
      connected.value = !stopped.aborted
      onOpen()
      for (;;) {
        const { done, value } = await reader.read()
        if (done)
          return
        clearTimeout(timer)
        timer = setTimeout(() => dead.abort(), silence)
        parser.push(value)
      }
    }
    finally {
      clearTimeout(timer)
      // Also after a parser error, because the server would otherwise go on writing to nobody.
      dead.abort()
    }
  }

  function tell(event: ServerEvent): void {
    for (const listener of listeners)
      listener(event)
  }

  return {
    connected: shallowReadonly(connected),
    start() {
      if (running)
        return
      running = new AbortController()
      void keepConnected(running.signal)
    },
    stop() {
      running?.abort()
      running = undefined
      connected.value = false
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function isTopic(type: string): type is EventTopic {
  return Object.hasOwn(eventTopics, type)
}
