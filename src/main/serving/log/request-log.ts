import type { RealClock, Stopwatch } from '../../base/clock'
import type { Disposable } from '../../base/disposable'
import type { EventHub } from '../../base/event-hub'
import type { Timer } from '../../base/timer'
import type { RenamedCache } from './former-names'
import type { RequestBook } from './request-book'
import type { RequestFields } from './request-ring'
import type { RequestWaits } from './request-waits'
import { administrators } from '@shared/events'
import { FormerNames } from './former-names'
import { pieceBytes } from './pieces'
import { createSliceMeter } from './rate-meter'
import { createRequestBook } from './request-book'
import { RequestRing } from './request-ring'
import { RequestView } from './request-view'
import { createRequestWaits } from './request-waits'

interface RequestLogOptions {
  /** Records kept; the oldest give way. @default 65,536 */
  capacity?: number
  /** Bytes that they take; where their texts are long, fewer are kept. @default 12.4 MiB */
  recordBytes?: number
  clock: RealClock
  stopwatch: Stopwatch
  timer: Timer
  /** Told a `request` event for each record while anybody listens. */
  hub: EventHub
}

export interface RequestLog extends RequestBook, Pick<RequestWaits, 'wait'>, Disposable {
  /**
   * Remembers a request that ended at so many milliseconds of the stopwatch. On the hot path of
   * every request: no allocation, no JSON, no date unless somebody watches or waits.
   */
  record: (fields: RequestFields, ended: number) => void
  /** What is recorded of a cache is told under its new name from now on. */
  rename: (cache: RenamedCache, from: string, to: string) => void
  /**
   * Requests a second of all users without the console's own reads, mean of the last ten seconds.
   */
  perSecond: () => number
  /** Requests of all users since the start, without the console's own reads. */
  total: () => number
  /** Bytes of memory that the records take, outside the V8 heap. */
  bytes: () => number
}

/**
 * Of requests as apps send them, of 150 bytes each, all find room. Ten thousand whose key and path
 * are cut take 1.3 kB each. All memory together stays below 16 MB.
 */
const usual = { capacity: 65_536, recordBytes: 12.4 * 2 ** 20 }
/**
 * What was refused at the door has a ring of its own, a tenth as large, and so have the console's
 * own reads: a flood of them takes no room from what apps send (decision 0030).
 */
const share = 0.1
const leastPieces = 2 * pieceBytes
/** The newest requests. */
export function createRequestLog({
  capacity = usual.capacity,
  recordBytes = usual.recordBytes,
  clock,
  stopwatch,
  timer,
  hub,
}: RequestLogOptions): RequestLog {
  const served = new RequestRing(capacity, recordBytes)
  const small = (): RequestRing =>
    new RequestRing(Math.ceil(capacity * share), Math.max(leastPieces, recordBytes * share))
  const rings = { served, door: small(), own: small() }
  const names = new FormerNames()
  const rate = createSliceMeter(stopwatch)
  let total = 0
  let lastId = 0
  const book = createRequestBook({ rings, names, clock, lastId: () => lastId })
  const waits = createRequestWaits({ book, timer })

  return {
    record(fields, ended) {
      const isOwn = fields.ring === 'own'
      if (!isOwn) {
        total += 1
        rate.count(ended)
      }
      const ring = rings[fields.ring]
      ring.push(++lastId, clock.wall(), fields)
      // An event with user null would reach everybody.
      if (hub.active)
        hub.emit(isOwn ? 'console' : 'request', fields.user ?? administrators, new RequestView(ring, names).toRecord())
      if (waits.active)
        waits.tell(new RequestView(ring, names))
    },
    list: book.list,
    groups: book.groups,
    count: book.count,
    export: book.export,
    async clear(reader) {
      const cleared = await book.clear(reader)
      hub.emit('requests.cleared', reader.userId, {})
      return cleared
    },
    wait: waits.wait,
    rename: (cache, from, to) => names.rename(cache, from, to, lastId),
    perSecond: rate.perSecond,
    total: () => total,
    bytes: () => Object.values(rings).reduce((sum, ring) => sum + ring.bytes, 0),
    dispose: waits.dispose,
  }
}
