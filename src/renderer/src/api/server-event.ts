import type { EventPayload, EventTopic } from '@shared/events'

interface EventOf<T extends EventTopic> { readonly topic: T, readonly payload: EventPayload<T> }
/** An event of the server, told apart by its topic. */
export type ServerEvent = { [T in EventTopic]: EventOf<T> }[EventTopic]
/** One that concerns a cache, or one of its entries. */
type CacheEvent = Extract<ServerEvent, { payload: { cache: unknown } }>
export type ServerEventListener = (event: ServerEvent) => void

/**
 * An event as it arrived, with its payload as JSON text. Most listeners want the topic alone,
 * thousands of times a second: the payload is parsed when one of them first asks for it.
 */
export function serverEvent(topic: EventTopic, text: string): ServerEvent {
  let payload: unknown
  return {
    topic,
    get payload() {
      return payload ??= JSON.parse(text)
    },
  } as ServerEvent
}

export function concernsCache(event: ServerEvent): event is CacheEvent {
  return event.topic === 'request' || event.topic.startsWith('entry.') || event.topic.startsWith('cache.')
}
