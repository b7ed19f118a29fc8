import type { FilteredRequest } from '@shared/request-filter'
import type { RequestQuery, RequestRecord } from '@shared/schemas'
import type { z } from 'zod'
import type { RealClock, Stopwatch } from '../../base/clock'
import type { EventHub } from '../../base/event-hub'
import type { RequestFields } from './request-ring'
import { invalidField } from '@shared/errors'
import { compileFilter, FilterError } from '@shared/filter'
import { requestFilter } from '@shared/request-filter'
import { createSliceMeter } from './rate-meter'
import { RequestRing } from './request-ring'
import { RequestView } from './request-view'

interface RequestLogOptions {
  /** Records kept; the oldest give way. @default 10,000 */
  capacity?: number
  /** Bytes of their texts; where these are long, fewer records are kept. @default 13 MiB */
  textBytes?: number
  clock: RealClock
  stopwatch: Stopwatch
  /** Told a `request` event for each record while anybody listens. */
  hub: EventHub
}

export interface RequestLog {
  /**
   * Remembers a request that ended at so many milliseconds of the stopwatch. On the hot path of
   * every request: no allocation, no JSON, no date unless somebody watches.
   */
  record: (fields: RequestFields, ended: number) => void
  /**
   * The newest `limit` records of a user with an id above `after` that the filter lets pass, newest
   * last; `total` says how many there are without the limit. `caches` narrows it to requests to
   * these, for keys that may reach no others. Throws LarderError `invalid-input` (field filter).
   */
  list: (
    userId: string,
    query: z.output<typeof RequestQuery>,
    caches?: ReadonlySet<string> | null,
  ) => { total: number, requests: RequestRecord[] }
  /** Requests a second of all users, mean of the last ten seconds. */
  perSecond: () => number
  /** Requests of all users since the start. */
  total: () => number
  /** Bytes of memory that the records take, outside the V8 heap. */
  bytes: () => number
}

/** Ten thousand records whose key and path are cut take 1.3 kB of text each. */
const usual = { capacity: 10_000, textBytes: 13 * 2 ** 20 }

/** The newest requests. */
export function createRequestLog({
  capacity = usual.capacity,
  textBytes = usual.textBytes,
  clock,
  stopwatch,
  hub,
}: RequestLogOptions): RequestLog {
  const ring = new RequestRing(capacity, textBytes)
  const rate = createSliceMeter(stopwatch)
  let total = 0

  return {
    record(fields, ended) {
      total += 1
      rate.count(ended)
      ring.push(total, clock.wall(), fields)
      // An event with user null would reach everybody.
      if (hub.active && fields.user !== null)
        hub.emit('request', fields.user, new RequestView(ring).toRecord())
    },

    list(userId, { after, limit, filter }, caches = null) {
      const passes = compile(filter)
      const newestFirst: RequestRecord[] = []
      let matching = 0
      for (const view = new RequestView(ring); view.exists && view.id > after; view.back()) {
        if (!view.isOf(userId) || !reaches(caches, view) || !passes(view))
          continue
        matching += 1
        if (matching <= limit)
          newestFirst.push(view.toRecord())
      }
      return { total: matching, requests: newestFirst.reverse() }
    },

    perSecond: rate.perSecond,
    total: () => total,
    bytes: () => ring.bytes,
  }
}

function reaches(caches: ReadonlySet<string> | null, request: FilteredRequest): boolean {
  if (caches === null)
    return true
  const { cache } = request
  return cache !== null && caches.has(cache)
}

/** Characters are counted as people do, from 1. */
function compile(filter: string): (request: FilteredRequest) => boolean {
  try {
    return compileFilter(filter, requestFilter)
  }
  catch (error) {
    if (error instanceof FilterError)
      throw invalidField('filter', `at character ${[...filter.slice(0, error.from)].length + 1}: ${error.message}`)
    throw error
  }
}
