import type { CacheInfo } from '@shared/schemas'
import type { Verdict } from '../../live/verdict'
import { urgencyOf } from '../../live/verdict'

/** What the table of caches can be sorted by. */
export const orders = ['look', 'name', 'hits', 'top', 'entries', 'bytes', 'ttl', 'rate'] as const
export interface CacheOrder { by: typeof orders[number], down: boolean }

/** Those that need a look come first. */
export const initialOrder: CacheOrder = { by: 'look', down: false }

/** What is known of a cache, with its requests per second. */
export interface JudgedCache { cache: CacheInfo, verdict: Verdict, rate: number }

/** The names sort as people count: `a2` before `a10`. */
const names = new Intl.Collator('en', { numeric: true })

/**
 * Returns the caches in an order; of equal ones, by name, or as they were given if none
 * needs a look. What a cache has no value for comes last.
 */
export function orderCaches(caches: readonly JudgedCache[], { by, down }: CacheOrder): JudgedCache[] {
  return [...caches].sort((a, b) => {
    const [one, other] = [valueOf(a, by), valueOf(b, by)]
    if (one !== null && other !== null) {
      const difference = typeof one === 'string' || typeof other === 'string'
        ? names.compare(String(one), String(other))
        : one - other
      if (difference !== 0)
        return down ? -difference : difference
    }
    else if (one !== other) {
      return one === null ? 1 : -1
    }
    return by === 'look' ? 0 : names.compare(a.cache.name, b.cache.name)
  })
}

function valueOf({ cache, verdict, rate }: JudgedCache, by: CacheOrder['by']): number | string | null {
  switch (by) {
    case 'look':
      return urgencyOf(verdict)
    case 'name':
      return cache.name
    case 'hits':
      return verdict.state === 'off' ? null : verdict.ratio
    case 'top':
      return verdict.top?.reason ?? null
    case 'entries':
      return cache.entries
    case 'bytes':
      return cache.bytes
    case 'ttl':
      return cache.ttl
    case 'rate':
      return rate
  }
}

/** The order after a click on the head of a column: the other way round the second time. */
export function turnedOrder(order: CacheOrder, by: CacheOrder['by']): CacheOrder {
  if (order.by === by)
    return { by, down: !order.down }
  // Of numbers the large ones are looked for, of ratios and lives the small ones.
  return { by, down: by === 'entries' || by === 'bytes' || by === 'rate' }
}

export function writeOrder({ by, down }: CacheOrder): string {
  return down ? `${by} down` : by
}

/** Reads what `writeOrder` wrote. */
export function readOrder(text: string | null): CacheOrder {
  const [name, direction] = (text ?? '').split(' ')
  const by = orders.find(order => order === name)
  return by === undefined ? initialOrder : { by, down: direction === 'down' }
}

/**
 * The order that is shown: `sorted`, or while somebody aims at a row, `shown` without those that
 * are gone, and with new ones at the end.
 */
export function heldOrder(shown: readonly string[], sorted: readonly string[], held: boolean): readonly string[] {
  if (!held)
    return sorted
  const there = new Set(sorted)
  const left = new Set(shown.filter(name => there.has(name)))
  return [...left, ...sorted.filter(name => !left.has(name))]
}
