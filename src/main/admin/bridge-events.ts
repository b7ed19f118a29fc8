import type { Disposable } from '../base/disposable'
import type { EventHub } from '../base/event-hub'
import type { Engine, EngineEvent } from '../cache/ports'

/**
 * Tells what changes in the engine to those who watch the hub. The engine is subscribed to only
 * while somebody does: else a change costs it a counter, and no event is built.
 */
export function bridgeEvents(engine: Engine, hub: EventHub): Disposable {
  return hub.whileActive(() => engine.subscribe(event => tell(hub, event)))
}

function tell(hub: EventHub, event: EngineEvent): void {
  const { owner, name: cache } = event.cache
  switch (event.type) {
    case 'set':
      return hub.emit('entry.set', owner, { cache, key: event.key, bytes: event.bytes })
    case 'touched':
      return hub.emit('entry.touched', owner, { cache, key: event.key })
    case 'removed':
      return hub.emit('entry.removed', owner, { cache, key: event.key, reason: event.reason })
    case 'flushed':
      return hub.emit('cache.flushed', owner, { cache, matched: event.matched })
  }
}
