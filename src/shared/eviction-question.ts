import type { Evictions } from './schemas'
import { grouped } from './grouped'

const entries = (count: number): string => count === 1 ? 'entry' : 'entries'

/** `about 3,120 entries`. */
export function evictedEntries({ evicted, exact }: Evictions): string {
  return `${exact ? '' : 'about '}${grouped(evicted)} ${entries(evicted)}`
}

/**
 * What a change evicts, as a sentence: `3,120 of 5,000 entries of products will be evicted.`
 *
 * @param cache the name of the cache; null for all caches of the server
 */
export function evictionSentence({ evicted, of, exact }: Evictions, cache: string | null): string {
  const where = cache === null ? 'in all caches' : `of ${cache}`
  return `${exact ? '' : 'About '}${grouped(evicted)} of ${grouped(of)} ${entries(of)} ${where} will be evicted.`
}
