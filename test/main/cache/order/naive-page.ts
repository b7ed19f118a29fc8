import type { Clock } from '../../../../src/main/base/clock'
import type { Page, PageQuery } from '../../../../src/main/cache/ports'
import type { StoredEntry } from '../../../../src/main/cache/store'
import { Buffer } from 'node:buffer'
import { keyBytes } from '../../../helpers/key-bytes'

/** A folder (value 0) or an entry, with the data that determines the place of its row. */
interface NaiveRow { isEntry: boolean, value: number, name: string, count: number }
export interface NaivePage {
  total: number
  rows: number
  folders: Page['folders']
  keys: string[]
  more: boolean
  last: NaiveRow | undefined
}

/** Globs of the tests with their regular expressions. */
export const globs: Record<string, RegExp> = { '*a*': /a/u, '?:*': /^.:/su, '*[!b]': /[^b]$/u, '*2': /2$/ }

/** Filters of the tests with the same in plain code; some are about time. */
export const filters: Record<string, (entry: StoredEntry, now: number) => boolean> = {
  'A': ({ key }) => key.includes('a'),
  '-a': ({ key }) => !key.includes('a'),
  'a* size>0': ({ key, size }) => key.startsWith('a') && size > 0,
  'tag:x hits:0 b': ({ key, tags, hits }) => tags.includes('x') && hits === 0 && key.includes('b'),
  'tag!=x hits>=1': ({ tags, hits }) => !tags.includes('x') && hits >= 1,
  'tag:x,constructor -size=7': ({ tags, size }) => tags.length > 0 && size !== 7,
  'ttl<0.006': ({ freshUntil }, now) => freshUntil - now < 6,
  '-ttl>=0.02 size:0': ({ freshUntil, size }, now) => freshUntil - now < 20 && size === 0,
  'ttl:none': ({ freshUntil }) => freshUntil === Infinity,
  'state:stale': ({ freshUntil }, now) => now >= freshUntil,
  'age>0.003 age<=0.012': ({ storedAt }, now) => now - storedAt > 3 && now - storedAt <= 12,
  'age>=0.002 ttl>0.001 a': ({ key, storedAt, freshUntil }, now) =>
    now - storedAt >= 2 && freshUntil - now > 1 && key.includes('a'),
}

function timeOf({ skew }: StoredEntry, clock: Clock): number {
  return Math.max(clock.wall(), clock.monotonic() + skew)
}

function begins(key: string, prefix: string): boolean {
  return keyBytes(prefix).equals(keyBytes(key).subarray(0, keyBytes(prefix).length))
}

/** Returns the characters of the key that the prefix covers, including a half-covered one. */
function headOf(key: string, prefix: string): string {
  const characters = Array.from(key)
  const counts = characters.map((_, index) => keyBytes(characters.slice(0, index).join('')).length)
  return characters.filter((_, index) => (counts[index] as number) < keyBytes(prefix).length).join('')
}

/**
 * Computes the result of a query with arrays only; `after` is the last row of the previous page.
 */
export function naivePage(
  entries: readonly StoredEntry[],
  clock: Clock,
  query: PageQuery,
  after?: NaiveRow,
): NaivePage {
  const { filter, delimiter, sort, order } = query
  const alive = entries.filter(entry =>
    clock.wall() < entry.graceUntil && clock.monotonic() < entry.graceUntil - entry.skew)
  const chosen = alive.filter((entry) => {
    const { key, tags } = entry
    if (filter === undefined)
      return true
    return 'prefix' in filter
      ? begins(key, filter.prefix)
      : 'tag' in filter
        ? tags.includes(filter.tag)
        : 'filter' in filter ? filters[filter.filter]?.(entry, timeOf(entry, clock)) : globs[filter.glob]?.test(key)
  })
  const prefix = filter && 'prefix' in filter ? filter.prefix : ''
  const rows: NaiveRow[] = []
  for (const entry of chosen) {
    const head = headOf(entry.key, prefix)
    const rest = entry.key.slice(head.length)
    const value = { key: 0, size: entry.size, ttl: entry.freshUntil, hits: entry.hits, age: -entry.storedAt }[sort]
    if (delimiter === undefined || !rest.includes(delimiter)) {
      rows.push({ isEntry: true, value, name: entry.key, count: 1 })
      continue
    }
    const name = head + rest.split(delimiter, 1)[0] + delimiter
    const folder = rows.find(row => !row.isEntry && row.name === name)
    if (folder)
      folder.count++
    else
      rows.push({ isEntry: false, value: 0, name, count: 1 })
  }

  function compare(a: NaiveRow, b: NaiveRow): number {
    if (a.isEntry !== b.isEntry)
      return a.isEntry ? 1 : -1
    const ascending = a.value === b.value
      ? Buffer.compare(keyBytes(a.name), keyBytes(b.name))
      : a.value < b.value ? -1 : 1
    return order === 'desc' && (a.isEntry || sort === 'key') ? -ascending : ascending
  }
  rows.sort(compare)
  const start = query.offset ?? (after === undefined ? 0 : rows.filter(row => compare(row, after) <= 0).length)
  const shown = rows.slice(start, start + query.limit)
  return {
    total: chosen.length,
    rows: rows.length,
    folders: shown.filter(row => !row.isEntry).map(({ name, count }) => ({ prefix: name, entries: count })),
    keys: shown.filter(row => row.isEntry).map(row => row.name),
    more: shown.length > 0 && start + shown.length < rows.length,
    last: shown.at(-1),
  }
}
