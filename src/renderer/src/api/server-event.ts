import type { EventPayload, EventTopic } from '@shared/events'

interface EventOf<T extends EventTopic> { readonly topic: T, readonly payload: EventPayload<T> }
/** An event of the server; `topic` tells which kind it is. */
export type ServerEvent = { [T in EventTopic]: EventOf<T> }[EventTopic]
/** An event about a cache or one of its entries. */
type CacheEvent = Extract<ServerEvent, { payload: { cache: unknown } }>
export type ServerEventListener = (event: ServerEvent) => void

/**
 * An event whose payload arrived as JSON text. Most listeners need only the topic, thousands of
 * times a second, so the payload is parsed when a listener first reads it.
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
