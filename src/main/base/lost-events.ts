import type { EventPayload, LarderEvent } from '@shared/events'

/** The events that a slow reader missed, until one event of the topic `lagged` reports them. */
interface LostEvents {
  readonly some: boolean
  add: (event: LarderEvent) => void
  /** Returns the payload of `lagged` and starts counting again. */
  take: () => EventPayload<'lagged'>
}

export function createLostEvents(): LostEvents {
  let dropped = 0
  /** The requests among them, by result, so that readers who count requests stay exact. */
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
