import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { compileGlob } from '../../../src/main/cache/glob'
import { limits } from '../../../src/shared/limits'

// Red: in src/main/cache/glob.ts create a mask for every character that occurs, as an automaton
// with a cache does.
it('takes no more work for a key of many different characters than for one of few', () => {
  const keys = process.env.LARDER_HARD ? 100_000 : 200
  const matches = compileGlob(`*${'?'.repeat(160)}${'[a-z]'.repeat(90)}`)
  let made = 0
  vi.stubGlobal('Int32Array', class extends Int32Array {
    constructor(length: number) {
      super(length)
      made++
    }
  })
  for (let index = 0; index < keys; index++) {
    expect(matches(String.fromCharCode(...Array.from({ length: 340 }, (_, at) =>
      0x400 + (index * 7 + at) % 5000)))).toBe(false)
  }
  vi.unstubAllGlobals()
  expect(made).toBe(0)
})

// Red: in src/main/cache/glob.ts leave `to + 1` out of the bounds, or `!negated` out of `setBit`.
it('tells every character of a bracket from every other, whatever its ranges', () => {
  const point = fc.oneof(fc.integer({ min: 0x20, max: 0x180 }), fc.integer({ min: 0x1F5F0, max: 0x1F610 }))
  fc.assert(fc.property(fc.array(
    fc.tuple(point, point),
    { minLength: 1, maxLength: 20 },
  ), fc.boolean(), fc.array(point, { maxLength: 60 }), (
    pairs,
    negated,
    points,
  ) => {
    const ranges = pairs.map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
    const text = (point: number): string => `\\${String.fromCodePoint(point)}`
    const matches = compileGlob(
      `x[${negated ? '!' : ''}${ranges.map(([from, to]) => `${text(from)}-${text(to)}`).join('')}]?`,
    )
    for (const point of [...points, ...pairs.flat()]) {
      expect(matches(`x${String.fromCodePoint(point)}y`)).toBe(
        ranges.some(([from, to]) => point >= from && point <= to) !== negated,
      )
    }
  }))
})

// Red: in src/main/cache/glob.ts leave `points[at] === '^'` out.
it.each([
  ['[!e]', 'a', true],
  ['[!e]', 'e', false],
  ['[^e]', 'a', true],
  ['[^e]', 'e', false],
  ['[^e]', '^', true],
  ['[\\^e]', '^', true],
  ['[\\^e]', 'a', false],
  ['[e^]', '^', true],
  ['[^]', '^', null],
])('%s on %s: %s', (glob, key, matches) => {
  if (matches === null)
    expect(() => compileGlob(glob)).toThrow(expect.objectContaining({ code: 'invalid-input' }))
  else
    expect(compileGlob(glob)(key)).toBe(matches)
})

// Red: in src/main/cache/glob.ts leave out the check of `limits.globParts`.
it.each(['?', '[a]', '[a-z]'])('bounds the parts of a pattern: %s', (part) => {
  const most = Math.min(limits.globParts, Math.floor(limits.entryKey / part.length))
  expect(compileGlob(part.repeat(most))('a'.repeat(most))).toBe(true)
  expect(() => compileGlob(`${part}*`.repeat(limits.globParts + 1))).toThrow(expect.objectContaining({
    code: 'invalid-input',
    errors: [{ field: 'glob', message: expect.any(String) }],
  }))
})
