import type { Clock, Stopwatch } from '../../base/clock'
import type { Disposable } from '../../base/disposable'
import type { Page, PageQuery } from '../ports'
import type { StoredEntry } from '../store'
import type { Grain, Plan } from './plan'
import type { WatchedStore } from './watched-store'
import { LarderError } from '@shared/errors'
import { timeOf } from '../lifetime'
import { planPage } from './plan'
import { createShelf } from './shelf'
import { createSlices, timeLimit } from './slices'
import { checkQuery, readWindow } from './window'

/**
 * Pages of a large cache.
 *
 * The order by key is the basis: it is built by one walk over the entries as soon as somebody
 * requests a page. It answers everything that is sorted by key; the keys with a prefix are a range
 * of it. Every other order – by size, hits, …, the keys that match a glob, the level of a tree – is
 * built from it by one walk in key order, which saves comparing keys. All orders follow every
 * change of the store (order.ts), and an order that nobody has needed for a minute is dropped.
 *
 * Their memory is not part of the budget: looking at a cache must not evict entries from it. It is
 * limited by the number of indexes; the index by key takes about 6 bytes per entry, the others 13
 * to 23.
 */
interface Orders extends Disposable {
  /** Memory held by all indexes. */
  readonly bytes: number
  /**
   * Resolves when the indexes it needs have been built. Throws the same errors as `readPage`, and
   * LarderError `cache-not-found` once disposed.
   */
  page: (query: PageQuery) => Promise<Page>
  /**
   * The share of the indexes for this query that has been built; 1 = a page is ready at once.
   * Calling this starts building them. Throws the same errors as `page`.
   */
  progress: (query: PageQuery) => number
  dispose: () => void
}

interface OrdersParts {
  store: WatchedStore
  clock: Clock
  stopwatch: Stopwatch
  /** Reads a page without an index. */
  scan: (query: PageQuery) => Page
  /** Removes an entry that is past its grace. */
  expire: (entry: StoredEntry) => void
  options?: OrdersOptions
}

export interface OrdersOptions {
  /** Caches with at most this many entries are answered by `scan`. @default 2000 */
  scanned?: number
  /** Milliseconds after which an unused index is dropped. @default 60_000 */
  idle?: number
  /** The most indexes that a cache may have. @default 8 */
  indexes?: number
  /**
   * Milliseconds after which a slice of work stops at its next look at the stopwatch; it then ends
   * within 2 ms. @default 1
   */
  slice?: number
  grain?: Grain
}

const defaultGrain: Grain = { capacity: 512, stride: 32 }

export function createOrders({ store, clock, stopwatch, scan, expire, options = {} }: OrdersParts): Orders {
  const { scanned = 2000, idle = 60_000, indexes = 8, slice = 1, grain = defaultGrain } = options
  const shelf = createShelf(store, stopwatch.now, indexes, error => void (fault = { error }))
  const slices = createSlices(stopwatch, slice, build)
  let fault: { error: unknown } | undefined
  let closed = false
  let idleness: NodeJS.Timeout | undefined

  function build(isOver: () => boolean): boolean {
    try {
      for (let index = shelf.unfinished(); index; index = shelf.unfinished()) {
        index.build()
        if (isOver())
          return true
      }
    }
    catch (error) {
      shelf.clear()
      fault = { error }
    }
    return false
  }

  /**
   * Removes entries that are past their grace, because nobody may see or count them. Returns true
   * when none are left.
   */
  function expireOverdue(wall: number, monotonic: number, isOver: () => boolean): boolean {
    do {
      const none = store.visitMortal(grain.stride, wall, monotonic, (entry) => {
        if (timeOf(entry, wall, monotonic) >= entry.graceUntil)
          expire(entry)
      })
      if (none)
        return true
    } while (!isOver())
    return false
  }

  /** Makes the indexes what they are at a moment. Returns false if the slice was too short. */
  function bringTo(plan: Plan, wall: number, monotonic: number): boolean {
    const isOver = timeLimit(stopwatch, slice)
    return expireOverdue(wall, monotonic, isOver) && plan.settle(wall, monotonic, isOver) && fault === undefined
  }

  function planOf(query: PageQuery): Plan | undefined {
    const plan = planPage(shelf, store, clock, grain, query)
    watchIdleness()
    return plan
  }

  function watchIdleness(): void {
    if (shelf.size > 0)
      idleness ??= setTimeout(dropIdle, idle / 4).unref()
  }

  function dropIdle(): void {
    idleness = undefined
    shelf.dropUnusedSince(stopwatch.now() - idle)
    watchIdleness()
  }

  /**
   * Reports a failure of the indexes to the next caller, once: the indexes have been dropped, and
   * the page after that builds them again.
   */
  function throwFault(): void {
    if (closed)
      throw new LarderError('cache-not-found', 'The cache was closed.')
    if (fault === undefined)
      return
    const { error } = fault
    fault = undefined
    throw error
  }

  return {
    get bytes() {
      return shelf.bytes
    },
    async page(query) {
      checkQuery(query)
      let release: (() => void) | undefined
      try {
        for (;;) {
          throwFault()
          if (store.size <= scanned)
            return scan(query)
          const plan = planOf(query)
          const wall = clock.wall()
          const monotonic = clock.monotonic()
          if (plan?.progress === 1 && bringTo(plan, wall, monotonic))
            return readWindow(plan.rows(), query, wall, monotonic)
          release ??= plan && shelf.hold(plan.names)
          await slices.next()
        }
      }
      finally {
        release?.()
      }
    },
    progress(query) {
      checkQuery(query)
      if (closed || store.size <= scanned)
        return 1
      const plan = planOf(query)
      slices.start()
      return plan?.progress ?? 0
    },
    dispose() {
      closed = true
      shelf.clear()
      clearTimeout(idleness)
      slices.dispose()
    },
  }
}
