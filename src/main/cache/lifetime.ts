import type { PersistedEntry } from './ports'
import { limits } from '@shared/limits'

/**
 * Rules for when an entry is fresh, stale and gone. They are pure functions; all times are in
 * milliseconds, `Infinity` = never.
 *
 * An entry expires as soon as either clock says so. Both clocks are folded into one number: `skew`
 * is wall − monotonic at the moment the deadlines were set, so `monotonic + skew` is what the wall
 * clock would show if nobody had changed it and the machine had not slept. The later of that time
 * and the wall clock counts for this entry (`timeOf`). Whenever deadlines move, the skew is raised
 * to that time. So time never runs backwards for an entry, even if the wall clock is set ahead and
 * back again.
 */
export interface Lifetime {
  readonly storedAt: number
  /** The TTL that a sliding restart sets again. */
  readonly ttl: number
  readonly grace: number
  readonly freshUntil: number
  /** The entry may be served stale until then. */
  readonly graceUntil: number
  readonly skew: number
}

/**
 * An entry that is stored again has other times left than it was given.
 *
 * @param left how long it stays fresh, at most its TTL; below 0 if it has been stale for so long
 * @param served how long past that it may be served
 */
export function startLifetime(
  wall: number,
  monotonic: number,
  ttl: number,
  grace: number,
  left = ttl,
  served = grace,
): Lifetime {
  const freshUntil = wall + Math.min(left, ttl)
  return { storedAt: wall, ttl, grace, freshUntil, graceUntil: freshUntil + served, skew: wall - monotonic }
}

/** The time that counts for this entry, comparable with its deadlines. */
export function timeOf(lifetime: Pick<Lifetime, 'skew'>, wall: number, monotonic: number): number {
  return Math.max(wall, monotonic + lifetime.skew)
}

/**
 * The skew to store when deadlines are computed from `timeOf`. An unchanged skew is returned as it
 * is and not computed again, because sums would drift.
 */
function laterSkew({ skew }: Lifetime, wall: number, monotonic: number): number {
  return Math.max(skew, wall - monotonic)
}

/** Makes an entry fresh for `ttl` from now: after a sliding hit or a touch. */
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

/** Keeps the deadlines for a new value: increment and merge-patch. */
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
 * whichever ends later. An entry that is stale already stays unchanged; otherwise repeated
 * invalidation would keep it alive forever.
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

/**
 * How long past its freshness it may be served stale: its grace; longer after a soft invalidation,
 * up to the longest TTL where it had no end; shorter if it was stored again when it was stale.
 */
export function graceOf({ freshUntil, graceUntil, grace }: Lifetime): number {
  const whole = Math.min(limits.ttl * 1000, graceUntil - freshUntil)
  // The difference of two large numbers is not exactly what was added; it is NaN without an end.
  return Math.abs(whole - grace) > 1 ? whole : grace
}

/** Whether the entry is past its grace, so that nobody may see it. */
export function isOverdue(lifetime: Lifetime, wall: number, monotonic: number): boolean {
  return timeOf(lifetime, wall, monotonic) >= lifetime.graceUntil
}

type PersistedTimes = Pick<PersistedEntry, 'storedAt' | 'ttl' | 'freshUntil' | 'graceUntil' | 'grace'>

/**
 * Restores a lifetime after a restart. An entry cannot have more than its TTL left: if it seems to,
 * the wall clock was set back in between, and the deadlines are moved back by the same amount.
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
    grace: times.grace ?? (Number.isFinite(graceUntil) ? graceUntil - freshUntil : 0),
    freshUntil,
    graceUntil,
    skew: wall - monotonic,
  }
}

/**
 * The times for the journal, in terms of the wall clock alone: no other clock survives a restart.
 */
export function persistTimes(lifetime: Lifetime, wall: number, monotonic: number): PersistedTimes {
  const shift = wall - timeOf(lifetime, wall, monotonic)
  return {
    storedAt: lifetime.storedAt + shift,
    ttl: finiteOrNull(lifetime.ttl),
    freshUntil: finiteOrNull(lifetime.freshUntil + shift),
    graceUntil: finiteOrNull(lifetime.graceUntil + shift),
    grace: lifetime.grace,
  }
}

/**
 * Whether a sliding restart is worth writing to the journal: the end of freshness has moved into
 * another tenth of the TTL. This limits the writes for a hot entry; a crash loses at most a tenth
 * of its TTL.
 */
export function movedATenth(before: Lifetime, after: Lifetime): boolean {
  const tenth = after.ttl / 10
  return Math.floor(before.freshUntil / tenth) !== Math.floor(after.freshUntil / tenth)
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
