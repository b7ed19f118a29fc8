import { missReasons } from '@shared/miss-reasons'
import { rowOf } from '@shared/rows'
import { formatTtl } from './format'

/** What a header of an answer says, as a sentence; empty if it says nothing of the cache. */
export function explainHeader(name: string, value: string): string {
  return rowOf(headers, name.toLowerCase())?.(value) ?? ''
}

const headers: Readonly<Record<string, (value: string) => string>> = {
  'cache-status': explainStatus,
  'etag': () => 'Names this version of the value. Sent back as If-None-Match, it gets 304 instead of the same value '
    + 'again; as If-Match, it changes the entry only while nobody else has.',
  'larder-ttl': value => `${life(value)}.`,
  'age': value => Number.isNaN(Number(value)) ? '' : `Stored ${formatTtl(Number(value))} ago.`,
}

/** RFC 9211: the name of the cache, then what it did. */
function explainStatus(value: string): string {
  const [cache = '', ...parameters] = value.split(';').map(part => part.trim())
  const of = (name: string): string | null =>
    parameters.find(part => part.startsWith(`${name}=`))?.slice(name.length + 1) ?? null
  const ttl = of('ttl')
  const detail = of('detail')
  const ends = ttl === null ? '' : `; ${inside(life(ttl))}`
  if (parameters.includes('hit'))
    return `${cache} had the value${ends}.`
  if (parameters.includes('stored') || parameters.includes('collapsed'))
    return `${cache} had it not, and loaded it from its source${ends}.`
  if (of('fwd') === null)
    return ''
  const reason = rowOf(missReasons, detail)
  return `${cache} had no fresh value${reason === undefined ? '' : `: ${inside(reason)}`}.`
}

/** A sentence within another one. */
function inside(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}

function life(ttl: string): string {
  const seconds = Number.parseInt(ttl, 10)
  if (Number.isNaN(seconds))
    return 'It has no expiry'
  return seconds < 0 ? `Its TTL ended ${formatTtl(-seconds)} before` : `It stays fresh for ${formatTtl(seconds)}`
}
