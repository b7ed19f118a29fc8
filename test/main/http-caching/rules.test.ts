import { expect, it } from 'vitest'
import { readDate } from '../../../src/main/base/http-caching/dates'
import { controlOf, readDirectives } from '../../../src/main/base/http-caching/directives'
import { endToEnd, fieldValues, wholeField } from '../../../src/main/base/http-caching/fields'
import { initialAgeOf, lifetimeOf } from '../../../src/main/base/http-caching/freshness'
import { holdingOf, staleTimesOf } from '../../../src/main/base/http-caching/storing'

const now = Date.UTC(2026, 10, 30, 12)
const times = { requested: now - 2000, received: now }
const at = (seconds: number): string => new Date(now + seconds * 1000).toUTCString()

it('fields know no case, and keep their order', () => {
  const fields = ['Age', '1', 'X', 'a', 'AGE', '2', 'Connection', 'X, close', 'Keep-Alive', '5']
  expect(fieldValues(fields, 'age')).toEqual(['1', '2'])
  expect([wholeField(fields, 'age'), wholeField(fields, 'none')]).toEqual(['1, 2', undefined])
  expect(endToEnd(fields)).toEqual(['Age', '1', 'AGE', '2'])
})

// Red: in src/main/base/http-caching/directives.ts leave `toLowerCase` or the quotes out.
it.each<[text: string, expected: Record<string, string | true>]>([
  ['', {}],
  ['no-store', { 'no-store': true }],
  ['MAX-AGE=1, Private', { 'max-age': '1', 'private': true }],
  ['private="a, b", max-age="5"', { 'private': 'a, b', 'max-age': '5' }],
  ['max-age=1, max-age=2', { 'max-age': '1' }],
  [', ,x', { x: true }],
  ['a="\\"b"', { a: '"b' }],
  ['__proto__=1', JSON.parse('{"__proto__":"1"}')],
])('reads the directives of %s', (text, expected) => {
  expect([...readDirectives(text)]).toEqual(Object.entries(expected))
})

// Red: in src/main/base/http-caching/directives.ts take a dictionary that is none.
it.each([
  ['max-age=5', ['max-age', '5']],
  ['max-age=5;a=1, no-store', ['max-age', '5', 'no-store', true]],
  ['private=?1', ['private', true]],
  ['max-age="5"', []],
  ['max-age=5, &&', null],
  ['MAX-AGE=5', null],
  ['max-age = 5', null],
  ['max-age=5,', null],
])('takes CDN-Cache-Control: %s only if it is one', (text, expected) => {
  const { directives, targeted } = controlOf(['CDN-Cache-Control', text, 'Cache-Control', 'other'])
  expect(targeted).toBe(expected !== null && expected.length > 0)
  expect([...directives].flat()).toEqual(expected === null || expected.length === 0 ? ['other', true] : expected)
})

it.each([
  ['Mon, 30 Nov 2026 12:00:00 GMT', now],
  ['Monday, 30-Nov-26 12:00:00 GMT', now],
  ['Mon Nov 30 12:00:00 2026', now],
  ['mon, 30 nov 2026 12:00:00 gmt', now],
  ['Thursday, 01-Jan-70 00:00:00 GMT', 0],
  ['0', undefined],
  ['', undefined],
  ['2026-11-30T12:00:00Z', undefined],
  ['Mon, 30 Nov 2026 12:00:00 CET', undefined],
  ['Mon, 30 Nov 2026 25:00:00 GMT', undefined],
  ['Mon, 30 Foo 2026 12:00:00 GMT', undefined],
])('reads the date %s', (text, expected) => {
  expect(readDate(text)).toBe(expected)
})

// Red: in src/main/base/http-caching/freshness.ts leave out what the row is about.
it.each<[rule: string, fields: string[], lifetime: number | undefined, age: number]>([
  ['nothing', ['Date', at(0)], undefined, 2],
  ['§4.2.1 s-maxage', ['Date', at(0), 'Cache-Control', 'max-age=1, s-maxage=2'], 2, 2],
  ['§5.2.2.1', ['Date', at(0), 'Cache-Control', 'max-age=9'], 9, 2],
  ['§5.3', ['Date', at(-10), 'Expires', at(50)], 60, 10],
  ['§5.3 no date', ['Date', at(0), 'Expires', '0'], 0, 2],
  ['§4.2.2', ['Date', at(0), 'Last-Modified', at(-1000)], 100, 2],
  ['§4.2.2, at most a day', ['Date', at(0), 'Last-Modified', at(-1e8)], 86_400, 2],
  ['§4.2.3 Age', ['Date', at(0), 'Age', '30', 'Cache-Control', 'max-age=60'], 60, 32],
  ['§4.2.3 apparent age', ['Date', at(-90), 'Age', '30', 'Cache-Control', 'max-age=60'], 60, 90],
  ['§5.1 the first Age', ['Age', '7, 0', 'Age', '9', 'Cache-Control', 'max-age=60'], 60, 9],
  ['§5.1 no number', ['Age', '-7', 'Cache-Control', 'max-age=60'], 60, 2],
  ['RFC 9213 §2.1', ['Expires', at(50), 'CDN-Cache-Control', 'no-cache'], undefined, 2],
])('knows how long an answer is fresh, and how old it is: %s', (_, fields, lifetime, age) => {
  expect(lifetimeOf({ status: 200, fields }, controlOf(fields), times)).toBe(lifetime)
  expect(initialAgeOf(fields, times)).toBe(age)
})

it.each<[status: number, fields: string[], expected: unknown]>([
  [206, ['Cache-Control', 'max-age=9'], 'partial'],
  [304, ['Cache-Control', 'max-age=9'], 'partial'],
  [200, [], 'freshness'],
  [201, ['Last-Modified', at(-1000)], 'freshness'],
  [200, ['ETag', '"a"'], { ttl: 0 }],
  [500, ['ETag', '"a"'], 'freshness'],
  [200, ['Cache-Control', 'no-cache', 'ETag', '"a"'], { ttl: 0 }],
  [200, ['Pragma', 'no-cache', 'Expires', at(60)], { ttl: 0 }],
  [200, ['Cache-Control', 'max-age=60, must-understand, no-store'], { ttl: 58 }],
  [299, ['Cache-Control', 'max-age=60, must-understand, no-store'], 'understood'],
  [200, ['Cache-Control', 'max-age=60', 'Vary', 'a, *'], 'vary'],
])('holds %i with %o, or says why not', (status, fields, expected) => {
  const holding = holdingOf([], { status, fields }, times)
  expect(holding).toEqual(typeof expected === 'string' ? expected : expect.objectContaining(expected as object))
})

it.each<[control: string, revalidating: number, failing: number]>([
  ['max-age=1', 0, 7],
  ['stale-while-revalidate=5', 5, 7],
  ['stale-if-error=0', 0, 0],
  ['stale-while-revalidate=5, stale-if-error=9, must-revalidate', 0, 0],
  ['s-maxage=5, stale-if-error=9', 0, 0],
])('knows for how long an answer may be served stale: %s', (control, revalidating, failing) => {
  expect(staleTimesOf(controlOf(['Cache-Control', control]), 7)).toEqual({ revalidating, failing })
})
