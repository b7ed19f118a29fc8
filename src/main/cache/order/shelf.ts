import type { StoredEntry, StoreWatcher } from '../store'
import type { Index } from './order'
import type { WatchedStore } from './watched-store'
import { heldEntry } from './watched-store'

/** The indexes of one cache, complete or being built. Later ones may be built from earlier ones. */
export interface Shelf {
  /** Memory held. */
  readonly bytes: number
  readonly size: number
  /**
   * Returns the index with this name and creates it if necessary; to be called after `makeRoom`.
   * The same name must always be used for the same kind of index.
   */
  need: <T extends Index>(name: string, create: () => T) => T
  /**
   * Returns whether all these indexes can exist together, and counts them as needed from now on. If
   * there are too many, it drops those unused for longest that nobody is waiting for.
   */
  makeRoom: (names: readonly string[]) => boolean
  /** Keeps these indexes from being dropped until the returned function is called. */
  hold: (names: readonly string[]) => () => void
  /** Drops all indexes that were last needed before this time, unless they are held. */
  dropUnusedSince: (time: number) => void
  clear: () => void
  /**
   * Lets all indexes look at an entry again, as if it had changed: time has changed what it is to
   * them.
   */
  again: (handle: number) => void
  /** The first index that is not complete; it comes after the indexes it is built from. */
  unfinished: () => Index | undefined
}

interface Place { index: Index, usedAt: number }

/**
 * `fail` receives an error that occurs while a change is followed. All indexes are dropped then,
 * and the change itself is not disturbed.
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
   * The same time for all indexes of a page: an index must never seem to have been unused for
   * longer than one that is built from it.
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
   * Among indexes unused for equally long, the one created last, because an earlier one may be
   * needed to complete it.
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
    again(handle) {
      watcher.changing(handle)
      watcher.changed(handle)
    },
    unfinished: () => places.values().find(({ index }) => index.progress < 1)?.index,
  }
}
