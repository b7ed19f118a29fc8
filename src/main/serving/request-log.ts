import type { RequestQuery, RequestRecord } from '@shared/schemas'
import type { z } from 'zod'
import type { RealClock, Stopwatch } from '../base/clock'
import type { EventHub } from '../base/event-hub'
import { invalidField } from '@shared/errors'
import { compileFilter, FilterError } from '@shared/filter'
import { requestFilter } from '@shared/request-filter'
import { noMarks } from './call'

/**
 * What is remembered of one call of an app. There is no field for a header, a query string or a
 * body, so none can be kept by accident (S12 of the quality bar).
 */
export interface RequestFields extends Omit<RequestRecord, 'id' | 'at' | 'marks'> {
  /**
   * Whose request it was; null when nobody was recognised. Those are counted, and shown to nobody.
   */
  user: string | null
  marks: readonly string[]
}

interface RequestLogOptions {
  /** Records kept; the oldest give way. @default 2000, about 2 MB when every path and key is cut */
  capacity?: number
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
}

interface Slot extends RequestFields {
  /** 0 while the slot was never used. */
  id: number
  /** Wall-clock milliseconds. */
  at: number
}

const longestPath = 512
const longestKey = 256

/**
 * A ring of the newest requests in slots that are written over, so that recording one leaves no
 * garbage.
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

/** Characters are counted as people do, from 1. */
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

/** The first `length` UTF-16 units, one less where that would split a surrogate pair. */
function cut(text: string, length: number): string {
  if (text.length <= length)
    return text
  const splitsPair = isHighSurrogate(text.charCodeAt(length - 1)) && isLowSurrogate(text.charCodeAt(length))
  // Through a buffer, because V8 makes a slice that keeps the whole long string alive.
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
    // After a long pause all slices are old, once round is enough.
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
