import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHistogram } from '../../../src/main/base/histogram'
import { createDepartures } from '../../../src/main/cache/departures'
import { compileGlob } from '../../../src/main/cache/glob'
import { mergePatch } from '../../../src/main/cache/merge-patch'
import { stringSteps } from '../../helpers/string-steps'

describe('glob', () => {
  it.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'any\nthing', true],
    ['a*c', 'abbbc', true],
    ['a*c', 'ac', true],
    ['a*c', 'acb', false],
    ['**a**', 'bab', true],
    ['?', '\u{1F600}', true],
    ['?', '', false],
    ['[a-c]?', 'bz', true],
    ['[!a-c]', 'b', false],
    ['[!a-c]', 'd', true],
    ['[a-]', '-', true],
    ['[\\]x]', ']', true],
    ['[é-ü]', 'ö', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['a]', 'a]', true],
    ['user:*:[0-9]', 'user:x:y:7', true],
    [`${'?'.repeat(40)}*z`, `${'x'.repeat(50)}z`, true],
    [`${'?'.repeat(40)}*z`, `${'x'.repeat(39)}z`, false],
    ['x'.repeat(32), 'x'.repeat(32), true],
    ['x'.repeat(32), 'x'.repeat(31), false],
  ])('%j on %j → %s', (glob, key, expected) => expect(compileGlob(glob)(key)).toBe(expected))

  it.each([
    '[',
    '[]',
    '[!]',
    '[a',
    '[a-',
    '[z-a]',
    '\\',
    'a[\\',
    'x'.repeat(257),
    `[${'ab'.repeat(129)}]`,
    'x'.repeat(1025),
  ])('refuses %j', glob =>
    expect(() => compileGlob(glob)).toThrow(expect.objectContaining({
      code: 'invalid-input',
      errors: [{ field: 'glob', message: expect.any(String) }],
    })))

  it('agrees with a regular expression', () => {
    const token = fc.constantFrom('a', 'b', '?', '*', '[ab]', '[!a]')
    const asPattern: Record<string, string> = { '?': '.', '*': '.*', '[!a]': '[^a]' }
    fc.assert(fc.property(fc.array(token, { maxLength: 45 }), fc.string({
      unit: fc.constantFrom('a', 'b', 'c'),
      maxLength: 50,
    }), (
      tokens,
      key,
    ) => {
      // Runs of stars are folded only for the regular expression, which would try them all.
      const folded = tokens.filter((part, index) => part !== '*' || tokens[index - 1] !== '*')
      fc.pre(folded.filter(part => part === '*').length <= 5)
      expect(compileGlob(tokens.join(''))(key)).toBe(new RegExp(
        `^${folded.map(part => asPattern[part] ?? part).join('')}$`,
        's',
      ).test(key))
    }))
  })

  it('looks once at each character, whatever the pattern', () => {
    const matches = compileGlob(`${'*a'.repeat(255)}b`)
    expect(stringSteps(() => expect(matches('a'.repeat(1024))).toBe(false))).toBe(1024)
  })
})

describe('merge patch', () => {
  // The cases of RFC 7396, appendix A.
  it.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
    // Numbers keep their text.
    [
      '{"a":1.10,"n":12345678901234567890,"z":-0,"e":1e400}',
      '{"b":2.0}',
      '{"a":1.10,"n":12345678901234567890,"z":-0,"e":1e400,"b":2.0}',
    ],
    ['{"a":1.0}', '{"a":{"b":3.00}}', '{"a":{"b":3.00}}'],
    ['{"rawJSON":"x"}', '{"rawJSON":"y"}', '{"rawJSON":"y"}'],
    ['{"__proto__":{"a":1}}', '{"__proto__":{"b":2},"toJSON":3}', '{"__proto__":{"a":1,"b":2},"toJSON":3}'],
    ['{"__proto__":{"a":1}}', '{"__proto__":null}', '{}'],
    ['{"a":1}', '{"constructor":{"prototype":null}}', '{"a":1,"constructor":{}}'],
  ])('%s + %s = %s', (value, patch, result) =>
    expect(mergePatch(Buffer.from(value), Buffer.from(patch)).toString()).toBe(result))

  const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
  it.each([
    ['value', 'text', '{}', 'not-json'],
    ['value', '', '{}', 'not-json'],
    ['value', deep(513), '{}', 'not-json'],
    ['value', '[[[', '{}', 'not-json'],
    ['patch', '{}', '{"a":01}', 'malformed-json'],
    ['patch', '{}', '', 'malformed-json'],
    ['patch', '{}', deep(100_000), 'malformed-json'],
    ['patch', '{}', '\uFEFF{}', 'malformed-json'],
  ])('refuses the %s: %.20s + %.20s → %s', (_, value, patch, code) =>
    expect(() => mergePatch(Buffer.from(value), Buffer.from(patch))).toThrow(expect.objectContaining({ code })))

  it('refuses bytes that are not UTF-8, and takes the deepest that is allowed', () => {
    expect(() =>
      mergePatch(
        Buffer.from('{}'),
        Buffer.from([0x22, 0xFF, 0x22]),
      )).toThrow(expect.objectContaining({ code: 'malformed-json' }))
    expect(mergePatch(Buffer.from('{}'), Buffer.from(deep(512))).toString()).toBe(deep(512))
  })
})

describe('departures', () => {
  it('remembers the last reason, within its capacity', () => {
    const departures = createDepartures(64)
    expect(departures.reasonOf('a')).toBe('absent')
    departures.record('a', 'evicted')
    departures.record('a', 'deleted')
    expect(departures.reasonOf('a')).toBe('invalidated')
    for (let index = 0; index < 10_000; index++)
      departures.record(`k${index}`, 'expired')
    expect(departures.reasonOf('a')).toBe('absent')
    const remembered = Array.from({ length: 10_000 }, (_, index) => departures.reasonOf(`k${index}`))
      .filter(reason => reason === 'expired')
    expect(remembered).toHaveLength(64)
  })

  it('does not take one key for another', () => {
    const departures = createDepartures()
    for (let index = 0; index < 100_000; index++)
      departures.record(`there${index}`, 'flushed')
    const wrong = Array.from({ length: 100_000 }, (_, index) => departures.reasonOf(`other${index}`))
      .filter(reason => reason !== 'absent')
    expect(wrong).toEqual([])
  })
})

describe('histogram', () => {
  it('is within 2 % from 2 µs to 60 s', () => {
    fc.assert(fc.property(fc.double({ min: 2, max: 60e6, noNaN: true }), (microseconds) => {
      const histogram = createHistogram()
      histogram.record(microseconds)
      histogram.record(60e6)
      expect(Math.abs(histogram.percentiles().p50 - microseconds)).toBeLessThanOrEqual(microseconds * 0.02)
    }))
  })

  it('ranks, and leaves out what is no duration', () => {
    const histogram = createHistogram()
    expect(histogram.percentiles()).toEqual({ count: 0, p50: 0, p90: 0, p99: 0, max: 0 })
    for (const odd of [Number.NaN, -1, Number.NEGATIVE_INFINITY])
      histogram.record(odd)
    for (let index = 1; index <= 1000; index++)
      histogram.record(index)
    const { count, p50, p90, p99, max } = histogram.percentiles()
    expect([count, max]).toEqual([1000, 1000])
    for (const [found, exact] of [[p50, 500], [p90, 900], [p99, 990]] as const)
      expect(Math.abs(found - exact) / exact).toBeLessThan(0.02)
    histogram.record(1e12)
    expect(histogram.percentiles().max).toBe(1e12)
  })
})
