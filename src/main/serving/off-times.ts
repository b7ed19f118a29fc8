import type { Clock } from '../base/clock'
import type { Call } from './ports'

/** What happened since a switch was turned off. */
export interface TurnedAway {
  /** Milliseconds since the Unix epoch; at the earliest the start of the server. */
  readonly since: number
  /** Requests of apps that got 503 for it. */
  readonly refused: number
  /** Who sent them, the busiest first. */
  readonly callers: readonly OffCaller[]
}

interface OffCaller {
  /** Null where a write was refused before anybody looked which cache it meant. */
  readonly cache: string | null
  /** Null for requests without an API key of the table. */
  readonly keyId: string | null
  readonly refused: number
}

/** Since when the switches are off, and whom they turned away. */
export interface OffTimes {
  /** The global switch was moved, or is where it was. */
  switched: (enabled: boolean) => void
  /** The same for the switch of the cache with this id. */
  cacheSwitched: (id: string, enabled: boolean) => void
  /** To be called for each request of an app that a switch turned away. */
  note: (call: Call) => void
  /** For the global switch, with the requests of one user; undefined while it is on. */
  ofAll: (space: string) => TurnedAway | undefined
  /** Undefined while the cache with this id is on. */
  ofCache: (id: string) => TurnedAway | undefined
}

/** Different callers that are told apart, and how many are told. */
const mostCallers = 200
const toldCallers = 10

type Counting<Row> = { -readonly [Name in keyof Row]: Row[Name] }
interface Counts { refused: number, callers: Map<string, Counting<OffCaller>> }

export function createOffTimes({ wall }: Pick<Clock, 'wall'>): OffTimes {
  let all: { since: number, spaces: Map<string, Counts> } | undefined
  const caches = new Map<string, Counts & { since: number }>()

  function count(counts: Counts, { cache, principal }: Call): void {
    const keyId = principal?.keyId ?? null
    const id = `${keyId ?? ''} ${cache ?? ''}`
    counts.refused += 1
    const caller = counts.callers.get(id)
    if (caller)
      caller.refused += 1
    else if (counts.callers.size < mostCallers)
      counts.callers.set(id, { cache, keyId, refused: 1 })
  }

  function tell(since: number, { refused, callers }: Counts): TurnedAway {
    const busiest = [...callers.values()].sort((a, b) => b.refused - a.refused).slice(0, toldCallers)
    return { since, refused, callers: busiest.map(caller => ({ ...caller })) }
  }

  return {
    switched(enabled) {
      all = enabled ? undefined : all ?? { since: wall(), spaces: new Map() }
    },
    cacheSwitched(id, enabled) {
      if (enabled)
        caches.delete(id)
      else if (!caches.has(id))
        caches.set(id, { since: wall(), ...noCounts() })
    },
    note(call) {
      const { reason, principal, found } = call
      if (reason === 'cache-off') {
        const counts = found && caches.get(found.definition.id)
        if (counts)
          count(counts, call)
      }
      else if (reason === 'caching-off' && all && principal) {
        const counts = all.spaces.get(principal.userId) ?? noCounts()
        all.spaces.set(principal.userId, counts)
        count(counts, call)
      }
    },
    ofAll: space => all && tell(all.since, all.spaces.get(space) ?? noCounts()),
    ofCache(id) {
      const counts = caches.get(id)
      return counts && tell(counts.since, counts)
    },
  }
}

function noCounts(): Counts {
  return { refused: 0, callers: new Map() }
}
