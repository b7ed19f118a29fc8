import type { Clock } from '../../base/clock'
import type { PageQuery } from '../ports'
import type { StoredEntry } from '../store'
import type { Index, Order } from './order'
import type { Shelf } from './shelf'
import type { WatchedStore } from './watched-store'
import type { Rows } from './window'
import { hasPrefix } from '@shared/entry-key'
import { choiceOf } from './choice'
import { createJudgement } from './judgement'
import { createLevel } from './level'
import { createOrder } from './order'
import { rankOf } from './position'
import { createPrefixWalk, createStoreWalk } from './walk'
import { noFolders } from './window'

/** The indexes that one query needs, complete or not. */
export interface Plan {
  names: readonly string[]
  /** Share of them that has been built; 1 only when all are complete. */
  progress: number
  /**
   * Brings the indexes to a moment, because a filter may be about time; to be called once they are
   * complete. Returns false if it was over before that was done.
   */
  settle: (wall: number, monotonic: number, isOver: () => boolean) => boolean
  /** To be called once the indexes are complete. */
  rows: () => Rows
}

/** How finely work and lists are divided; tests use smaller numbers. */
export interface Grain {
  /** Items per chunk of a list. */
  capacity: number
  /** Steps between two looks at the clock. */
  stride: number
}

/** How much longer the first walk takes than the others: only this walk has to compare keys. */
const groundWeight = 4
/** By how many halvings the steps of a filter are fewer than those of other walks. */
const filterShift = 3

/**
 * Finds the indexes that the query needs on the shelf, or starts to build them. Undefined while
 * indexes that others are waiting for take up the room. Throws LarderError `invalid-input` for a
 * malformed glob.
 */
export function planPage(
  shelf: Shelf,
  store: WatchedStore,
  clock: Clock,
  { capacity, stride }: Grain,
  query: PageQuery,
): Plan | undefined {
  const { sort, filter, delimiter } = query
  const { prefix, timed, ...choice } = choiceOf(filter)
  const isChosen = timed !== undefined || choice.accepts !== undefined
  // A filter may have many terms, so fewer entries are tested between two looks at the clock.
  const step = filter && 'filter' in filter ? Math.max(1, stride >>> filterShift) : stride
  const rank = sort === 'key' ? undefined : rankOf[sort]
  const judgedName = timed && JSON.stringify(['judged', filter])
  const sourceName = isChosen ? JSON.stringify(['key', filter]) : 'key'
  const viewName = rank || delimiter !== undefined ? JSON.stringify([sort, filter, delimiter]) : sourceName
  const names = [...new Set(['key', ...judgedName === undefined ? [] : [judgedName], sourceName, viewName])]
  if (!shelf.makeRoom(names))
    return undefined

  const keys = shelf.need('key', () => createOrder({ store, walk: createStoreWalk(store, stride), capacity }))
  // Before the indexes that are built from it: these hear of each change after it.
  const judged = timed && judgedName !== undefined
    ? shelf.need(judgedName, () =>
        createJudgement({ store, clock, walk: createStoreWalk(store, step), test: timed, again: shelf.again }))
    : undefined
  const accepts = judged ? (_: StoredEntry, handle: number) => judged.holds(handle) : choice.accepts
  const source = accepts
    ? shelf.need(sourceName, () =>
        createOrder({
          store,
          walk: createPrefixWalk({ store, source: keys, prefix: '', stride: step }),
          accepts,
          capacity,
        }))
    : keys
  const plan = (indexes: Index[], rows: () => Rows): Plan =>
    ({
      names,
      rows,
      settle: judged?.settle ?? (() => true),
      progress: progressOf([keys, ...judged ? [judged] : [], source, ...indexes]),
    })

  if (delimiter !== undefined) {
    const level = shelf.need(viewName, () =>
      createLevel({ store, source, prefix, delimiter, rank, accepts, capacity, stride: step }))
    return plan([level], () => ({ total: rangeOf(source, prefix).size, folders: level.folders, entries: level.order }))
  }
  if (rank === undefined) {
    return plan([], () => {
      const entries = rangeOf(source, prefix)
      return { total: entries.size, folders: noFolders, entries }
    })
  }
  const order = shelf.need(viewName, () =>
    createOrder({
      store,
      walk: createPrefixWalk({ store, source, prefix, stride: step }),
      rank,
      accepts: accepts ?? (prefix === '' ? undefined : entry => hasPrefix(entry.key, prefix)),
      capacity,
    }))
  return plan([order], () => ({ total: order.size, folders: noFolders, entries: order }))
}

/** The part of an order by key whose keys begin with the prefix. */
function rangeOf(order: Order, prefix: string): Rows['entries'] {
  if (prefix === '')
    return order
  const start = order.before({ rank: 0, key: prefix }, false)
  const end = order.endOf(prefix)
  return {
    size: end - start,
    slice: (from, count) => order.slice(start + from, Math.min(count, end - start - from)),
    before: (place, included) => Math.min(Math.max(order.before(place, included), start), end) - start,
  }
}

function progressOf([keys, ...others]: [Index, ...Index[]]): number {
  const progress = others.reduce((sum, index) => sum + index.progress, keys.progress * groundWeight)
  return progress / (others.length + groundWeight)
}
