import type { CacheInfo } from '@shared/schemas'
import { countMisses } from '@shared/miss-reasons'
import { formatCount, formatEntries } from '../../format'

/** Tells what a ratio is made of. */
export function minuteText({ hits, misses }: Pick<CacheInfo['lastMinute'], 'hits' | 'misses'>): string {
  const missed = countMisses(misses)
  return hits + missed === 0
    ? 'Not read in the last minute'
    : `${formatCount(hits)} hits, ${formatCount(missed)} misses in the last minute`
}

/** What it means that persisted entries are coming back after a start. */
export function restoringText({ entries }: Pick<CacheInfo, 'entries'>): string {
  return `Restoring after the start: ${formatEntries(entries)} so far. Calls for one key find every entry already.`
}

export function ttlText({ ttl, sliding }: Pick<CacheInfo, 'ttl' | 'sliding'>): string {
  if (ttl === null)
    return 'Entries stay until they are deleted or evicted'
  return `${formatCount(ttl)} seconds after ${sliding ? 'the last hit' : 'the entry is stored'}`
}
