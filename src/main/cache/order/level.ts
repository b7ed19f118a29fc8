import type { StoredEntry } from '../store'
import type { Folders } from './folders'
import type { Index, Order, OrderParts } from './order'
import { hasPrefix } from '@shared/entry-key'
import { createFolders } from './folders'
import { createOrder } from './order'
import { folderOf } from './position'
import { createLevelWalk } from './walk'

/**
 * One level of the tree that a delimiter makes of the keys: its folders, and its own entries in
 * their order.
 */
interface Level extends Index {
  readonly folders: Folders
  readonly order: Order
}

interface LevelParts extends Omit<OrderParts, 'walk'> {
  /** The order by key of the entries that the level may show. */
  source: Order
  prefix: string
  delimiter: string
  stride: number
}

export function createLevel({ store, source, prefix, delimiter, rank, accepts, capacity, stride }: LevelParts): Level {
  const folders = createFolders(capacity)
  const walk = createLevelWalk({ store, source, prefix, stride }, delimiter, folders.add)
  const order = createOrder({
    store,
    walk,
    rank,
    capacity,
    accepts: (entry, handle) => isBelow(entry, handle) && folderOf(entry.key, prefix, delimiter) === undefined,
  })
  let folderBefore: string | undefined

  function isBelow(entry: StoredEntry, handle: number): boolean {
    return hasPrefix(entry.key, prefix) && (accepts === undefined || accepts(entry, handle))
  }

  /** The folder in which this entry is counted at present. */
  function folderWith(entry: StoredEntry, handle: number): string | undefined {
    const counted = (order.progress === 1 || walk.hasPassed(entry, handle)) && isBelow(entry, handle)
    return counted ? folderOf(entry.key, prefix, delimiter) : undefined
  }

  function count(folder: string | undefined, entries: number): void {
    if (folder !== undefined)
      folders.add(folder, entries)
  }

  return {
    folders,
    order,
    get bytes() {
      return folders.bytes + order.bytes
    },
    get progress() {
      return order.progress
    },
    build: order.build,
    inserted(entry, handle) {
      count(folderWith(entry, handle), 1)
      order.inserted(entry, handle)
    },
    removing(entry, handle) {
      count(folderWith(entry, handle), -1)
      order.removing(entry, handle)
    },
    changing(entry, handle) {
      folderBefore = folderWith(entry, handle)
      order.changing(entry, handle)
    },
    changed(entry, handle) {
      // The key does not change, so neither does the folder. Only whether the entry is chosen may
      // have changed.
      const folder = folderWith(entry, handle)
      if (folder !== folderBefore) {
        count(folderBefore, -1)
        count(folder, 1)
      }
      order.changed(entry, handle)
    },
    cleared() {
      folders.clear()
      order.cleared()
    },
  }
}
