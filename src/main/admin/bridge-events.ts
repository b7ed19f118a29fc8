import type { Disposable } from '../base/disposable'
import type { EventHub } from '../base/event-hub'
import type { ServedCaches } from '../serving/caches'
import type { EngineEvent } from '../serving/ports'

/**
 * Passes changes in the engine on to the hub's listeners. Subscribes to the engine only while there
 * are listeners; without them a change only costs a counter, and no event is built.
 */
export function bridgeEvents(engine: Pick<ServedCaches, 'subscribe'>, hub: EventHub): Disposable {
  return hub.whileActive(() => engine.subscribe(event => tell(hub, event)))
}

function tell(hub: EventHub, event: EngineEvent): void {
  const { space: user, name: cache } = event.cache
  switch (event.type) {
    case 'set':
      return hub.emit('entry.set', user, {
        cache,
        key: event.key,
        kind: event.kind,
        flags: event.flags,
        bytes: event.bytes,
      })
    case 'touched':
      return hub.emit('entry.touched', user, { cache, key: event.key })
    case 'removed':
      return hub.emit('entry.removed', user, { cache, key: event.key, reason: event.reason })
    case 'flushed':
      return hub.emit('cache.flushed', user, { cache, matched: event.matched })
    case 'closed':
      // The administration tells of caches itself.
  }
}
