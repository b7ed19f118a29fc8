import type { History } from '@shared/history'
import type { MissReason } from '@shared/miss-reasons'
import type { CacheInfo } from '@shared/schemas'
import type { LastMinute } from '@shared/statistics'
import { countMisses, missReasonsWhileOn } from '@shared/miss-reasons'

/** What is wrong with a cache; the first of several is the one to name. */
export type Trouble
  = | { kind: 'misses', ratio: number }
    | { kind: 'evicting', count: number }
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
/** Part of the budget above which it needs a look. A cache at its own limit does as it was told. */
const nearlyFull = 0.9
/** Judges a cache by its last minute. */
export function judge(cache: CacheInfo): Verdict {
  const { name, enabled, lastMinute } = cache
  const troubles = [...missTrouble(lastMinute), ...evictionTrouble(lastMinute)]
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

const order: readonly Trouble['kind'][] = ['misses', 'evicting', 'off']

/** Those that need a look, the most urgent first; of those that miss, the one with fewest hits. */
export function troubledOf(verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.filter(({ troubles }) => troubles.length > 0).sort((a, b) => urgencyOf(a) - urgencyOf(b))
}

/** The smaller, the more urgent; those that are fine come last. */
export function urgencyOf({ troubles: [first] }: Verdict): number {
  if (first === undefined)
    return order.length
  return order.indexOf(first.kind) + (first.kind === 'misses' ? first.ratio : 0)
}

/**
 * When the rule began to hold, in seconds since 1970, as far as the history reaches; null if it
 * does not hold at the end of it. `open`: it held from the beginning, so it may be older.
 */
export function beginningOf(kind: 'misses' | 'evicting', history: History): { at: number, open: boolean } | null {
  const { step, first, rows, hits, misses, evictions } = history
  const minute = Math.max(1, 60 / step)
  const found = runningSums(rows, [hits])
  const missed = runningSums(rows, Object.values(misses))
  const evicted = runningSums(rows, [evictions])
  const within = (sums: readonly number[], end: number): number =>
    (sums[end] ?? 0) - (sums[Math.max(0, end - minute)] ?? 0)
  const holds = (end: number): boolean => kind === 'evicting'
    ? within(evicted, end) > 0
    : isLow(within(found, end), within(missed, end))
  let end = rows
  while (end > 0 && holds(end))
    end--
  return end === rows ? null : { at: first + end * step, open: end < minute }
}

/** At each index, the sum of the columns' rows before it. */
function runningSums(rows: number, columns: readonly (readonly (number | null)[])[]): number[] {
  const sums = [0]
  for (let row = 0; row < rows; row++)
    sums.push(columns.reduce((sum, column) => sum + (column[row] ?? 0), sums[row] ?? 0))
  return sums
}

/** Whether a minute's reads found too little. */
function isLow(found: number, missed: number): boolean {
  return found + missed > fewReads && found / (found + missed) < leastRatio
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
  return ratio !== null && isLow(minute.hits, countMisses(minute.misses)) ? [{ kind: 'misses', ratio }] : []
}

function evictionTrouble({ evictions }: LastMinute): Trouble[] {
  return evictions > 0 ? [{ kind: 'evicting', count: evictions }] : []
}
