import { expect, it } from 'vitest'
import { jsonExcess } from '../../src/shared/json-limits'

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
  expect(jsonExcess(text, max, 100)).toBe(expected ? 'depth' : undefined)
})

// Red: in src/shared/json-limits.ts do not count commas, or brackets.
it.each([
  ['[]', 1],
  ['[1,1,1]', 3],
  ['{"a":1,"b":[{}]}', 4],
  [JSON.stringify([',,,[', '{\\', '",']), 3],
  ['1,1,', 2],
  ['[[],[', 4],
])('%s has %i elements', (text, elements) => {
  expect([jsonExcess(text, 9, elements), jsonExcess(text, 9, elements - 1)]).toEqual([undefined, 'elements'])
})
