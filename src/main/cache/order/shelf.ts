import type { StoredEntry, StoreWatcher } from '../store'
import type { Index } from './order'
import type { WatchedStore } from './watched-store'
import { heldEntry } from './watched-store'

/**
 * The indexes of one cache that are built or being built. Later ones may be made from earlier ones.
 */
export interface Shelf {
  /** Memory held. */
  readonly bytes: number
  readonly size: number
  /**
   * The index of this name, created if need be; after `makeRoom`. A name always stands for the same
   * kind of index.
   */
  need: <T extends Index>(name: string, create: () => T) => T
  /**
   * Whether these can all be there together, as needed from now on; drops the longest unused that
   * nobody waits for where it gets too full.
   */
  makeRoom: (names: readonly string[]) => boolean
  /** Keeps these from being dropped for others until the returned function is called. */
  hold: (names: readonly string[]) => () => void
  /** Drops all that was last needed before this time. */
  dropUnusedSince: (time: number) => void
  clear: () => void
  /** The first that is not complete: what it is made from comes before it. */
  unfinished: () => Index | undefined
}

interface Place { index: Index, usedAt: number }

/**
 * `fail` is told of an error while a change is followed: all indexes are dropped then, and the
 * change goes on undisturbed.
 */
export function createShelf(
  store: WatchedStore,
  now: () => number,
  limit: number,
  fail: (error: unknown) => void,
): Shelf {
  const places = new Map<string, Place>()
  const held = new Map<string, number>()
  /**
   * One time for all indexes of a page: an index must never look as if it was needed longer than
   * the one that it is made from.
   */
  let time = 0

  const watcher: StoreWatcher = {
    inserted: handle => tell(handle, (index, entry) => index.inserted(entry, handle)),
    removing: handle => tell(handle, (index, entry) => index.removing(entry, handle)),
    changing: handle => tell(handle, (index, entry) => index.changing(entry, handle)),
    changed: handle => tell(handle, (index, entry) => index.changed(entry, handle)),
    cleared() {
      for (const { index } of places.values())
        index.cleared()
    },
  }

  function tell(handle: number, change: (index: Index, entry: StoredEntry) => void): void {
    try {
      const entry = heldEntry(store, handle)
      for (const { index } of places.values())
        change(index, entry)
    }
    catch (error) {
      clear()
      fail(error)
    }
  }

  function drop(name: string): void {
    places.delete(name)
    if (places.size === 0)
      store.watcher = undefined
  }

  function clear(): void {
    for (const name of places.keys())
      drop(name)
  }

  /**
   * Of those unused equally long the last made one: an earlier one may be needed to complete it.
   */
  function longestUnused(except: readonly string[]): string | undefined {
    let found: string | undefined
    let since = Infinity
    for (const [name, { usedAt }] of places) {
      if (usedAt <= since && !held.has(name) && !except.includes(name)) {
        found = name
        since = usedAt
      }
    }
    return found
  }

  return {
    get bytes() {
      let bytes = 0
      for (const { index } of places.values())
        bytes += index.bytes
      return bytes
    },
    get size() {
      return places.size
    },
    need<T extends Index>(name: string, create: () => T): T {
      const index = places.get(name)?.index ?? create()
      const place = places.get(name) ?? { index, usedAt: time }
      place.usedAt = time
      places.set(name, place)
      store.watcher = watcher
      return index as T
    },
    makeRoom(names) {
      time = now()
      const missing = names.filter(name => !places.has(name)).length
      while (places.size + missing > limit) {
        const victim = longestUnused(names)
        if (victim === undefined)
          return false
        drop(victim)
      }
      return true
    },
    hold(names) {
      names.forEach(name => held.set(name, (held.get(name) ?? 0) + 1))
      return () => names.forEach((name) => {
        const holders = (held.get(name) ?? 1) - 1
        if (holders > 0)
          held.set(name, holders)
        else
          held.delete(name)
      })
    },
    dropUnusedSince(time) {
      for (const [name, { usedAt }] of places) {
        if (usedAt < time && !held.has(name))
          drop(name)
      }
    },
    clear,
    unfinished: () => places.values().find(({ index }) => index.progress < 1)?.index,
  }
}
