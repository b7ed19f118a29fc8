import type { Fields } from '../../base/http-caching/fields'
import type { Exchanged } from '../../base/http-caching/freshness'
import { limits } from '@shared/limits'
import { controlOf, secondsOf } from '../../base/http-caching/directives'
import { tokensOf, without } from '../../base/http-caching/fields'
import { initialAgeOf, lifetimeOf, mustRevalidate } from '../../base/http-caching/freshness'

/** How long an answer may be held, in seconds. */
interface Freshness {
  /** 0: it is not to be held. Undefined: the origin does not say. */
  ttl: number | undefined
  /** How long past it the value may be served stale; undefined: the origin does not say. */
  grace: number | undefined
}

/**
 * What RFC 9111 says of a 200 that a shared cache got for a GET, RFC 5861 of serving it stale, and
 * RFC 9213 of the field that is meant for caches like this one. Larder's own credentials count as
 * everybody's (docs/decisions/0058-http-as-a-source.md), so §3.5 of RFC 9111 does not apply. What
 * the origin leaves open the TTL of the cache says, not a guess from Last-Modified.
 */
export function freshnessOf(fields: Fields, times: Exchanged): Freshness {
  const control = controlOf(fields)
  const { directives } = control
  if (directives.has('no-store') || directives.has('private'))
    return { ttl: 0, grace: 0 }
  const grace = mustRevalidate(control) && !directives.has('no-cache')
    ? 0
    : largest(secondsOf(directives, 'stale-while-revalidate'), secondsOf(directives, 'stale-if-error'))
  if (directives.has('no-cache') || tokensOf(fields, 'vary').includes('*'))
    return { ttl: 0, grace }
  const said = without(fields, name => name === 'last-modified')
  const lifetime = lifetimeOf({ status: 200, fields: said }, control, times)
  return {
    ttl: lifetime === undefined ? undefined : Math.min(limits.ttl, Math.max(0, lifetime - initialAgeOf(fields, times))),
    grace,
  }
}

function largest(...numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter(number => number !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}
