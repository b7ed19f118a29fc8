import type { Directives } from '../base/http-caching/directives'
import type { Fields } from '../base/http-caching/fields'
import type { HeldAnswer } from './answer-shelf'
import { readDirectives, secondsOf } from '../base/http-caching/directives'
import { fieldValues, tokensOf, wholeField } from '../base/http-caching/fields'
import { lifetimeOf, mustRevalidate } from '../base/http-caching/freshness'
import { staleTimesOf } from '../base/http-caching/storing'

/** What the sender of a request says about its answer (RFC 9111 §5.2.1). */
export function wishesOf(request: Fields): Directives {
  const text = wholeField(request, 'cache-control')
  // HTTP/1.0's no-cache, where nothing else is said (§5.4).
  return readDirectives(text ?? (tokensOf(request, 'pragma').includes('no-cache') ? 'no-cache' : undefined))
}

/**
 * What becomes of an answer that is held: `fresh` is served; `stale` is served though it is over,
 * because its reader takes that; `refresh` is served while it is asked for anew; `validate` is not
 * served before the origin has been asked.
 */
type Use = 'fresh' | 'stale' | 'refresh' | 'validate'

/** Whether nothing has ever allowed to serve it without asking: it has a validator, and no more. */
function mustAsk({ control, message }: HeldAnswer): boolean {
  return mustRevalidate(control) || lifetimeOf(message, control, { requested: 0, received: 0 }) === undefined
}

/** RFC 9111 §4.2, and §3 of RFC 5861. */
export function useOf(held: HeldAnswer, wishes: Directives): Use {
  const { age, ttl, control } = held
  const left = ttl ?? Infinity
  if (wishes.has('no-cache') || age > (secondsOf(wishes, 'max-age') ?? Infinity))
    return 'validate'
  if (left < (secondsOf(wishes, 'min-fresh') ?? -Infinity))
    return 'validate'
  if (left > 0)
    return 'fresh'
  if (mustAsk(held))
    return 'validate'
  const mostStale = wishes.get('max-stale') === true ? Infinity : secondsOf(wishes, 'max-stale')
  if (mostStale !== undefined && -left <= mostStale)
    return 'stale'
  return -left <= staleTimesOf(control, 0).revalidating ? 'refresh' : 'validate'
}

/**
 * Whether it may be served because the origin fails (RFC 5861 §4).
 *
 * @param grace seconds, for an origin that says nothing of this
 */
export function isServedOnFailure(held: HeldAnswer, grace: number): boolean {
  return !mustAsk(held) && -(held.ttl ?? Infinity) <= staleTimesOf(held.control, grace).failing
}

/** Statuses that say that the origin fails (RFC 5861 §4). */
export const failingStatuses: ReadonlySet<number> = new Set([500, 502, 503, 504])

/** Methods that change nothing (RFC 9110 §9.2.1); TRACE is not sent on. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/**
 * The targets that a change concerns besides its own, on the same origin (RFC 9111 §4.4).
 *
 * @param origins what the origin may be called, as `scheme://host`
 */
export function namedTargets(target: string, answer: Fields, origins: readonly string[]): string[] {
  const base = new URL(`${origins[0]}${target}`)
  return ['location', 'content-location'].flatMap((name) => {
    const [value] = fieldValues(answer, name)
    if (value === undefined || !URL.canParse(value, base.href))
      return []
    const { origin, pathname, search } = new URL(value, base)
    return origins.includes(origin) ? [`${pathname}${search}`] : []
  })
}
