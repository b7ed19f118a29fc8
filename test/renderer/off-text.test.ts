import { expect, it } from 'vitest'
import { callersOf, sinceOf } from '../../src/renderer/src/off-text'

const since = new Date(2026, 0, 2, 23, 4, 5).toISOString()
const labels: Readonly<Record<string, string>> = { k1: 'ci', k2: 'browser' }
const caller = (cache: string | null, keyId: string | null, refused: number) => ({ cache, keyId, refused })

it.each([
  [0, 'Since 23:04:05: no request yet turned away'],
  [1, 'Since 23:04:05: 1 request turned away'],
  [12_345, 'Since 23:04:05: 12,345 requests turned away'],
])('%i refused: %s', (refused, sentence) => {
  expect(sinceOf({ since, refused, callers: [] })).toBe(sentence)
})

it.each([
  [[], ''],
  [[caller('products', 'k1', 14)], 'Still calling: products with the key ci (14)'],
  [
    [caller(null, 'k2', 1234), caller('products', null, 2)],
    'Still calling: writes with the key browser (1,234), products (2)',
  ],
  [
    [caller('a', null, 5), caller('b', null, 4), caller('c', null, 3), caller('d', null, 2)],
    'Still calling: a (5), b (4), c (3), and others',
  ],
])('%j: %s', (callers, sentence) => {
  expect(callersOf({ since, refused: 1, callers }, id => labels[id] ?? id)).toBe(sentence)
})
