import type { PersistedEntry } from './ports'

/**
 * When an entry is fresh, stale and gone. Pure rules; all times are milliseconds, `Infinity` =
 * never.
 *
 * An entry expires when either clock says so. Both are folded into one number: `skew` is wall −
 * monotonic at the moment the deadlines were set, so `monotonic + skew` is the wall time it would
 * be had nobody changed the machine's clock and had it not slept. The later of that and the wall
 * clock is the time that counts for this entry (`timeOf`). Whenever deadlines move, the skew is
 * raised to that time, so for one entry time never runs backwards, even where the wall clock is set
 * ahead and back again.
 */
export interface Lifetime {
  readonly storedAt: number
  /** What a sliding restart gives again. */
  readonly ttl: number
  readonly grace: number
  readonly freshUntil: number
  /** Servable stale until then. */
  readonly graceUntil: number
  readonly skew: number
}

export function startLifetime(wall: number, monotonic: number, ttl: number, grace: number): Lifetime {
  const freshUntil = wall + ttl
  return { storedAt: wall, ttl, grace, freshUntil, graceUntil: freshUntil + grace, skew: wall - monotonic }
}

/** The time that counts for this entry, comparable with its deadlines. */
export function timeOf(lifetime: Pick<Lifetime, 'skew'>, wall: number, monotonic: number): number {
  return Math.max(wall, monotonic + lifetime.skew)
}

/**
 * The skew that goes with `timeOf` from now on. Where it has not changed it is not computed anew
 * either: sums would drift.
 */
function laterSkew({ skew }: Lifetime, wall: number, monotonic: number): number {
  return Math.max(skew, wall - monotonic)
}

/** Fresh for `ttl` from now on: a sliding hit, or a touch. */
export function restartLifetime(lifetime: Lifetime, wall: number, monotonic: number, ttl: number): Lifetime {
  const now = timeOf(lifetime, wall, monotonic)
  return {
    storedAt: lifetime.storedAt,
    ttl,
    grace: lifetime.grace,
    freshUntil: now + ttl,
    graceUntil: now + ttl + lifetime.grace,
    skew: laterSkew(lifetime, wall, monotonic),
  }
}

/** A new value under the old deadlines: increment and merge-patch. */
export function renewLifetime(lifetime: Lifetime, wall: number, monotonic: number): Lifetime {
  const { ttl, grace, freshUntil, graceUntil } = lifetime
  return {
    storedAt: timeOf(lifetime, wall, monotonic),
    ttl,
    grace,
    freshUntil,
    graceUntil,
    skew: laterSkew(lifetime, wall, monotonic),
  }
}

/**
 * Soft invalidation: stale now, servable until the original end of freshness or for the grace,
 * whichever is later. What is stale already stays as it is, else repeating it would keep an entry
 * alive for good.
 */
export function softenLifetime(lifetime: Lifetime, wall: number, monotonic: number): Lifetime {
  const now = timeOf(lifetime, wall, monotonic)
  const { storedAt, ttl, grace, freshUntil, graceUntil, skew } = lifetime
  if (now >= freshUntil)
    return { storedAt, ttl, grace, freshUntil, graceUntil, skew }
  return {
    storedAt,
    ttl,
    grace,
    freshUntil: now,
    graceUntil: Math.max(freshUntil, now + grace),
    skew: laterSkew(lifetime, wall, monotonic),
  }
}

/** Whether the entry is past its grace: nobody may see it any more. */
export function isOverdue(lifetime: Lifetime, wall: number, monotonic: number): boolean {
  return timeOf(lifetime, wall, monotonic) >= lifetime.graceUntil
}

type PersistedTimes = Pick<PersistedEntry, 'storedAt' | 'ttl' | 'freshUntil' | 'graceUntil'>

/**
 * A lifetime read back after a restart. An entry cannot have more than its TTL left: where it seems
 * so, the wall clock was set back in between, and the deadlines are pulled in by as much.
 */
export function restoreLifetime(times: PersistedTimes, wall: number, monotonic: number): Lifetime {
  const ttl = times.ttl ?? Infinity
  const end = times.freshUntil ?? Infinity
  const excess = Number.isFinite(end) && Number.isFinite(ttl) ? Math.max(0, end - (wall + ttl)) : 0
  const freshUntil = end - excess
  const graceUntil = Math.max(freshUntil, (times.graceUntil ?? Infinity) - excess)
  return {
    storedAt: Math.min(wall, times.storedAt - excess),
    ttl,
    grace: Number.isFinite(graceUntil) ? graceUntil - freshUntil : 0,
    freshUntil,
    graceUntil,
    skew: wall - monotonic,
  }
}

/**
 * The times as the journal keeps them: told by the wall clock alone, the only one that a restart
 * survives.
 */
export function persistTimes(lifetime: Lifetime, wall: number, monotonic: number): PersistedTimes {
  const shift = wall - timeOf(lifetime, wall, monotonic)
  return {
    storedAt: lifetime.storedAt + shift,
    ttl: finiteOrNull(lifetime.ttl),
    freshUntil: finiteOrNull(lifetime.freshUntil + shift),
    graceUntil: finiteOrNull(lifetime.graceUntil + shift),
  }
}

/**
 * Whether a sliding restart is worth writing down: the end of freshness moved into another tenth of
 * the TTL. Bounds the writes of a hot entry; what is lost in a crash is at most a tenth of its TTL.
 */
export function movedATenth(before: Lifetime, after: Lifetime): boolean {
  const tenth = after.ttl / 10
  return Math.floor(before.freshUntil / tenth) !== Math.floor(after.freshUntil / tenth)
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
