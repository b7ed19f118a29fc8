import fc from 'fast-check'
import { expect, it } from 'vitest'
import { plainEntry } from '../../../../src/main/serving/transfer/entry-input'
import { TransferredEntry } from '../../../../src/shared/transfer'
import { parseInput } from '../../../../src/shared/validation'

const odd = fc.constantFrom<unknown>(
  '',
  'a',
  '\uD800',
  '\uDCFF',
  'a/b',
  'a\nb',
  null,
  undefined,
  0,
  -1,
  0.5,
  1,
  300,
  1e300,
  Number.NaN,
  '5m',
  'keep',
  [],
  {},
  { text: 'a' },
  { text: '\uD800' },
  { text: 1 },
  { text: 'a', base64: '' },
  { base64: 'AA==' },
)
const known = ['cache', 'key', 'value', 'contentType', 'ttl', 'givenTtl', 'grace', 'tags', 'flags']
const changes = fc.array(fc.tuple(fc.constantFrom(...known, 'surplus', '__proto__'), odd), { maxLength: 3 })

// Red: in src/main/serving/transfer/entry-input.ts leave out one of the checks of `plainEntry`.
it('what is taken without the schema is what the schema takes, and as it takes it', () => {
  let plain = 0
  const likely = fc.constant({ cache: 'c', key: 'k', value: { text: 'v' }, ttl: 5 })
  fc.assert(fc.property(likely, changes, (base, changes) => {
    const raw = { ...base }
    for (const [field, value] of changes)
      Object.defineProperty(raw, field, { value, enumerable: true, configurable: true, writable: true })
    const taken = plainEntry(raw)
    if (taken === undefined)
      return
    plain++
    expect(parseInput(TransferredEntry, raw)).toEqual(taken)
  }), { numRuns: 3000 })
  expect(plain).toBeGreaterThan(300)
})
