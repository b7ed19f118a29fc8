import { expect, it } from 'vitest'
import { jsonDepthExceeds } from '../../src/shared/json-depth'

it.each([
  ['1', 0, false],
  ['[]', 0, true],
  ['[]', 1, false],
  ['[{"a":[]}]', 3, false],
  ['[{"a":[]}]', 2, true],
  ['[],[],[]', 1, false],
  ['["[[[[","\\"[[[[\\\\",{"}":1}]', 2, false],
  ['["\\\\",[[]]]', 2, true],
  ['"[[[', 0, false],
  ['"\\', 0, false],
])('%s deeper than %i: %s', (text, max, expected) => {
  expect(jsonDepthExceeds(new TextEncoder().encode(text), max)).toBe(expected)
})
