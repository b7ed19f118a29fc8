import type { FilteredRequest } from '../../../src/shared/request-filter'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { typedKey } from '../../../src/shared/entry-key'
import { compileFilter, exactTerm, FilterError } from '../../../src/shared/filter'
import { formatTerm } from '../../../src/shared/filter/format'
import { filterLimit } from '../../../src/shared/filter/language'
import { compilePattern } from '../../../src/shared/filter/pattern'
import { requestFilter } from '../../../src/shared/request-filter'
import { recordOf } from '../../helpers/request-record'
import { stringSteps } from '../../helpers/string-steps'
import { anyText, parts, plausible } from './arbitraries'

const request: FilteredRequest = recordOf({
  at: '2026-01-31T23:15:07.250Z',
  status: 404,
  result: 'miss',
  reason: 'expired',
  marks: ['delayed 300 ms', 'stale'],
  duration: 5200,
  responseBytes: 1500,
})
const nobody: FilteredRequest = {
  ...request,
  operation: null,
  cache: null,
  key: null,
  reason: null,
  keyId: null,
  marks: [],
}

function passes(filter: string, subject = request): boolean {
  return compileFilter(filter, requestFilter)(subject)
}

function errorOf(filter: string): { at: string, message: string } {
  try {
    compileFilter(filter, requestFilter)
  }
  catch (error) {
    if (error instanceof FilterError)
      return { at: filter.slice(error.from, error.to), message: error.message }
    throw error
  }
  throw new Error(`${filter} is no error`)
}

describe('a filter', () => {
  // Red: in src/shared/request-filter.ts read the key without a change.
  it('looks for the bytes of a key as people see them', () => {
    const subject = { ...request, key: 'a\uDCFF' }
    for (const filter of ['key:*\\\\xFF', 'key:"a\\\\xFF"', 'xff', exactTerm('key', 'a\\xFF')])
      expect(passes(filter, subject), filter).toBe(true)
  })

  it.each([
    '',
    '  ',
    'result:miss',
    'Result:MISS',
    'result=miss',
    'result:hit,miss',
    '-result:hit',
    'result!=hit,stale',
    'status>=400',
    'status>403 status<405',
    'status<=404',
    'status:404',
    'status=200,404',
    'status!=200',
    'key:user:*',
    'key:*:7',
    'key:us?r:7',
    'key:nothing,user:*',
    'key!=user:8',
    'verb:get',
    'duration>5ms',
    'duration>=5200us',
    'duration<0.01s',
    'duration>5199µs duration<5201μs',
    'size:1.5kB',
    'size>1499 size<1501b',
    'size>1KiB size<2kib',
    'size:0.0015MB',
    'size<1TiB',
    'sent=0',
    'apikey:k1',
    'time>=2026-01-31T23:15:07Z',
    'time>=2026-01-31T23:15Z time<2026-02-01T00:00:00+00:30',
    'time<=2026-01-31T23:15:07.250Z',
    'time:2026-01-31T23:15:07.25Z',
    '-time>2026-01-31T23:15:07.250z',
    'face:plain',
    'face:native,Plain',
    'mark:stale',
    'mark:delayed*',
    'mark:nothing,stale',
    'user',
    'USER:'.toLowerCase().slice(0, 4),
    '"USER:7"',
    '"/v1/"',
    'expired -"nothing like it"',
    'us*7',
    '""',
    'result:miss key:user:* status>=400 -cache:sessions "user"',
  ])('%s lets the request pass', (filter) => {
    expect(passes(filter)).toBe(true)
  })

  it.each([
    'result:hit',
    '-result:miss',
    'result!=miss',
    'status>404',
    'status<404',
    'status!=404',
    'key:user',
    'key:USER:7',
    'key:"user:*"',
    'key:user\\:?7',
    'key:""',
    'duration>6ms',
    'face:native',
    'mark:delayed',
    '-mark:stale',
    'size>1.5kB',
    'sent>0',
    'time>=2026-01-31T23:15:08Z',
    'time<2026-01-31T23:15:07.250Z',
    'time<2026-02-01T00:15:00+01:00',
    'nothing',
    '-user',
    '"get"',
    '-""',
    '-key!=user:7 result:hit',
  ])('%s does not', (filter) => {
    expect(passes(filter)).toBe(false)
  })

  it('what has no such field fits no term about it, and passes the negated one', () => {
    for (const field of ['cache', 'key', 'reason', 'operation', 'mark', 'apikey']) {
      expect(passes(`${field}:*`, nobody)).toBe(false)
      expect(passes(`-${field}:*`, nobody)).toBe(true)
      expect(passes(`${field}!=x`, nobody)).toBe(true)
    }
    expect(passes('user', nobody)).toBe(true)
    expect(passes('default', nobody)).toBe(false)
  })

  it.each([
    ['result:miss nope:1', 'nope', /^There is no field nope\. The fields are: result, reason/],
    ['__proto__:1', '', /./],
    ['constructor:1', 'constructor', /no field constructor/],
    ['toString>1', 'toString', /no field toString/],
    ['result:', 'result:', 'A value is missing after result:'],
    ['key:a,,b', 'key:a,', 'A value is missing after key:'],
    ['result:mis', 'mis', /^result must be one of: hit, stale, miss/],
    ['result:*', '*', /^result must be one of/],
    ['result:__proto__', '__proto__', /^result must be one of/],
    ['status:4*', '4*', 'status must be a whole number, such as 400.'],
    ['status:4\\*', '4\\*', 'status must be a whole number, such as 400.'],
    ['status:1e3', '1e3', /whole number/],
    ['status>=0x10', '0x10', /whole number/],
    ['duration>5', '5', /^duration must be a number with a unit: us, /],
    ['duration>5parsec', '5parsec', /unit/],
    // Red: `units` instead of `parse` in byteShape (request-filter.ts).
    ['size>5constructor', '5constructor', 'size must be a number of bytes, such as 400, 10kB, 1.5MB or 64KiB.'],
    ['sent>kb', 'kb', /^sent must be a number of bytes/],
    ['size>-1', '-1', /^size must be a number of bytes/],
    ['time>=23:15', '23:15', /^time must be a date and a time with their zone, such as 2026-/],
    ['time>=2026-01-31', '2026-01-31', /zone/],
    ['time>=2026-01-31T23:15:07', '2026-01-31T23:15:07', /zone/],
    ['time>=2026-13-31T23:15Z', '2026-13-31T23:15Z', /zone/],
    ['time:2026*', '2026*', /zone/],
    ['time>=now', 'now', /zone/],
    ['status>4,5', '5', 'status> takes one number.'],
    ['cache>a', 'cache>', 'cache is not a number: write cache: instead of cache>'],
    ['a "b c', '"b c', 'This quotation mark is not closed.'],
    ['key:\\', '\\', /^A backslash/],
    ['a - b', '-', /^A minus/],
  ])('%s is wrong at %j', (filter, at, message) => {
    if (filter.startsWith('__proto__'))
      return expect(passes(filter)).toBe(false)
    const error = errorOf(filter)
    expect(error.at).toBe(at)
    expect(error.message).toMatch(message)
  })

  it('of 1,000 characters works, a longer one is refused as such', () => {
    expect(passes(`-${'x'.repeat(filterLimit - 1)}`)).toBe(true)
    expect(errorOf('x'.repeat(10_000)).message).toBe('A filter must be at most 1,000 characters long.')
    expect(errorOf('"'.repeat(10_000)).message).toBe('A filter must be at most 1,000 characters long.')
  })

  it('throws nothing but its own error, with a place inside the text', () => {
    fc.assert(fc.property(fc.oneof(plausible, anyText), (filter) => {
      try {
        expect(typeof compileFilter(filter, requestFilter)(request)).toBe('boolean')
      }
      catch (error) {
        if (!(error instanceof FilterError))
          throw error
        expect(error.from).toBeGreaterThanOrEqual(0)
        expect(error.to).toBeGreaterThanOrEqual(error.from)
        expect(error.to).toBeLessThanOrEqual(filter.length)
        expect(error.message).not.toBe('')
      }
    }), { numRuns: 3000 })
  })

  it('a term made of a value finds that value, whatever is in it', () => {
    fc.assert(fc.property(anyText, (key) => {
      // The spelling that people see: the log shows bytes that are not text in this way.
      const shown = typedKey(key)
      fc.pre(exactTerm('key', shown).length <= filterLimit)
      expect(passes(exactTerm('key', shown), { ...request, key })).toBe(true)
      expect(passes(exactTerm('key', shown), { ...request, key: `${key}x` })).toBe(false)
      expect(passes(exactTerm('key', shown, true), { ...request, key })).toBe(false)
    }), { numRuns: 1000, examples: [['\uDC80'], ['a\uDCFF']] })
  })

  it('the worst pattern over the longest text takes a step for each pair of their characters at most', () => {
    const path = 'a'.repeat(512)
    const filter = `path:${'*a?a?a?b'.repeat(60)}* path:${'*?a'.repeat(100)}*b`
    const test = compileFilter(filter, requestFilter)
    const steps = stringSteps(() => expect(test({ ...request, path })).toBe(false))
    expect(steps).toBeGreaterThan(path.length)
    expect(steps).toBeLessThan(path.length * filter.length)
  })
})

describe('a pattern', () => {
  it('matches as the obvious recursion does', () => {
    const letters = fc.constantFrom('a', 'b', 'é', '🍐', 'A')
    const pattern = fc.array(fc.oneof(letters, fc.constant('*'), fc.constant('?')), { maxLength: 7 })
    fc.assert(fc.property(pattern, fc.array(letters, { maxLength: 8 }), (places, text) => {
      const compiled = places.map(place =>
        place === '*'
          ? { kind: 'run' as const }
          : place === '?' ? { kind: 'one' as const } : { kind: 'text' as const, text: place })
      expect(compilePattern(compiled, false)(text.join(''))).toBe(matchesSlowly(places, text))
      expect(compilePattern(compiled, true)(text.join(''))).toBe(matchesSlowly(
        places.map(p => p.toLowerCase()),
        text.map(t => t.toLowerCase()),
      ))
    }), { numRuns: 5000 })
  })

  it('of anything over anything is an answer', () => {
    fc.assert(fc.property(parts, anyText, fc.boolean(), (pattern, text, ignoreCase) => {
      expect(typeof compilePattern(pattern, ignoreCase)(text)).toBe('boolean')
      expect(compilePattern([{ kind: 'run' }], ignoreCase)(text)).toBe(true)
      expect(compilePattern(pattern.filter(part => part.kind === 'run'), ignoreCase)('')).toBe(true)
    }))
  })

  it('written as a term matches the same', () => {
    fc.assert(fc.property(parts, fc.string({ unit: 'grapheme' }), (pattern, key) => {
      const filter = formatTerm({ negated: false, field: { name: 'key', operator: ':' }, values: [pattern] })
      fc.pre(filter.length <= filterLimit)
      expect(passes(filter, { ...request, key })).toBe(compilePattern(pattern, false)(key))
    }))
  })
})

function matchesSlowly([place, ...places]: readonly string[], text: readonly string[]): boolean {
  if (place === undefined)
    return text.length === 0
  const [first, ...rest] = text
  if (place === '*')
    return matchesSlowly(places, text) || (first !== undefined && matchesSlowly([place, ...places], rest))
  return first !== undefined && (place === '?' || place === first) && matchesSlowly(places, rest)
}
