import { expect, it } from 'vitest'
import { freshnessOf } from '../../../src/main/upstreams/http/freshness'

const now = Date.now()
const at = (seconds: number): string => new Date(now + seconds * 1000).toUTCString()

// Red: in src/main/upstreams/http/freshness.ts leave `mustRevalidate` or the last-modified out.
it.each<[rule: string, headers: Readonly<Record<string, string>>, ttl: number | undefined, grace: number | undefined]>([
  ['nothing is said', {}, undefined, undefined],
  ['RFC 9111 §5.2.2.1', { 'cache-control': 'max-age=60' }, 60, undefined],
  ['§5.2.2.10 above max-age', { 'cache-control': 'max-age=60, s-maxage=90' }, 90, 0],
  ['§5.2.2.5', { 'cache-control': 'no-store, max-age=60' }, 0, 0],
  ['§5.2.2.7', { 'cache-control': 'private, max-age=60' }, 0, 0],
  ['§5.2.2.4', { 'cache-control': 'no-cache' }, 0, undefined],
  ['§5.2.2.2', { 'cache-control': 'max-age=60, must-revalidate' }, 60, 0],
  ['§5.2.2.8', { 'cache-control': 'max-age=60,proxy-revalidate' }, 60, 0],
  ['§5.1: age counts', { 'cache-control': 'max-age=60', 'age': '50' }, 10, undefined],
  ['too old already', { 'cache-control': 'max-age=60', 'age': '70' }, 0, undefined],
  ['§5.3', { date: at(0), expires: at(120) }, 120, undefined],
  ['§5.3: max-age first', { 'date': at(0), 'expires': at(120), 'cache-control': 'max-age=5' }, 5, undefined],
  ['§5.3: what is no date is over', { expires: '0' }, 0, undefined],
  ['§4.1', { 'cache-control': 'max-age=60', 'vary': '*' }, 0, undefined],
  ['§4.1: requests are always the same', { 'cache-control': 'max-age=60', 'vary': 'Accept' }, 60, undefined],
  ['§3.5: our own credentials', { 'cache-control': 'max-age=60' }, 60, undefined],
  ['upper case, quotes and spaces', { 'cache-control': ' foo , MAX-AGE="60" ' }, 60, undefined],
  ['spaces around what divides', { 'cache-control': 'max-age = 60, x' }, 60, undefined],
  ['what cannot be read', { 'cache-control': 'max-age=soon' }, 0, undefined],
  ['§4.2.2 is no guess here', { 'last-modified': at(-10_000) }, undefined, undefined],
  ['longer than any TTL', { 'cache-control': 'max-age=99999999999, stale-if-error=9e9' }, 2 ** 31, 0],
  ['for ever', { 'cache-control': 'max-age=9, stale-if-error=99999999999' }, 9, 2 ** 31],
  ['RFC 5861', { 'cache-control': 'max-age=60, stale-while-revalidate=30' }, 60, 30],
  ['RFC 5861, both', { 'cache-control': 'max-age=60, stale-while-revalidate=30, stale-if-error=300' }, 60, 300],
  ['RFC 5861 after must-revalidate', { 'cache-control': 'max-age=6, stale-if-error=30, must-revalidate' }, 6, 0],
  ['RFC 9213 §2.1', { 'cdn-cache-control': 'max-age=9', 'cache-control': 'no-store', 'expires': '0' }, 9, undefined],
  ['RFC 9213, the other way round', { 'cdn-cache-control': 'no-store', 'cache-control': 'max-age=60' }, 0, 0],
])('%s', (_, headers, ttl, grace) => {
  const found = freshnessOf(Object.entries({ date: at(0), ...headers }).flat(), { requested: now, received: now })
  expect([found.ttl === undefined ? undefined : Math.ceil(found.ttl), found.grace]).toEqual([ttl, grace])
})
