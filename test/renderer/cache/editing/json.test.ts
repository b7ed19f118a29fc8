import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOut, layoutChange, readLayout } from '../../../../src/renderer/src/views/cache/entry/json-layout'
import { findJsonMistake } from '../../../../src/renderer/src/views/cache/entry/json-mistake'
import { run, turnsOf } from './run'

const odd = '{"big":12345678901234567890,"n":1.0E+2,"s":"\\u00e9 , : \\"[","big":-0,"e":{},"l":[ ]}'
const oddLines = [
  '{',
  '  "big": 12345678901234567890,',
  '  "n": 1.0E+2,',
  '  "s": "\\u00e9 , : \\"[",',
  '  "big": -0,',
  '  "e": {},',
  '  "l": []',
  '}',
]

describe('mistakes in JSON', () => {
  it.each([
    ['', 1, 1, 'expected a value'],
    ['{"a":1,}', 1, 8, 'expected a name in double quotes'],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, 'expected a comma or }'],
    ['{a:1}', 1, 2, 'expected a name in double quotes or }'],
    ['{"a" 1}', 1, 6, 'expected a colon after the name'],
    ['[1,]', 1, 4, 'expected a value'],
    ['[,1]', 1, 2, 'expected a value or ]'],
    ['[1 2]', 1, 4, 'expected a comma or ]'],
    ['{"é𝄞": tru}', 1, 9, 'expected a value; this is neither a number nor true, false or null'],
    ['[01]', 1, 2, 'expected a value; this is neither a number nor true, false or null'],
    ['{"n":1}}', 1, 8, 'expected nothing after the value'],
    ['["a', 1, 4, 'the closing quote is missing'],
    ['["a\r\nb"]', 1, 4, 'line ends, tabs and other control characters need an escape in a string'],
    ['["\\x"]', 1, 4, 'JSON does not have this escape'],
    ['["\\u12', 1, 7, 'the closing quote is missing'],
    ['\r\n\r\n[1', 3, 3, 'expected a comma or ]'],
    ['\uFEFF{}', 1, 1, 'expected a value; this is neither a number nor true, false or null'],
  ])('are found with line, column and reason: %j', (text, line, column, reason) => {
    expect(run(findJsonMistake(text))).toEqual({ line, column, reason })
  })

  it('are found exactly in what is not JSON, inside the text or at its end', () => {
    const marks = ['{', '}', '[', ']', ',', ':']
    const pieces = fc.constantFrom(...marks, '"a"', '"\\u00e9"', '"\\', '"', '1', '01', 'true', '\n')
    fc.assert(fc.property(fc.array(pieces).map(parts => parts.join('')), (text) => {
      const mistake = run(findJsonMistake(text))
      expect(mistake === undefined).toBe(isJson(text))
      const line = text.split('\n')[(mistake?.line ?? 1) - 1]
      expect(mistake?.column ?? 1).toBeLessThanOrEqual((line ?? '').length + 1)
    }), { numRuns: 2000 })
  })
})

describe('the layout of JSON', () => {
  it.each([
    ['compact', odd.replace('[ ]', '[]')],
    ['spaced', '{"big": 12345678901234567890, "n": 1.0E+2, "s": "\\u00e9 , : \\"[", "big": -0, "e": {}, "l": []}'],
    ['indented', oddLines.join('\n')],
  ] as const)('changes, and digits, escapes and repeated members do not: %s', (style, written) => {
    expect(run(layOut(odd, style, '\n'))).toBe(written)
    expect(run(layOut(oddLines.join('\r\n'), style, '\n'))).toBe(written)
    expect(run(readLayout(written, '\n'))).toEqual({ text: written, style })
  })

  it('is what JSON.stringify writes, for any value', () => {
    fc.assert(fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(undefined, 2, 3, '\t'), (
      value,
      indent,
    ) => {
      const text = JSON.stringify(value, null, indent)
      expect(run(layOut(text, 'indented', '\n'))).toBe(JSON.stringify(value, null, 2))
      expect(run(layOut(text, 'compact', '\n'))).toBe(JSON.stringify(value))
    }))
  })

  it('keeps white space around the whole, and takes the line ends of the value', () => {
    expect(run(layOut(' [1]\n', 'indented', '\n'))).toBe(' [\n  1\n]\n')
    expect(run(layOut('[1]\r\n', 'indented', '\r\n'))).toBe('[\r\n  1\r\n]\r\n')
  })

  it('gives up where indentation would take more than fits', () => {
    const depth = 500_000
    expect(run(layOut('['.repeat(depth) + ']'.repeat(depth), 'indented', '\n'))).toBe(undefined)
  })

  it.each([
    ['nothing', '{"a":1}', '{"a":1}', undefined],
    ['a value, and the layout stayed', '{"a":1}', '{"a":2}', undefined],
    ['formatted', '{"a":1}', '{\n  "a": 1\n}', '{"a":1}'],
    ['formatted and changed', '{"a":1}', '{\n  "a": 2.50\n}', '{"a":2.50}'],
    ['formatted, one line with spaces', '{"a": 1, "b": 2}', '{\n  "a": 1,\n  "b": 3\n}', '{"a": 1, "b": 3}'],
    ['minified', '{\n  "a": 1\n}\n', '{"a":1}\n', '{\n  "a": 1\n}\n'],
    ['formatted, by hand before', '{ "a":1 }', '{\n  "a": 1\n}', '{ "a":1 }'],
    ['formatted and changed, by hand before', '{ "a":1 }', '{\n  "a": 2\n}', null],
    ['changed by hand', '{ "a":1 }', '{ "a":2 }', undefined],
  ])('is compared with the one before: %s', (_, before, now, back) => {
    const change = run(layoutChange(run(readLayout(before, '\n')), now, '\n'))
    expect(change).toEqual(back === undefined ? undefined : { back: back ?? undefined })
  })

  it('comes back byte for byte after formatting', () => {
    const layouts = fc.constantFrom<(value: unknown) => string>(
      JSON.stringify,
      value => JSON.stringify(value, null, 2),
      value => ` ${JSON.stringify(value, null, 3)}\n`,
    )
    fc.assert(fc.property(fc.jsonValue(), layouts, (value, write) => {
      const before = write(value)
      for (const style of ['indented', 'compact'] as const) {
        const now = run(layOut(before, style, '\n')) ?? ''
        const change = run(layoutChange(run(readLayout(before, '\n')), now, '\n'))
        expect(change?.back ?? now).toBe(before)
      }
    }))
  })

  // Red without the `yield` in json-layout.ts.
  it('changes in turns', () => {
    expect(turnsOf(layOut(`[${'1,'.repeat(2 ** 18)}1]`, 'indented', '\n'))).toBeGreaterThanOrEqual(2 ** 19 / 4096 - 1)
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  }
  catch {
    // The judgement of the engine is the expected answer.
    return false
  }
}
