import type { CacheSettings } from '@shared/cache-settings'
import type { Clock, Stopwatch } from '../base/clock'
import type { Lifetime } from './lifetime'
import type { Cache, Hit, Peek, WriteOptions, WriteResult } from './ports'
import type { StatisticsKeeper } from './statistics'
import type { Content, EntryFields, StoredEntry } from './store'
import type { EntryTable } from './table'
import { LarderError } from '@shared/errors'
import { graceOf, renewLifetime, restartLifetime, startLifetime, timeOf } from './lifetime'
import { mergePatch } from './merge-patch'
import { holds } from './precondition'
import { addTo } from './whole-number'

export interface OperationParts {
  clock: Clock
  stopwatch: Stopwatch
  statistics: StatisticsKeeper
  settings: () => CacheSettings
  /** Whether reads are answered: this cache's switch and the global one. */
  isEnabled: () => boolean
  nextVersion: () => number
  /** Whether the cache could hold the entry if it held nothing else. */
  fits: (key: string, content: Content) => boolean
}

/** The calls of a cache that concern one key. */
export type EntryOperations
  = Pick<Cache, 'get' | 'getHeld' | 'peek' | 'set' | 'delete' | 'drop' | 'touch' | 'increment' | 'mergePatch'>

/** With what a cache asks before it makes room for a write. */
export interface PlannedOperations extends EntryOperations {
  /** Whether `set` would store a value of so many bytes now. Changes nothing. */
  wouldStore: (key: string, bytes: number, options?: WriteOptions) => boolean
}

const noTags: readonly string[] = []
const noOptions: WriteOptions = {}
const binary = 'application/octet-stream'
const text = 'text/plain; charset=utf-8'

/** The rules for single keys, applied to any table. */
export function createEntryOperations(parts: OperationParts, table: EntryTable): PlannedOperations {
  const { clock, stopwatch, statistics, settings, isEnabled, nextVersion, fits } = parts

  /** Returns the entry if it is fresh or may be served stale; drops it if its time is over. */
  function present(key: string, wall: number, monotonic: number): StoredEntry | undefined {
    const entry = table.find(key)
    if (entry === undefined || timeOf(entry, wall, monotonic) < entry.graceUntil)
      return entry
    table.remove(entry, 'expired')
    return undefined
  }

  function write(
    key: string,
    existing: StoredEntry | undefined,
    content: Omit<EntryFields, 'version'>,
    version?: number,
  ): WriteResult {
    const { value, contentType, tags, kind, flags, lifetime } = content
    if (!fits(key, content))
      return { outcome: 'too-large', version: existing?.version ?? 0 }
    version ??= nextVersion()
    table.put(key, existing, { value, contentType, tags, kind, flags, version, lifetime }, stopwatch.now())
    table.settle()
    return { outcome: existing ? 'replaced' : 'created', version }
  }

  function newLifetime(options: WriteOptions, wall: number, monotonic: number): Lifetime {
    const { ttl = settings().ttl, grace = 0, givenTtl = ttl, givenGrace = grace, original } = options
    const left = ttl === null ? Infinity : ttl * 1000
    const given = [milliseconds(givenTtl), milliseconds(givenGrace)] as const
    const lifetime = startLifetime(wall, monotonic, ...given, left, milliseconds(grace))
    return original === undefined ? lifetime : { ...lifetime, storedAt: wall - original.age * 1000 }
  }

  /**
   * Handles a hit that restarts the TTL. The new times may need more room and move the entry, so it
   * is looked up again.
   */
  function slide(key: string, entry: StoredEntry, wall: number, monotonic: number): Hit {
    table.slide(entry, restartLifetime(entry, wall, monotonic, entry.ttl))
    table.use(table.find(key) ?? entry, stopwatch.now())
    table.settle()
    const moved = table.find(key) ?? entry
    return toHit(moved, timeOf(moved, wall, monotonic), moved.hits)
  }

  /** An add may replace a stale entry, because it is due to be renewed. */
  function isRefused(
    { ifAbsent, ifVersion }: WriteOptions,
    existing: StoredEntry | undefined,
    wall: number,
    monotonic: number,
  ): boolean {
    return (ifAbsent === true && isFresh(existing, wall, monotonic)) || !holds(ifVersion, existing)
  }

  function getHeld(key: string): Hit | undefined {
    if (!isEnabled())
      return undefined
    const wall = clock.wall()
    const monotonic = clock.monotonic()
    const entry = present(key, wall, monotonic)
    if (entry === undefined)
      return undefined
    const stale = timeOf(entry, wall, monotonic) >= entry.freshUntil
    statistics.hit(stale)
    if (!stale && settings().sliding && entry.ttl !== Infinity)
      return slide(key, entry, wall, monotonic)
    const hit = toHit(entry, timeOf(entry, wall, monotonic), entry.hits + 1)
    table.use(entry, stopwatch.now())
    return hit
  }

  return {
    wouldStore(key, length, options = noOptions) {
      const wall = clock.wall()
      const monotonic = clock.monotonic()
      const entry = table.find(key)
      const existing = entry && timeOf(entry, wall, monotonic) < entry.graceUntil ? entry : undefined
      return !isRefused(options, existing, wall, monotonic)
        && fits(key, { value: { length }, contentType: options.contentType ?? binary, tags: distinct(options.tags) })
    },

    get(key) {
      const hit = getHeld(key)
      if (hit !== undefined)
        return hit
      const reason = isEnabled() ? table.reasonOf(key) : 'disabled'
      statistics.miss(reason)
      return reason
    },
    getHeld,

    peek(key) {
      const entry = table.find(key)
      if (entry === undefined)
        return undefined
      const now = timeOf(entry, clock.wall(), clock.monotonic())
      return now < entry.graceUntil ? toPeek(entry, now) : undefined
    },

    set(key, value, options = noOptions) {
      const wall = clock.wall()
      const monotonic = clock.monotonic()
      const existing = present(key, wall, monotonic)
      // Whatever a read would get, stale or not, is the current representation (RFC 9110 §13.1.1).
      if (isRefused(options, existing, wall, monotonic))
        return { outcome: 'refused', version: existing?.version ?? 0 }
      return write(key, existing, {
        value,
        contentType: options.contentType ?? binary,
        tags: distinct(options.tags),
        kind: options.kind ?? 'bytes',
        flags: options.flags ?? 0,
        lifetime: options.keepTimes === true && existing !== undefined
          ? renewLifetime(existing, wall, monotonic)
          : newLifetime(options, wall, monotonic),
      }, options.original?.version)
    },

    delete(key, ifVersion) {
      const entry = present(key, clock.wall(), clock.monotonic())
      if (entry === undefined)
        return 'missing'
      if (!holds(ifVersion, entry))
        return 'refused'
      table.remove(entry, 'deleted')
      return 'removed'
    },

    drop(key, why) {
      const entry = present(key, clock.wall(), clock.monotonic())
      if (entry !== undefined)
        table.remove(entry, why)
      else if (table.reasonOf(key) === 'evicted')
        table.forget(key)
    },

    touch(key, ttl, ifVersion) {
      const wall = clock.wall()
      const monotonic = clock.monotonic()
      const entry = present(key, wall, monotonic)
      if (entry === undefined)
        return 'missing'
      if (!holds(ifVersion, entry))
        return 'refused'
      table.retime(entry, restartLifetime(entry, wall, monotonic, milliseconds(ttl)))
      table.settle()
      return 'touched'
    },

    increment(key, by, options = noOptions) {
      const wall = clock.wall()
      const monotonic = clock.monotonic()
      const existing = present(key, wall, monotonic)
      if (!holds(options.ifVersion, existing))
        throw anotherVersion()
      const fresh = isFresh(existing, wall, monotonic) ? existing : undefined
      checkKind(fresh)
      const number = addTo(fresh?.value, by).toString()
      const { outcome, version } = write(key, existing, {
        value: Buffer.from(number),
        contentType: fresh?.contentType ?? text,
        tags: fresh?.tags ?? distinct(options.tags),
        kind: 'bytes',
        flags: fresh?.flags ?? 0,
        lifetime: fresh
          ? renewLifetime(fresh, wall, monotonic)
          : newLifetime(options, wall, monotonic),
      })
      if (outcome === 'too-large')
        throw tooLarge()
      return { number, version }
    },

    mergePatch(key, patch, ifVersion) {
      const wall = clock.wall()
      const monotonic = clock.monotonic()
      const entry = present(key, wall, monotonic)
      // RFC 9110 §13.1.1: If-Match is false if there is no current representation. A stale entry
      // that may still be served is one; when patched, it keeps its deadlines and stays stale.
      if (!holds(ifVersion, entry))
        throw anotherVersion()
      if (entry === undefined)
        throw new LarderError('entry-not-found', 'There is no entry to patch.')
      checkKind(entry)
      const { contentType, tags, kind, flags } = entry
      const lifetime = renewLifetime(entry, wall, monotonic)
      const value = mergePatch(entry.value, patch)
      const result = write(key, entry, { value, contentType, tags, kind, flags, lifetime })
      if (result.outcome === 'too-large')
        throw tooLarge()
      return result
    },
  }
}

export function isFresh(entry: StoredEntry | undefined, wall: number, monotonic: number): boolean {
  return entry !== undefined && timeOf(entry, wall, monotonic) < entry.freshUntil
}

/** Seconds of freshness left at `now`, in the form that reads and pages return. */
export function secondsLeft(freshUntil: number, now: number): number | null {
  return freshUntil === Infinity ? null : (freshUntil - now) / 1000
}

function toHit(entry: StoredEntry, now: number, hits: number): Hit {
  return {
    value: entry.value,
    contentType: entry.contentType,
    tags: entry.tags,
    kind: entry.kind,
    flags: entry.flags,
    version: entry.version,
    age: (now - entry.storedAt) / 1000,
    ttl: secondsLeft(entry.freshUntil, now),
    stale: now >= entry.freshUntil,
    hits,
  }
}

export function toPeek(entry: StoredEntry, now: number): Peek {
  return {
    ...toHit(entry, now, entry.hits),
    givenTtl: entry.ttl === Infinity ? null : entry.ttl / 1000,
    grace: graceOf(entry) / 1000,
    givenGrace: entry.grace / 1000,
  }
}

/** Numbers and JSON texts are bytes; the contents of a structure follow other rules. */
function checkKind(entry: StoredEntry | undefined): void {
  if (entry !== undefined && entry.kind !== 'bytes')
    throw new LarderError('wrong-kind', `The entry is a ${entry.kind}; this works on bytes only.`)
}

/** Seconds to milliseconds; null = never. */
function milliseconds(seconds: number | null): number {
  return seconds === null ? Infinity : Math.max(0, seconds * 1000)
}

function distinct(tags: readonly string[] | undefined): readonly string[] {
  return tags === undefined || tags.length === 0 ? noTags : [...new Set(tags)]
}

function anotherVersion(): LarderError {
  return new LarderError('precondition-failed', 'The entry has another version.')
}

function tooLarge(): LarderError {
  return new LarderError('too-large', 'The entry is larger than the limit of the cache.')
}
