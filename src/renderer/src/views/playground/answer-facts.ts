import type { RawAnswer } from '../../api/raw-request'
import type { Sent } from './sent'
import { missReasons } from '@shared/miss-reasons'
import { rowOf } from '@shared/rows'
import { formatTtl } from '../../format'

/** How the request ended, for the mark before the words; null if the answer does not say. */
export type AnswerOutcome = 'hit' | 'stale' | 'miss' | 'stored' | 'gone' | 'off'

interface AnswerFacts {
  outcome: AnswerOutcome | null
  /** In the order in which they are read: the outcome, what is left of the life, the ETag. */
  words: readonly string[]
}

/** What answers the question that a cache is asked: they come before all other headers. */
const first = ['cache-status', 'larder-ttl', 'etag']

/** Tells from Cache-Status (RFC 9211), Larder-TTL and ETag what the answer means. */
export function factsOf({ method }: Pick<Sent, 'method'>, answer: Pick<RawAnswer, 'status' | 'headers'>): AnswerFacts {
  const header = (name: string): string => answer.headers.find(([other]) => other.toLowerCase() === name)?.[1] ?? ''
  const [outcome, word] = outcomeOf(method, answer.status, header('cache-status'))
  const etag = header('etag')
  const words = [word, lifeOf(header('larder-ttl')), etag && `ETag ${etag}`]
  return { outcome, words: words.filter(text => text !== '') }
}

/** The headers with those first that `factsOf` reads. */
export function inReadingOrder(headers: RawAnswer['headers']): RawAnswer['headers'] {
  const placeOf = (name: string): number => (first.indexOf(name.toLowerCase()) + first.length + 1) % (first.length + 1)
  return headers.toSorted(([a], [b]) => placeOf(a) - placeOf(b))
}

function outcomeOf(method: string, status: number, cacheStatus: string): [AnswerOutcome | null, string] {
  const [, ...parameters] = cacheStatus.split(';').map(part => part.trim())
  const detail = parameters.find(part => part.startsWith('detail='))?.slice('detail='.length) ?? null
  if (parameters.includes('hit'))
    return detail === 'stale' ? ['stale', 'Stale hit'] : ['hit', 'Hit']
  if (detail === 'disabled')
    return ['off', 'Caching is off']
  if (parameters.includes('fwd=miss')) {
    const reason = rowOf(missReasons, detail)
    return ['miss', reason === undefined ? 'Miss' : `Miss: ${reason[0]?.toLowerCase()}${reason.slice(1)}`]
  }
  if (method === 'PUT' && (status === 201 || status === 204))
    return ['stored', status === 201 ? 'Stored' : 'Replaced']
  if (method === 'DELETE' && status === 204)
    return ['gone', 'Deleted']
  return method === 'DELETE' && status === 404 ? ['miss', 'Nothing to delete'] : [null, '']
}

function lifeOf(ttl: string): string {
  if (ttl === 'none')
    return formatTtl(null)
  const seconds = Number.parseInt(ttl, 10)
  if (Number.isNaN(seconds))
    return ''
  return seconds < 0 ? `stale for ${formatTtl(-seconds)}` : `${formatTtl(seconds)} left`
}
