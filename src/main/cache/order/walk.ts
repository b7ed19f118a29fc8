import type { Order, Walk } from './order'
import type { WatchedStore } from './watched-store'
import { hasPrefix } from '@shared/entry-key'
import { compareKeys, folderOf } from './position'

/** Walks over all entries, by handle. */
export function createStoreWalk(store: WatchedStore, stride: number): Walk {
  let next = 0
  return {
    next() {
      if (next >= store.handles)
        return undefined
      const handles: number[] = []
      for (const end = Math.min(next + stride, store.handles); next < end; next++) {
        if (store.at(next) !== undefined)
          handles.push(next)
      }
      return handles
    },
    hasPassed: (_, handle) => handle < next,
    inKeyOrder: false,
    get progress() {
      return shareOf(next, store.handles)
    },
  }
}

interface KeyWalkParts {
  store: WatchedStore
  /** A complete order by key. */
  source: Order
  /** The walk meets only keys that begin with this prefix. */
  prefix: string
  /** Steps per piece. */
  stride: number
}

/** Walks over the entries of an order by key. */
export function createPrefixWalk({ store, source, prefix, stride }: KeyWalkParts): Walk {
  return createKeyWalk(source, prefix, (from) => {
    const handles = source.handles(from, stride)
    while (handles.length > 0 && !hasPrefix(store.keyAt(handles.at(-1) as number), prefix))
      handles.pop()
    const last = handles.at(-1)
    return last === undefined ? undefined : { handles, last: store.keyAt(last), next: from + handles.length }
  })
}

/**
 * Walks over one level of a tree: meets the entries on that level, reports the folders between them
 * and skips their contents, so that a folder costs one search, however much it contains.
 */
export function createLevelWalk(
  { store, source, prefix, stride }: KeyWalkParts,
  delimiter: string,
  meetFolder: (folder: string, entries: number) => void,
): Walk {
  return createKeyWalk(source, prefix, (from) => {
    const handles: number[] = []
    let next = from
    for (let steps = 0; steps < stride; steps++) {
      const handle = source.handles(next, 1)[0]
      const key = handle === undefined ? undefined : store.keyAt(handle)
      if (handle === undefined || key === undefined || !hasPrefix(key, prefix))
        break
      const folder = folderOf(key, prefix, delimiter)
      if (folder === undefined) {
        handles.push(handle)
        next++
      }
      else {
        const end = source.endOf(folder, next)
        meetFolder(folder, end - next)
        next = end
      }
    }
    return next === from ? undefined : { handles, last: store.keyAt(source.handles(next - 1, 1)[0] as number), next }
  })
}

/**
 * One piece of a walk by key: the entries met, the last key that was passed, and the index to
 * continue from.
 */
interface Piece { handles: number[], last: string, next: number }

/**
 * Remembers how far it has come as a key, not as an index: a key keeps its place while other keys
 * come and go.
 */
function createKeyWalk(source: Order, prefix: string, read: (from: number) => Piece | undefined): Walk {
  let last: string | undefined
  /**
   * Indexes in the source, used for the progress; start and end are as they were when the walk
   * began.
   */
  let passed = 0
  let start = 0
  let end = 0
  return {
    next() {
      const from = source.before({ rank: 0, key: last ?? prefix }, last !== undefined)
      if (last === undefined) {
        start = from
        end = source.endOf(prefix)
      }
      const piece = read(from)
      last = piece?.last ?? last
      passed = piece?.next ?? passed
      return piece?.handles
    },
    hasPassed: entry => last !== undefined && compareKeys(entry.key, last) <= 0,
    inKeyOrder: true,
    get progress() {
      return last === undefined ? 0 : shareOf(passed - start, end - start)
    },
  }
}

function shareOf(passed: number, whole: number): number {
  return Math.min(passed / Math.max(1, whole), 0.99)
}
