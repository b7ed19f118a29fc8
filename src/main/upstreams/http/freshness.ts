import type { IncomingHttpHeaders } from 'node:http'
import { limits } from '@shared/limits'
import CachePolicy from 'http-cache-semantics'

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
 * everybody's (docs/decisions/0058-http-as-a-source.md), so §3.5 of RFC 9111 does not apply.
 */
export function freshnessOf(headers: IncomingHttpHeaders): Freshness {
  const targeted = headers['cdn-cache-control']
  // Names of directives know no case (§5.2), of which the library has the lower one alone.
  const control = (typeof targeted === 'string' ? targeted : headers['cache-control'] ?? '').toLowerCase()
  // What is targeted replaces both other fields (RFC 9213 §2.1).
  const { expires: _, pragma: __, ...others } = headers
  const meant: IncomingHttpHeaders = {
    ...targeted === undefined ? headers : others,
    // The library asks again at once for it, which §5.2.2.8 wants only of what is stale.
    'cache-control': control.replaceAll('proxy-revalidate', 'must-revalidate'),
  }
  const policy = new CachePolicy(
    { method: 'GET', url: '/', headers: {} },
    { status: 200, headers: meant },
    { shared: true, cacheHeuristic: 0 },
  )
  if (!policy.storable())
    return { ttl: 0, grace: 0 }
  const isSaid = meant.expires !== undefined || meant.vary === '*'
    || ['no-cache', 'max-age', 's-maxage', 'immutable'].some(name => directive(control, name))
  const mustAsk = ['must-revalidate', 'proxy-revalidate', 's-maxage'].some(name => directive(control, name))
  return {
    ttl: isSaid ? Math.min(limits.ttl, Math.max(0, policy.maxAge() - policy.age())) : undefined,
    grace: mustAsk ? 0 : largest(secondsOf(control, 'stale-while-revalidate'), secondsOf(control, 'stale-if-error')),
  }
}

function directive(control: string, name: string): boolean {
  return new RegExp(`(?:^|,)\\s*${name}(?:=|\\s*(?:,|$))`).test(control)
}

function secondsOf(control: string, name: string): number | undefined {
  const [, digits] = new RegExp(`(?:^|,)\\s*${name}="?(\\d+)`).exec(control) ?? []
  return digits === undefined ? undefined : Math.min(limits.ttl, Number(digits))
}

function largest(...numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter(number => number !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}
