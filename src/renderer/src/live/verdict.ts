import type { History } from '@shared/history'
import type { MissReason } from '@shared/miss-reasons'
import type { CacheInfo } from '@shared/schemas'
import type { LastMinute } from '@shared/statistics'
import { countMisses, missReasonsWhileOn } from '@shared/miss-reasons'

/** What is wrong with a cache; the first of several is the one to name. */
export type Trouble
  = | { kind: 'misses', ratio: number }
    | { kind: 'evicting', count: number }
    | { kind: 'full', part: number, of: 'entries' | 'bytes' }
    | { kind: 'off', since: string | null, refused: number }

export type CacheState = 'fine' | 'look' | 'off'
export interface Verdict {
  cache: string
  state: CacheState
  troubles: readonly Trouble[]
  /** Of the reads of the last minute; null without reads. */
  ratio: number | null
  /** The reason of most misses of the last minute, with its share of them. */
  top: { reason: MissReason, share: number } | null
}

/** Hits of all reads below which a cache needs a look. */
const leastRatio = 0.5
/** Reads a minute up to which a low ratio means nothing: one a second. */
const fewReads = 60
/** Part of a limit above which it needs a look. */
const nearlyFull = 0.9
/** Seconds without a sign of trouble after which it was over: the rules look at one minute. */
const respite = 60

/** Judges a cache by its last minute. */
export function judge(cache: CacheInfo): Verdict {
  const { name, enabled, lastMinute } = cache
  const troubles = [...missTrouble(lastMinute), ...evictionTrouble(lastMinute), ...limitTrouble(cache)]
  const judged = { cache: name, ratio: ratioOf(lastMinute), top: topMiss(lastMinute) }
  if (enabled)
    return { ...judged, state: troubles.length > 0 ? 'look' : 'fine', troubles }
  // What its reads were like while it was on is over.
  return {
    ...judged,
    state: 'off',
    troubles: [{ kind: 'off', since: cache.off?.since ?? null, refused: cache.off?.refused ?? 0 }],
  }
}

/** Whether the memory of all caches together needs a look. */
export function isCrowded({ bytes, budget }: { bytes: number, budget: number }): boolean {
  return budget > 0 && bytes > nearlyFull * budget
}

const order: readonly Trouble['kind'][] = ['misses', 'evicting', 'full', 'off']

/** Those that need a look, the most urgent first; of those that miss, the one with fewest hits. */
export function troubledOf(verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.filter(({ troubles }) => troubles.length > 0).sort((a, b) => rankOf(a) - rankOf(b))
}

/** The smaller, the more urgent; those that are fine come last. */
export function rankOf({ troubles: [first] }: Verdict): number {
  if (first === undefined)
    return order.length
  return order.indexOf(first.kind) + (first.kind === 'misses' ? first.ratio : 0)
}

/**
 * When the trouble began, in seconds since 1970, as far as the history reaches; null if it tells of
 * none. `rows` of the history are looked at together. `open`: it was there in the oldest rows, so
 * it may have begun earlier.
 */
export function beginningOf(
  kind: 'misses' | 'evicting',
  history: History,
  rows: number,
): { at: number, open: boolean } | null {
  let at: number | null = null
  let quiet = 0
  let end = history.rows
  for (; end > 0; end -= rows) {
    const from = Math.max(0, end - rows)
    const sign = signOf(kind, history, from, end)
    if (sign === 'well' || sign === 'unknown')
      break
    quiet = sign === 'trouble' ? 0 : quiet + (end - from) * history.step
    if (quiet > respite)
      break
    if (sign === 'trouble')
      at = history.first + from * history.step
  }
  return at === null ? null : { at, open: end <= 0 }
}

function signOf(
  kind: 'misses' | 'evicting',
  { hits, misses, evictions }: History,
  from: number,
  to: number,
): 'trouble' | 'quiet' | 'well' | 'unknown' {
  const sum = (column: readonly (number | null)[]): number =>
    column.slice(from, to).reduce<number>((so, count) => so + (count ?? 0), 0)
  if (hits.slice(from, to).every(count => count === null))
    return 'unknown'
  if (kind === 'evicting')
    return sum(evictions) > 0 ? 'trouble' : 'quiet'
  const found = sum(hits)
  const reads = found + Object.values(misses).reduce((so, column) => so + sum(column), 0)
  if (reads === 0)
    return 'quiet'
  return found / reads < leastRatio ? 'trouble' : 'well'
}

function ratioOf({ hits, misses }: LastMinute): number | null {
  const reads = hits + countMisses(misses)
  return reads === 0 ? null : hits / reads
}

function topMiss({ misses }: LastMinute): Verdict['top'] {
  const all = countMisses(misses)
  if (all === 0)
    return null
  const reason = missReasonsWhileOn.reduce((most, other) => misses[other] > misses[most] ? other : most)
  return { reason, share: misses[reason] / all }
}

function missTrouble(minute: LastMinute): Trouble[] {
  const ratio = ratioOf(minute)
  return ratio !== null && ratio < leastRatio && minute.hits + countMisses(minute.misses) > fewReads
    ? [{ kind: 'misses', ratio }]
    : []
}

function evictionTrouble({ evictions }: LastMinute): Trouble[] {
  return evictions > 0 ? [{ kind: 'evicting', count: evictions }] : []
}

function limitTrouble({ entries, bytes, maxEntries, maxBytes }: CacheInfo): Trouble[] {
  const parts = [
    { of: 'entries', part: maxEntries === null ? 0 : entries / maxEntries },
    { of: 'bytes', part: maxBytes === null ? 0 : bytes / maxBytes },
  ] as const
  const [fuller] = [...parts].sort((a, b) => b.part - a.part)
  return fuller && fuller.part > nearlyFull ? [{ kind: 'full', ...fuller }] : []
}
