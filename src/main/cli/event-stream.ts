import type { EventPayload, EventTopic } from '@shared/events'
import type { CliClient } from './client'
import { setTimeout as sleep } from 'node:timers/promises'
import { dataOperations } from '@shared/data-operations'
import { queryOf } from '@shared/data-request'
import { messageOf } from '@shared/errors'
import { createEventParser } from '@shared/event-parser'
import { eventTopics } from '@shared/events'
import { strangeAnswer } from './client'
import { exitCodes, Failure } from './failure'

interface EventOf<T extends EventTopic> { topic: T, payload: EventPayload<T> }
/** An event, or the news that the stream was lost or found again. */
export type StreamNews =
  | { [T in EventTopic]: EventOf<T> }[EventTopic]
  | { topic: 'stream.lost', reason: string }
  | { topic: 'stream.found' }

/** Milliseconds before the first new try, unless the server says otherwise. */
const firstDelay = 500
/** Milliseconds between two tries at most. */
const longestDelay = 10_000

/**
 * Events of these topics until the signal aborts, in batches as they come. After a loss it connects
 * again, for as long as nobody answers. Each event comes once: a new connection tells nothing of
 * the time before it. Throws Failure when the server cannot be reached at first, and when it
 * refuses.
 */
export async function* followEvents(
  client: CliClient,
  topics: readonly EventTopic[],
  signal: AbortSignal,
): AsyncGenerator<StreamNews[]> {
  const target = dataOperations['events.watch'].path + queryOf({ topics: topics.join(',') })
  let base = firstDelay
  let failures = 0
  let state: 'new' | 'open' | 'lost' = 'new'
  while (!signal.aborted) {
    // Ends the connection also when the reader stops in the middle.
    const left = new AbortController()
    let reason = 'the server has ended the stream'
    try {
      const body = await client.follow(target, AbortSignal.any([signal, left.signal]))
      if (state === 'lost')
        yield [{ topic: 'stream.found' }]
      state = 'open'
      failures = 0
      const news: StreamNews[] = []
      const parser = createEventParser({
        onRetry: milliseconds => base = Math.min(milliseconds, longestDelay),
        onEvent: ({ type, data }) => isTopic(type) && news.push(readEvent(type, data)),
      })
      for await (const chunk of body) {
        parser.push(chunk as Uint8Array)
        if (news.length > 0)
          yield news.splice(0)
      }
    }
    catch (error) {
      if (!signal.aborted && (state === 'new' || !isLoss(error)))
        throw error
      failures += 1
      reason = messageOf(error)
    }
    finally {
      left.abort()
    }
    if (signal.aborted)
      return
    if (state === 'open')
      yield [{ topic: 'stream.lost', reason }]
    state = 'lost'
    await pause(Math.min(base * 2 ** failures, longestDelay), signal)
  }
}

/** Whether the server may be back in a while: it has gone, or has no room now. */
function isLoss(error: unknown): boolean {
  if (error instanceof Failure)
    return error.exitCode === exitCodes.unreachable || error.problem.status === 503
  // What breaks off a body has a code, such as ECONNRESET.
  return error instanceof Error && 'code' in error
}

function isTopic(type: string): type is EventTopic {
  return Object.hasOwn(eventTopics, type)
}

/** Throws Failure for what no Larder of this version sends. */
function readEvent(topic: EventTopic, data: string): StreamNews {
  try {
    return { topic, payload: eventTopics[topic].parse(JSON.parse(data)) } as StreamNews
  }
  catch (error) {
    throw strangeAnswer('events.watch', error)
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal })
  }
  catch (error) {
    if (!signal.aborted)
      throw error
  }
}
