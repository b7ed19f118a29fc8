import type { EventTopic } from '@shared/events'
import type { LarderBridge } from '@shared/ipc'
import type { EventFeed } from './event-feed'
import type { ServerEventListener } from './server-event'
import { eventTopics } from '@shared/events'
import { shallowReadonly, shallowRef } from 'vue'
import { serverEvent } from './server-event'

/**
 * Events over the bridge of the desktop window. There is no connection that could be lost, so the
 * feed is connected as long as it runs.
 */
export function createBridgeFeed({ subscribe }: Pick<LarderBridge, 'subscribe'>): EventFeed {
  const connected = shallowRef(false)
  const listeners = new Set<ServerEventListener>()
  let subscriptions: (() => void)[] = []

  return {
    connected: shallowReadonly(connected),
    start() {
      if (connected.value)
        return
      const topics = Object.keys(eventTopics) as EventTopic[]
      subscriptions = topics.map(topic =>
        subscribe(topic, (text) => {
          const event = serverEvent(topic, text)
          listeners.forEach(listener => listener(event))
        }))
      connected.value = true
    },
    stop() {
      subscriptions.forEach(end => end())
      subscriptions = []
      connected.value = false
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
