import type { EventTopic, LarderEvent } from '@shared/events'
import type { ServerResponse } from 'node:http'
import type { Disposable } from '../base/disposable'
import type { EventHub } from '../base/event-hub'
import type { Hold } from '../base/in-flight'
import { invalidField } from '@shared/errors'
import { eventTopics, isBusyTopic } from '@shared/events'
import { createLostEvents } from '../base/lost-events'

export interface EventStreamOptions {
  /** Belongs to the stream from here on. */
  response: ServerResponse
  /**
   * Names and values in turn, on top of the content type. @default ['Cache-Control', 'no-store']
   */
  headers?: readonly string[]
  hub: EventHub
  /** Whether this reader may see the event: its user's, and of a cache within its reach. */
  sees: (event: LarderEvent) => boolean
  /** Whether the reader asked for the topic. `lagged` is sent anyway. */
  topics: (topic: EventTopic) => boolean
  /** Milliseconds between comments that keep the connection open. */
  heartbeatMs: number
  /**
   * Whether the credential still holds. Asked before anything is written; false ends the stream.
   */
  alive: () => boolean
  /**
   * Counts what the reader has not taken; released at the end. Its `drop` has to close the
   * connection.
   */
  hold: Hold
}

/** Characters that may wait for a slow reader; beyond, events are dropped and counted. */
const backlogLimit = 1024 * 1024
/** Characters that may wait until the next flush without being counted. */
const worthCounting = 64 * 1024
/** Heartbeats through which a reader may take nothing of what waits for it. */
const patience = 2
/**
 * Milliseconds for which events of the busy topics are gathered: 5,000 a second become 50 writes.
 */
const gatherMs = 20

/** Changes after which a credential may be no good any more; the anonymous one is a setting. */
const credentialTopics: ReadonlySet<EventTopic> = new Set(['keys', 'users', 'settings'])

/**
 * Writes the hub's events to a response as server-sent events (WHATWG HTML §9.2) until the reader
 * leaves, its credential ends, or the stream is disposed.
 *
 * A reader that cannot keep up costs about `backlogLimit`: what is beyond is dropped from the first
 * lost event to the moment the connection has drained, and one `lagged` event then stands where
 * they are missing. A reader that takes nothing at all for two heartbeats is cut off, and so is the
 * one that holds most where the server runs short.
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
  /** Heartbeats since the reader last took something, while anything waits. */
  let silent = 0

  // Who closes his half has gone, as nothing else would tell until the next event.
  const { socket } = response.req
  socket.once('end', end)
  response.on('close', release)
  response.on('drain', drained)
  const subscription = hub.subscribe(receive)
  const heartbeat = setInterval(beat, heartbeatMs)
  // nginx would gather events in its buffer otherwise.
  const type = ['Content-Type', 'text/event-stream; charset=utf-8', 'X-Accel-Buffering', 'no']
  response.writeHead(200, [...type, ...headers])
  response.write(': Larder event stream\nretry: 1000\n\n')
  if (socket.readableEnded)
    end()

  return { dispose: end }

  function receive(event: LarderEvent): void {
    if (topics(event.topic) && sees(event))
      take(event)
    // A revocation has to end the stream within a second, also where the reader sees none of these.
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

  /** An event in the stream's wire form. JSON has no raw line ends, so its data is one line. */
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
    // What waits already proves to a slow reader that the connection lives.
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

  /** A character takes two bytes at most while it waits here. */
  function count(): void {
    if (!hold.resize(response.writableLength + 2 * waiting.length))
      response.destroy()
  }

  function mayWrite(): boolean {
    // Between its destruction and 'close' a response still takes writes, and answers them with an
    // error event.
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
    // Nobody may hold the connection open by not reading what is left.
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
 * The topics that a reader asks for: comma-separated names or their first part (`entry` means
 * `entry.set` and its siblings). Undefined asks for all. Throws LarderError `invalid-input` (field
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
