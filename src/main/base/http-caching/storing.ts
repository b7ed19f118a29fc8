import type { NotStored } from '@shared/not-stored'
import type { CacheControl } from './directives'
import type { Fields } from './fields'
import type { AnswerHead, Exchanged } from './freshness'
import { controlOf, readDirectives, secondsOf } from './directives'
import { fieldValues, tokensOf, wholeField } from './fields'
import { initialAgeOf, lifetimeOf, mustRevalidate } from './freshness'

/** How an answer may be held, in seconds. */
interface Holding {
  /** How long it is still fresh; 0 = it is to be validated each time. */
  ttl: number
  /** How old it was when it came. */
  age: number
  control: CacheControl
}

/** Statuses whose meaning for a cache is known here. */
const understood: ReadonlySet<number> = new Set([
  ...[200, 203, 204, 300, 301, 302, 303, 307, 308],
  ...[400, 401, 403, 404, 405, 410, 414, 451, 500, 501, 502, 503, 504],
])

/**
 * Whether a shared cache may hold an answer to GET (RFC 9111 §3), and for how long; or why not.
 *
 * @param request header fields of the request
 * @param publicly whether credentials count as everybody's
 */
export function holdingOf(
  request: Fields,
  answer: AnswerHead,
  times: Exchanged,
  publicly = false,
): Holding | NotStored {
  const { status, fields } = answer
  const control = controlOf(fields)
  const { directives } = control
  if (status === 206 || status === 304 || status < 200)
    return 'partial'
  if (readDirectives(wholeField(request, 'cache-control')).has('no-store'))
    return 'request no-store'
  if (directives.has('must-understand') && !understood.has(status))
    return 'understood'
  if (directives.has('no-store') && !directives.has('must-understand'))
    return 'no-store'
  if (directives.has('private'))
    return 'private'
  if (!publicly && fieldValues(request, 'authorization').length > 0
    && !['public', 's-maxage', 'must-revalidate'].some(name => directives.has(name))) {
    return 'authorization'
  }
  if (tokensOf(fields, 'vary').includes('*'))
    return 'vary'
  const lifetime = lifetimeOf(answer, control, times)
  if (lifetime === undefined && !isValidated(answer))
    return 'freshness'
  if (fieldValues(fields, 'set-cookie').length > 0 && !isExplicit(fields, control))
    return 'set-cookie'
  const age = initialAgeOf(fields, times)
  const isAsked = directives.has('no-cache')
    || (!control.targeted && isPragmatic(fields))
  return { ttl: isAsked ? 0 : Math.max(0, (lifetime ?? 0) - age), age, control }
}

/** Whether the origin itself says for how long, so that no cookie is everybody's by a guess. */
function isExplicit(fields: Fields, { directives }: CacheControl): boolean {
  return ['max-age', 's-maxage'].some(name => directives.has(name)) || fieldValues(fields, 'expires').length > 0
}

/** Without a lifetime, a validator makes it worth holding; errors are not. */
function isValidated({ status, fields }: AnswerHead): boolean {
  return status === 200 && ['etag', 'last-modified'].some(name => fieldValues(fields, name).length > 0)
}

/** HTTP/1.0's no-cache, where no Cache-Control says more (RFC 9111 §5.4). */
function isPragmatic(fields: Fields): boolean {
  return fieldValues(fields, 'cache-control').length === 0 && tokensOf(fields, 'pragma').includes('no-cache')
}

/** How long past its freshness an answer may be served, in seconds (RFC 5861). */
export interface StaleTimes {
  /** While it is asked for anew. */
  revalidating: number
  /** When the origin fails. */
  failing: number
}

/** @param grace seconds for an origin that says nothing */
export function staleTimesOf(control: CacheControl, grace: number): StaleTimes {
  if (mustRevalidate(control))
    return { revalidating: 0, failing: 0 }
  return {
    revalidating: secondsOf(control.directives, 'stale-while-revalidate') ?? 0,
    failing: secondsOf(control.directives, 'stale-if-error') ?? grace,
  }
}
