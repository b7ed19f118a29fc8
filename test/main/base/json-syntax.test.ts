import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isJson } from '../../../src/main/base/json-syntax'
import { limits } from '../../../src/shared/limits'

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  }
  catch {
    // The model's answer for invalid text.
    return false
  }
}

it('agrees with JSON.parse about what JSON is made of, in any order', () => {
  const parts = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '"\\u00e4"',
    '"\\u00g0"',
    '"\\x"',
    '\\',
    'true',
    'false',
    'nul',
    'null',
    '0',
    '-',
    '01',
    '1.',
    '1.5',
    '.5',
    '1e',
    '1e+3',
    '1E9',
    ' ',
    '\n',
    '\t',
    '\f',
    '"\n"',
    'ü',
    '"ü😀"',
  ]
  fc.assert(fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 12 }), (chosen) => {
    const text = chosen.join('')
    expect(isJson(Buffer.from(text)), text).toBe(parses(text))
  }), { numRuns: 5000 })
})

// Red: in base/json-syntax.ts accept a value after a comma in an object without its name.
it('takes whatever JSON.stringify makes, and nothing of it cut or changed', () => {
  fc.assert(fc.property(fc.json(), fc.nat(), fc.constantFrom(...'{}[],:"\\0x '), (text, place, put) => {
    expect(isJson(Buffer.from(text))).toBe(true)
    const at = place % (text.length + 1)
    for (const changed of [
      text.slice(0, at),
      text.slice(0, at) + put + text.slice(at),
      text.slice(0, at) + put + text.slice(at + 1),
    ])
      expect(isJson(Buffer.from(changed)), changed).toBe(parses(changed))
  }), { numRuns: 2000 })
})

it('bounds the nesting', () => {
  const nested = (depth: number): Buffer => Buffer.from('['.repeat(depth) + ']'.repeat(depth))
  expect([isJson(nested(limits.jsonDepth)), isJson(nested(limits.jsonDepth + 1))]).toEqual([true, false])
})
