import type { RequestQuery, RequestRecord } from '@shared/schemas'
import type { z } from 'zod'
import type { RealClock, Stopwatch } from '../base/clock'
import type { EventHub } from '../base/event-hub'
import { invalidField } from '@shared/errors'
import { compileFilter, FilterError } from '@shared/filter'
import { requestFilter } from '@shared/request-filter'
import { noMarks } from './call'

/**
 * The recorded fields of one call of an app. There is no field for a header, a query string or a
 * body, so none can be kept by accident.
 */
export interface RequestFields extends Omit<RequestRecord, 'id' | 'at' | 'marks'> {
  /**
   * The user who made the request; null if nobody was recognised. Such requests are counted, but
   * shown to nobody.
   */
  user: string | null
  marks: readonly string[]
}

interface RequestLogOptions {
  /**
   * Number of records kept; newer ones replace the oldest. @default 2000, about 2 MB if every path
   * and key has the greatest length
   */
  capacity?: number
  clock: RealClock
  stopwatch: Stopwatch
  /** Receives a `request` event for each record while anybody listens. */
  hub: EventHub
}

export interface RequestLog {
  /**
   * Records a request that ended at this time in milliseconds of the stopwatch. On the hot path of
   * every request: no allocation, no JSON, no date unless somebody is watching.
   */
  record: (fields: RequestFields, ended: number) => void
  /**
   * Returns the newest `limit` records of a user that have an id above `after` and match the
   * filter, newest last; `total` is their number without the limit. `caches` restricts the list to
   * requests to these caches, for keys that may reach no others. Throws LarderError `invalid-input`
   * (field filter).
   */
  list: (
    userId: string,
    query: z.output<typeof RequestQuery>,
    caches?: ReadonlySet<string> | null,
  ) => { total: number, requests: RequestRecord[] }
  /** Requests per second of all users, as the mean of the last ten seconds. */
  perSecond: () => number
  /** Requests of all users since the start. */
  total: () => number
}

interface Slot extends RequestFields {
  /** 0 until the slot is used. */
  id: number
  /** Wall-clock milliseconds. */
  at: number
}

const longestPath = 512
const longestKey = 256

/**
 * Creates a ring of the newest requests, whose slots are overwritten so that recording a request
 * creates no garbage.
 */
export function createRequestLog({ capacity = 2000, clock, stopwatch, hub }: RequestLogOptions): RequestLog {
  const ring = Array.from({ length: capacity }, emptySlot)
  const rate = createRateMeter(stopwatch)
  let total = 0

  return {
    record(fields, ended) {
      const slot = ring[total % capacity]
      total += 1
      rate.count(ended)
      if (!slot)
        return
      slot.id = total
      slot.at = clock.wall()
      slot.user = fields.user
      slot.face = fields.face
      slot.method = fields.method
      slot.path = cut(withoutQuery(fields.path), longestPath)
      slot.operation = fields.operation
      slot.cache = fields.cache
      slot.key = fields.key === null ? null : cut(fields.key, longestKey)
      slot.status = fields.status
      slot.result = fields.result
      slot.reason = fields.reason
      slot.marks = fields.marks
      slot.duration = fields.duration
      slot.requestBytes = fields.requestBytes
      slot.responseBytes = fields.responseBytes
      slot.keyId = fields.keyId
      // An event with user null would reach everybody.
      if (hub.active && slot.user !== null)
        hub.emit('request', slot.user, toRecord(slot))
    },

    list(userId, { after, limit, filter }, caches = null) {
      const passes = compile(filter)
      const newestFirst: RequestRecord[] = []
      let matching = 0
      for (let id = total; id > Math.max(after, total - capacity); id--) {
        const slot = ring[(id - 1) % capacity]
        if (!slot
          || slot.user !== userId
          || (caches && !(slot.cache !== null && caches.has(slot.cache)))
          || !passes(slot)) {
          continue
        }
        matching += 1
        if (matching <= limit)
          newestFirst.push(toRecord(slot))
      }
      return { total: matching, requests: newestFirst.reverse() }
    },

    perSecond: rate.perSecond,
    total: () => total,
  }
}

/** The position in the message counts characters from 1, as people do. */
function compile(filter: string): (slot: Slot) => boolean {
  try {
    return compileFilter(filter, requestFilter)
  }
  catch (error) {
    if (error instanceof FilterError)
      throw invalidField('filter', `at character ${[...filter.slice(0, error.from)].length + 1}: ${error.message}`)
    throw error
  }
}

function emptySlot(): Slot {
  return {
    id: 0,
    at: 0,
    user: null,
    face: 'native',
    method: '',
    path: '',
    operation: null,
    cache: null,
    key: null,
    status: 0,
    result: '',
    reason: null,
    marks: noMarks,
    duration: 0,
    requestBytes: 0,
    responseBytes: 0,
    keyId: null,
  }
}

function toRecord({ user: _user, at, marks, ...fields }: Slot): RequestRecord {
  return { ...fields, marks: [...marks], at: new Date(at).toISOString() }
}

function withoutQuery(path: string): string {
  const end = path.indexOf('?')
  return end < 0 ? path : path.slice(0, end)
}

/** The first `length` UTF-16 units, or one less if that would split a surrogate pair. */
function cut(text: string, length: number): string {
  if (text.length <= length)
    return text
  const splitsPair = isHighSurrogate(text.charCodeAt(length - 1)) && isLowSurrogate(text.charCodeAt(length))
  // Copied through a buffer, because a slice in V8 would keep the whole long string alive.
  return Buffer.from(text.slice(0, splitsPair ? length - 1 : length), 'utf16le').toString('utf16le')
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xD800 && unit <= 0xDBFF
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xDC00 && unit <= 0xDFFF
}

/**
 * Counts in a hundred slices of 100 ms, so that the mean of ten seconds is exact to one slice and
 * needs no timer.
 */
function createRateMeter(stopwatch: Stopwatch): { count: (at: number) => void, perSecond: () => number } {
  const sliceLength = 100
  const slices = new Uint32Array(100)
  let newest = Math.floor(stopwatch.now() / sliceLength)

  function advance(at: number): number {
    const now = Math.floor(at / sliceLength)
    // After a long pause all slices are outdated, and one round is enough.
    for (let slice = Math.max(newest + 1, now - slices.length + 1); slice <= now; slice++)
      slices[slice % slices.length] = 0
    newest = Math.max(newest, now)
    return newest % slices.length
  }

  return {
    count(at) {
      const slice = advance(at)
      slices[slice] = (slices[slice] ?? 0) + 1
    },
    perSecond() {
      advance(stopwatch.now())
      return slices.reduce((sum, count) => sum + count, 0) / (slices.length * sliceLength / 1000)
    },
  }
}
