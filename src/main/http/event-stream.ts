import type { EventTopic, LarderEvent } from '@shared/events'
import type { ServerResponse } from 'node:http'
import type { Disposable } from '../base/disposable'
import type { EventHub } from '../base/event-hub'
import type { Hold } from '../base/in-flight'
import { invalidField } from '@shared/errors'
import { eventTopics, isBusyTopic } from '@shared/events'
import { createLostEvents } from '../base/lost-events'

export interface EventStreamOptions {
  /** Belongs to the stream from now on. */
  response: ServerResponse
  /**
   * Names and values alternating, in addition to the content type.
   * @default ['Cache-Control', 'no-store']
   */
  headers?: readonly string[]
  hub: EventHub
  /** Whether the event is for this reader's user, and of a cache within the reader's reach. */
  sees: (event: LarderEvent) => boolean
  /** Whether the reader wants the topic. `lagged` is sent anyway. */
  topics: (topic: EventTopic) => boolean
  /** Milliseconds between comments that keep the connection open. */
  heartbeatMs: number
  /**
   * Whether the credential is still valid. Called before anything is written; false ends the
   * stream.
   */
  alive: () => boolean
  /**
   * Counts what the reader has not taken; released at the end. Its `drop` has to close the
   * connection.
   */
  hold: Hold
}

/** Characters that may wait for a slow reader; events beyond that are dropped and counted. */
const backlogLimit = 1024 * 1024
/** Characters that may wait for the next flush before the hold counts them. */
const worthCounting = 64 * 1024
/** Number of heartbeats after which a reader that takes nothing of its backlog is cut off. */
const patience = 2
/**
 * Milliseconds for which events of the busy topics are collected: 5,000 a second become 50 writes.
 */
const gatherMs = 20

/** Topics of changes that may end a credential. Anonymous access is a setting. */
const credentialTopics: ReadonlySet<EventTopic> = new Set(['keys', 'users', 'settings'])

/**
 * Writes the hub's events to a response as server-sent events (WHATWG HTML §9.2) until the reader
 * leaves, its credential ends, or the stream is disposed.
 *
 * A reader that cannot keep up costs about `backlogLimit`. From the first event beyond that, all
 * events are dropped until the connection has drained; then one `lagged` event takes their place. A
 * reader that takes nothing at all for two heartbeats is cut off. If the server runs short of
 * memory, so is the reader that holds the most.
 */
export function openEventStream({
  response,
  headers = ['Cache-Control', 'no-store'],
  hub,
  sees,
  topics,
  heartbeatMs,
  alive,
  hold,
}: EventStreamOptions): Disposable {
  let open = true
  let lastId = 0
  const lost = createLostEvents()
  let waiting = ''
  let soon: NodeJS.Immediate | undefined
  let later: NodeJS.Timeout | undefined
  /** Heartbeats since the reader last took something, while something waits for it. */
  let silent = 0

  // A client that closes its half has left. Otherwise the next event would be the first to show it.
  const { socket } = response.req
  socket.once('end', end)
  response.on('close', release)
  response.on('drain', drained)
  const subscription = hub.subscribe(receive)
  const heartbeat = setInterval(beat, heartbeatMs)
  // Keeps nginx from collecting events in its buffer.
  const type = ['Content-Type', 'text/event-stream; charset=utf-8', 'X-Accel-Buffering', 'no']
  response.writeHead(200, [...type, ...headers])
  response.write(': Larder event stream\nretry: 1000\n\n')
  if (socket.readableEnded)
    end()

  return { dispose: end }

  function receive(event: LarderEvent): void {
    if (topics(event.topic) && sees(event))
      take(event)
    // A revocation has to end the stream within a second, even if the reader sees no such events.
    if (credentialTopics.has(event.topic))
      soon ??= setImmediate(flush)
  }

  function take(event: LarderEvent): void {
    if (lost.some || response.writableLength + waiting.length > backlogLimit)
      lost.add(event)
    else
      waiting += frame(event.topic, event.payload)
    if (waiting.length > worthCounting)
      count()
    if (isBusyTopic(event.topic))
      later ??= setTimeout(flush, gatherMs)
    else
      soon ??= setImmediate(flush)
  }

  /** An event as it is written. JSON has no raw line ends, so its data is a single line. */
  function frame(topic: EventTopic, payload: LarderEvent['payload']): string {
    lastId += 1
    return `id: ${lastId}\nevent: ${topic}\ndata: ${JSON.stringify(payload)}\n\n`
  }

  function flush(): void {
    clearSchedule()
    if (!mayWrite())
      return
    const text = waiting
    waiting = ''
    send(text)
    if (lost.some && !response.writableNeedDrain)
      send(frame('lagged', lost.take()))
  }

  function drained(): void {
    silent = 0
    flush()
  }

  function beat(): void {
    if (!mayWrite())
      return
    // A slow reader needs no heartbeat: the waiting data already shows that the connection lives.
    if (!response.writableNeedDrain)
      send(':\n\n')
    else if (++silent >= patience)
      response.destroy()
  }

  function send(text: string): void {
    if (text !== '')
      response.write(text)
    count()
  }

  /** Counts two bytes for each character that waits here, which is the most that it takes. */
  function count(): void {
    if (!hold.resize(response.writableLength + 2 * waiting.length))
      response.destroy()
  }

  function mayWrite(): boolean {
    // Between its destruction and 'close' a response still accepts writes, and then emits an error
    // event.
    if (!open || response.destroyed)
      return false
    if (alive())
      return true
    end()
    return false
  }

  function end(): void {
    if (!open)
      return
    release()
    // A reader must not keep the connection open by leaving the rest unread.
    if (response.writableNeedDrain)
      response.destroy()
    else
      response.end()
  }

  function release(): void {
    open = false
    waiting = ''
    clearSchedule()
    clearInterval(heartbeat)
    subscription.dispose()
    socket.off('end', end)
    response.off('close', release)
    response.off('drain', drained)
    hold.release()
  }

  function clearSchedule(): void {
    clearImmediate(soon)
    clearTimeout(later)
    soon = later = undefined
  }
}

/**
 * The topics that a reader wants: comma-separated names or their first part (`entry` means
 * `entry.set` and its siblings). Undefined means all. Throws LarderError `invalid-input` (field
 * topics).
 */
export function parseTopics(text: string | undefined): (topic: EventTopic) => boolean {
  if (text === undefined)
    return () => true
  const names = Object.keys(eventTopics)
  const wanted = new Set(text.split(',').flatMap((part) => {
    const name = part.trim()
    const matching = names.filter(topic => topic === name || topic.startsWith(`${name}.`))
    if (name === '' || matching.length === 0)
      throw invalidField('topics', `must be a comma-separated list of topics or their first parts: ${names.join(', ')}`)
    return matching
  }))
  return topic => wanted.has(topic)
}
