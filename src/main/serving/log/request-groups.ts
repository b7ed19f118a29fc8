import type { RequestGroup, RequestGrouping } from '@shared/request-groups'
import type { RequestResult } from '@shared/request-results'
import type { RequestView } from './request-view'

interface Counted extends Omit<RequestGroup, 'reason' | 'reasonMisses' | 'last'> {
  /** Misses by reason. */
  reasons: Map<string, number>
  /** Milliseconds since 1970. */
  last: number
}

interface Grouping {
  /** Adds a request; those of a group come newest first. */
  add: (view: RequestView) => void
  /** The groups with the most misses first, then those with the most requests. */
  list: (limit: number) => RequestGroup[]
  /** Groups, and requests in them. */
  readonly size: number
  readonly requests: number
}

const fieldOf: Record<RequestGrouping, (view: RequestView) => string | null> = {
  key: view => view.key,
  cache: view => view.cache,
  reason: view => view.reason,
  apikey: view => view.keyId,
  face: view => view.face,
}

const reads: ReadonlySet<string> = new Set<RequestResult>(['hit', 'stale', 'miss', 'loaded'])

/** Counts requests that have the same key in the same cache, or another value in common. */
export function createGrouping(by: RequestGrouping): Grouping {
  const groups = new Map<string, Counted>()
  let requests = 0

  function groupOf(view: RequestView, name: string): Counted {
    const cache = by === 'key' ? view.cache : null
    const id = `${cache?.length ?? ''} ${cache ?? ''}${name}`
    const known = groups.get(id)
      ?? { name, cache, requests: 0, reads: 0, misses: 0, reasons: new Map(), last: view.at }
    groups.set(id, known)
    return known
  }

  return {
    get size() {
      return groups.size
    },
    get requests() {
      return requests
    },
    add(view) {
      const name = fieldOf[by](view)
      if (name === null)
        return
      const group = groupOf(view, name)
      const { result } = view
      requests += 1
      group.requests += 1
      if (reads.has(result))
        group.reads += 1
      // A load where something was held has no reason, and counts as a hit in the statistics too.
      const reason = result === 'loaded' ? view.reason : result === 'miss' ? view.reason ?? '' : null
      if (reason === null)
        return
      group.misses += 1
      group.reasons.set(reason, (group.reasons.get(reason) ?? 0) + 1)
    },
    list: limit =>
      [...groups.values()]
        .sort((a, b) => b.misses - a.misses || b.requests - a.requests || b.last - a.last)
        .slice(0, limit)
        .map(({ reasons, last, ...group }) => {
          const [reason = null, reasonMisses = 0] = [...reasons].sort(([, a], [, b]) => b - a)[0] ?? []
          return { ...group, reason, reasonMisses, last: new Date(last).toISOString() }
        }),
  }
}
