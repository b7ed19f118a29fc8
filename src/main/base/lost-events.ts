import type { EventPayload, LarderEvent } from '@shared/events'

/**
 * What a reader missed that could not keep up, until it is told so by one event of the topic
 * `lagged`.
 */
interface LostEvents {
  readonly some: boolean
  add: (event: LarderEvent) => void
  /** The payload of `lagged`; counting begins anew. */
  take: () => EventPayload<'lagged'>
}

export function createLostEvents(): LostEvents {
  let dropped = 0
  /** Of these, the requests by their result: who counts them stays exact. */
  let requests = new Map<string, number>()

  return {
    get some() {
      return dropped > 0
    },
    add({ topic, payload }) {
      dropped += 1
      if (topic === 'request' && 'result' in payload)
        requests.set(payload.result, (requests.get(payload.result) ?? 0) + 1)
    },
    take() {
      const lost = { dropped, requests: Object.fromEntries(requests) }
      dropped = 0
      requests = new Map()
      return lost
    },
  }
}
