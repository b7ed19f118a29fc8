import type { ServedCaches } from '../serving/caches'
import type { EngineEvent } from '../serving/ports'
import { createEar } from './pushes/ear'

/** The keys that a connection watches. */
export interface Watch {
  /** Whether one of them has changed. */
  dirty: boolean
  /** When the first of those that were there ends, in milliseconds of the wall clock. */
  end: number
  /** About how many bytes its keys take. */
  bytes: number
  /** Place of the cache → key → whether it was there. */
  readonly keys: Map<string, Map<string, boolean>>
}

export interface Watches {
  add: (watch: Watch, place: string, key: string, isThere: boolean) => void
  end: (watch: Watch) => void
}

/** Bytes that a key takes in a map beside its own. */
const keyOverhead = 64

/** Where a cache is, made or not. */
export function placeOfCache({ space, name }: { space: string, name: string }): string {
  return `${space}\n${name}`
}

/** Whose it is. */
export function spaceOfPlace(place: string): string {
  return place.slice(0, place.indexOf('\n'))
}

/** Listens to changes only while somebody watches: nobody else pays for it. */
export function createWatches(caches: Pick<ServedCaches, 'subscribe'>): Watches {
  const watches = new Set<Watch>()
  const listen = createEar(caches, hear)

  function hear(event: EngineEvent): void {
    for (const watch of watches) {
      const keys = watch.keys.get(placeOfCache(event.cache))
      if (keys === undefined)
        continue
      if (event.type === 'flushed' || event.type === 'closed')
        watch.dirty ||= [...keys.values()].includes(true)
      // One that was over before is gone for nobody.
      else if (keys.has(event.key) && !(event.type === 'removed' && keys.get(event.key) === false))
        watch.dirty = true
    }
  }

  return {
    add(watch, place, key, isThere) {
      const keys = watch.keys.get(place) ?? new Map<string, boolean>()
      if (!keys.has(key)) {
        keys.set(key, isThere)
        watch.bytes += key.length + keyOverhead
      }
      watch.keys.set(place, keys)
      watches.add(watch)
      listen(true)
    },
    end(watch) {
      watches.delete(watch)
      listen(watches.size > 0)
    },
  }
}
