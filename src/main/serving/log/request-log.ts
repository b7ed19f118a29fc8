import type { RequestGroups, RequestGroupsQuery } from '@shared/request-groups'
import type { RequestList, RequestQuery, RequestRecord } from '@shared/schemas'
import type { z } from 'zod'
import type { RealClock, Stopwatch } from '../../base/clock'
import type { EventHub } from '../../base/event-hub'
import type { Principal } from '../../base/principal'
import type { RenamedCache } from './former-names'
import type { RequestFields } from './request-ring'
import { setImmediate as turn } from 'node:timers/promises'
import { administrators } from '@shared/events'
import { compileGiven } from '@shared/filter-problem'
import { compileRequestFilter } from '@shared/request-filter'
import { isAdministrator } from '../../base/principal'
import { FormerNames } from './former-names'
import { pieceBytes } from './pieces'
import { createSliceMeter } from './rate-meter'
import { createGrouping } from './request-groups'
import { RequestRing } from './request-ring'
import { newestOf, RequestView } from './request-view'

interface RequestLogOptions {
  /** Records kept; the oldest give way. @default 65,536 */
  capacity?: number
  /** Bytes that they take; where their texts are long, fewer are kept. @default 12.4 MiB */
  recordBytes?: number
  clock: RealClock
  stopwatch: Stopwatch
  /** Told a `request` event for each record while anybody listens. */
  hub: EventHub
}

type Reader = Pick<Principal, 'userId' | 'admin' | 'scopes'>

export interface RequestLog {
  /**
   * Remembers a request that ended at so many milliseconds of the stopwatch. On the hot path of
   * every request: no allocation, no JSON, no date unless somebody watches.
   */
  record: (fields: RequestFields, ended: number) => void
  /**
   * The newest `limit` records of a user, for administrators also those of nobody, with an id above
   * `after` and below `before` that the filter lets pass, newest last; `total` says how many there
   * are without the limit, `since` and `dropped` how far back the requests of apps reach. Goes on
   * in slices, so records that come and go meanwhile may be missing. Rejects with LarderError
   * `invalid-input` (field filter).
   */
  list: (
    reader: Reader,
    query: z.output<typeof RequestQuery>,
  ) => Promise<RequestList>
  /** The same records, counted by what they have in common. Goes on and rejects like `list`. */
  groups: (
    reader: Reader,
    query: z.output<typeof RequestGroupsQuery>,
  ) => Promise<RequestGroups>
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
/** Records that are looked at before others are served: 1 to 2 ms of work. */
const slice = 1000

/** The newest requests. */
export function createRequestLog({
  capacity = usual.capacity,
  recordBytes = usual.recordBytes,
  clock,
  stopwatch,
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

  /** What a reader may see and a filter lets pass. */
  function choose(reader: Reader, filter: string): (view: RequestView) => boolean {
    const passes = compileGiven(filter, compileRequestFilter)
    const isAdmin = isAdministrator(reader)
    return view => (view.isOf(reader.userId) || (isAdmin && view.isOf(null))) && passes(view)
  }

  /** Looks at each record, newest first, that has an id between these. */
  async function walk(after: number, before: number, look: (view: RequestView) => void): Promise<void> {
    for (let looked = slice; looked === slice; looked === slice && await turn()) {
      looked = 0
      for (const view of newestOf(Object.values(rings), names, after, before)) {
        before = view.id
        look(view)
        if (++looked === slice)
          break
      }
    }
  }

  function countOwn(user: string): number {
    let count = 0
    for (const view = new RequestView(rings.own, names); view.exists; view.back())
      count += view.isOf(user) ? 1 : 0
    return count
  }

  const since = (): string | null => served.since === null ? null : new Date(served.since).toISOString()

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
    },

    async list(reader, { after, before = Infinity, limit, filter }) {
      const isChosen = choose(reader, filter)
      const newestFirst: RequestRecord[] = []
      let matching = 0
      await walk(after, before, (view) => {
        if (isChosen(view) && ++matching <= limit)
          newestFirst.push(view.toRecord())
      })
      return {
        total: matching,
        requests: newestFirst.reverse(),
        since: since(),
        dropped: served.oldest,
        own: countOwn(reader.userId),
      }
    },

    async groups(reader, { by, limit, filter }) {
      const isChosen = choose(reader, filter)
      const grouping = createGrouping(by)
      await walk(0, Infinity, view => isChosen(view) && grouping.add(view))
      return { groups: grouping.list(limit), total: grouping.size, requests: grouping.requests, since: since() }
    },

    rename: (cache, from, to) => names.rename(cache, from, to, lastId),
    perSecond: rate.perSecond,
    total: () => total,
    bytes: () => Object.values(rings).reduce((sum, ring) => sum + ring.bytes, 0),
  }
}
