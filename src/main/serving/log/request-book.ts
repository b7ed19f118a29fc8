import type { OperationOutput, OperationParsed } from '@shared/operations'
import type { RequestList, RequestRecord } from '@shared/schemas'
import type { RealClock } from '../../base/clock'
import type { Principal } from '../../base/principal'
import type { FormerNames } from './former-names'
import type { RequestFields, RequestRing } from './request-ring'
import { setImmediate as turn } from 'node:timers/promises'
import { compileGiven } from '@shared/filter-problem'
import { compileRequestFilter } from '@shared/request-filter'
import { isAdministrator } from '../../base/principal'
import { createGrouping } from './request-groups'
import { newestOf, RequestView } from './request-view'

export type Reader = Pick<Principal, 'userId' | 'admin' | 'scopes'>
type Answer<N extends 'list' | 'groups' | 'count' | 'export' | 'clear'> = (
  reader: Reader,
  query: OperationParsed<`requests.${N}`>,
) => Promise<OperationOutput<`requests.${N}`>>

/**
 * What the log tells a reader: the requests of the user, for administrators also those of nobody,
 * unless they were cleared. All of it goes on in slices, so records that come and go meanwhile may
 * be missing. Rejects with LarderError `invalid-input` (field filter).
 */
export interface RequestBook {
  /**
   * The newest `limit` records with an id above `after` and below `before` that the filter lets
   * pass, newest last; `total` says how many there are without the limit, `since` and `dropped` how
   * far back the requests of apps reach.
   */
  list: Answer<'list'>
  /** The same records, counted by what they have in common. */
  groups: Answer<'groups'>
  count: Answer<'count'>
  /** As JSON lines, newest last. */
  export: Answer<'export'>
  /** Tells this reader nothing any more of what was recorded until now. */
  clear: (reader: Reader) => ReturnType<Answer<'clear'>>
}

/** The parts of a book that waiting for requests needs, too. */
export interface OpenRequestBook extends RequestBook {
  /** Whether a reader may see a record, and whether a filter lets it pass. */
  choose: (reader: Reader, filter: string) => Record<'sees' | 'passes', (view: RequestView) => boolean>
  /** Looks at each record, newest first, that has an id between these. */
  walk: (after: number, before: number, look: (view: RequestView) => void) => Promise<void>
  /** Id of the newest record; 0 if there was none. */
  lastId: () => number
}

interface RequestBookParts {
  rings: Readonly<Record<RequestFields['ring'], RequestRing>>
  names: FormerNames
  clock: RealClock
  lastId: () => number
}

/** Records that are looked at before others are served: 1 to 2 ms of work. */
const slice = 1000

export function createRequestBook({ rings, names, clock, lastId }: RequestBookParts): OpenRequestBook {
  const { served } = rings
  /** By user, and null for what is nobody's: the newest record that was cleared, and when. */
  const floors = new Map<string | null, { id: number, at: number }>()

  /** Whether it is this user's and was not cleared. */
  function isShown(view: RequestView, user: string | null): boolean {
    return view.isOf(user) && view.id > (floors.get(user)?.id ?? 0)
  }

  function choose(reader: Reader, filter: string): ReturnType<OpenRequestBook['choose']> {
    const passes = compileGiven(filter, compileRequestFilter)
    const whose = seenBy(reader)
    const sees = (view: RequestView): boolean => whose.some(user => isShown(view, user))
    return { sees, passes: view => sees(view) && passes(view) }
  }

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
      count += isShown(view, user) ? 1 : 0
    return count
  }

  /** How far back the requests of apps reach that a reader is told. */
  function reachOf({ userId }: Reader): Pick<RequestList, 'since' | 'dropped' | 'cleared'> {
    const floor = floors.get(userId)?.at
    const since = served.since === null ? null : Math.max(served.since, floor ?? 0)
    return {
      since: since === null ? null : new Date(since).toISOString(),
      dropped: served.oldest,
      ...floor !== undefined && { cleared: new Date(floor).toISOString() },
    }
  }

  /** The newest `limit` that match, newest last, and how many there are. */
  async function newest(
    reader: Reader,
    { after, before = Infinity, limit, filter }: OperationParsed<'requests.list'>,
  ): Promise<{ total: number, requests: RequestRecord[] }> {
    const { passes } = choose(reader, filter)
    const newestFirst: RequestRecord[] = []
    let total = 0
    await walk(after, before, (view) => {
      if (passes(view) && ++total <= limit)
        newestFirst.push(view.toRecord())
    })
    return { total, requests: newestFirst.reverse() }
  }

  return {
    choose,
    walk,
    lastId,
    list: async (reader, query) =>
      ({ ...await newest(reader, query), ...reachOf(reader), own: countOwn(reader.userId) }),

    async groups(reader, { by, limit, filter }) {
      const { passes } = choose(reader, filter)
      const grouping = createGrouping(by)
      await walk(0, Infinity, view => passes(view) && grouping.add(view))
      const { since } = reachOf(reader)
      return { groups: grouping.list(limit), total: grouping.size, requests: grouping.requests, since }
    },

    async count(reader, { after, filter }) {
      const { passes } = choose(reader, filter)
      const last = lastId()
      let count = 0
      // What comes meanwhile is left to the next question.
      await walk(after, last + 1, view => count += passes(view) ? 1 : 0)
      return { count, last, ...reachOf(reader) }
    },

    async export(reader, query) {
      const { requests } = await newest(reader, query)
      return requests.map(request => `${JSON.stringify(request)}\n`).join('')
    },

    async clear(reader) {
      const floor = { id: lastId(), at: clock.wall() }
      const whose = seenBy(reader)
      let cleared = 0
      await walk(0, floor.id + 1, view => cleared += whose.some(user => isShown(view, user)) ? 1 : 0)
      for (const user of whose)
        floors.set(user, floor)
      return { cleared }
    },
  }
}

/** Whose requests a reader is told; null stands for those of nobody. */
function seenBy(reader: Reader): (string | null)[] {
  return isAdministrator(reader) ? [reader.userId, null] : [reader.userId]
}
