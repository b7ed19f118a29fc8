import type { Evictions } from './schemas'
import { counted, grouped } from './grouped'

/** `about 3,120 entries`. */
export function evictedEntries({ evicted, exact }: Evictions): string {
  return `${exact ? '' : 'about '}${counted(evicted, 'entry', 'entries')}`
}

/**
 * What a change evicts, as a sentence: `3,120 of 5,000 entries of products will be evicted.`
 *
 * @param cache the name of the cache; null for all caches of the server
 */
export function evictionSentence({ evicted, of, exact }: Evictions, cache: string | null): string {
  const where = cache === null ? 'in all caches' : `of ${cache}`
  return `${exact ? '' : 'About '}${grouped(evicted)} of ${counted(of, 'entry', 'entries')} ${where} will be evicted.`
}
