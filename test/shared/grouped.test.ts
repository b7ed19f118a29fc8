import { expect, it } from 'vitest'
import { grouped } from '../../src/shared/grouped'

it.each([
  [0, '0'],
  [999, '999'],
  [1024, '1,024'],
  [100_000, '100,000'],
  [16_777_216, '16,777,216'],
])('%i is read as %s', (number, text) => {
  expect(grouped(number)).toBe(text)
})
