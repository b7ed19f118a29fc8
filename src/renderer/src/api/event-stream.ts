import type { EventTopic } from '@shared/events'
import { createEventParser } from '@shared/event-parser'
import { eventTopics } from '@shared/events'

/** An event as the server sent it: its topic, and its payload as JSON text. */
export type SentEvent = readonly [topic: EventTopic, text: string]

/** Takes what a connection to the server tells. */
export interface StreamSink {
  /** The stream was opened or lost. */
  onState: (connected: boolean) => void
  /** The events of one read, in their order. None if the server only showed that it lives. */
  onEvents: (events: readonly SentEvent[]) => void
}

interface EventStreamOptions {
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

/**
 * Returns a function that reads the server's event stream, and connects again whenever it is lost,
 * until `signal` aborts.
 */
export function createEventStream({
  open,
  wait,
  random = Math.random,
  silence = 60_000,
}: EventStreamOptions): (signal: AbortSignal, sink: StreamSink) => Promise<void> {
  async function readStream(
    stopped: AbortSignal,
    { onState, onEvents, onRetry, onOpen }: StreamSink & {
      onRetry: (milliseconds: number) => void
      onOpen: () => void
    },
  ): Promise<void> {
    const dead = new AbortController()
    const signal = AbortSignal.any([stopped, dead.signal])
    let timer = setTimeout(() => dead.abort(), silence)
    try {
      const response = await open(signal)
      let events: SentEvent[] = []
      const parser = createEventParser({
        onRetry,
        onEvent: ({ type, data }) => isTopic(type) && events.push([type, data]),
      })
      const reader = response.body?.getReader()
      if (!reader || stopped.aborted)
        return
      onState(true)
      onOpen()
      for (;;) {
        const { done, value } = await reader.read()
        if (done || stopped.aborted)
          return
        clearTimeout(timer)
        timer = setTimeout(() => dead.abort(), silence)
        events = []
        parser.push(value)
        onEvents(events)
      }
    }
    finally {
      clearTimeout(timer)
      // Also after a parser error, because the server would otherwise go on writing to nobody.
      dead.abort()
    }
  }

  return async (signal, sink) => {
    let base = firstDelay
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await readStream(signal, {
          ...sink,
          onRetry: milliseconds => base = Math.min(milliseconds, longestDelay),
          onOpen: () => failures = 0,
        })
      }
      catch {
        // Lost or never opened: the sink is told, and the loop tries again.
      }
      if (signal.aborted)
        return
      sink.onState(false)
      const delay = Math.min(base * 2 ** failures, longestDelay)
      await wait(delay * (0.5 + random() / 2), signal).catch(() => {})
    }
  }
}

function isTopic(type: string): type is EventTopic {
  return Object.hasOwn(eventTopics, type)
}
