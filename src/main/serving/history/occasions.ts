import type { History, HistoryEventKind } from '@shared/history'

/** Events that are kept for each space, and of the whole server. */
const kept = 200

interface Occasion {
  /** Seconds since 1970. */
  at: number
  kind: HistoryEventKind
  /** Null: it concerns all caches. */
  cache: { id: string, name: string, space: string } | null
}

/** What happened to caches from outside, so that a chart can show it on its time axis. */
interface Occasions {
  note: (occasion: Occasion) => void
  /** What happened to a cache is told under its new name from now on. */
  rename: (cache: Occasion['cache'] & {}) => void
  /**
   * Those from `from` to before `to` that concern a reader, or all caches; oldest first.
   */
  list: (from: number, to: number, concerns: (cache: Occasion['cache'] & {}) => boolean) => History['events']
  /** Forgets what lies after a moment: the clock was set back. */
  forgetAfter: (at: number) => void
  forgetSpace: (space: string) => void
}

export function createOccasions(): Occasions {
  /** By space, so that nobody's events push out those of others. Null: those of the server. */
  const bySpace = new Map<string | null, Occasion[]>()

  return {
    note(occasion) {
      const space = occasion.cache?.space ?? null
      bySpace.set(space, [...(bySpace.get(space) ?? []).slice(1 - kept), occasion])
    },
    rename(renamed) {
      for (const occasion of bySpace.get(renamed.space) ?? []) {
        if (occasion.cache?.id === renamed.id)
          occasion.cache = renamed
      }
    },
    list: (from, to, concerns) =>
      [...bySpace.values()].flat()
        .filter(({ at, cache }) => at >= from && at < to && (cache === null || concerns(cache)))
        .sort((a, b) => a.at - b.at)
        .map(({ at, kind, cache }) => ({ at, kind, cache: cache?.name ?? null })),
    forgetAfter(at) {
      for (const [space, occasions] of bySpace)
        bySpace.set(space, occasions.filter(occasion => occasion.at <= at))
    },
    forgetSpace: space => void bySpace.delete(space),
  }
}
