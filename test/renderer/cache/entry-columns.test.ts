import { expect, it } from 'vitest'
import { valueKindOf } from '../../../src/renderer/src/views/cache/entries/kind'
import { shareAfter, toShare } from '../../../src/renderer/src/views/cache/entries/share'

it.each([
  ['application/json', 'json'],
  ['application/problem+json; charset=utf-8', 'json'],
  ['text/plain; charset=utf-8', 'text'],
  ['TEXT/CSV', 'text'],
  ['application/xml', 'text'],
  ['application/atom+xml', 'text'],
  ['image/svg+xml', 'picture'],
  ['image/png', 'picture'],
  ['application/octet-stream', 'bytes'],
  ['application/vnd.ms-excel', 'bytes'],
  ['', 'bytes'],
])('%s is %s', (contentType, kind) => {
  expect(valueKindOf(contentType)).toBe(kind)
})

it.each([
  [58.4, 58],
  [0, 30],
  [100, 75],
  [Number.NaN, 58],
  [Number.POSITIVE_INFINITY, 58],
])('a share of %d leaves room for both sides', (value, share) => {
  expect(toShare(value)).toBe(share)
})

it.each([
  ['ArrowLeft', 58, 56],
  ['ArrowRight', 58, 60],
  ['ArrowLeft', 30, 30],
  ['ArrowRight', 75, 75],
  ['Home', 58, 30],
  ['End', 58, 75],
  ['Enter', 58, undefined],
  ['toString', 58, undefined],
])('%s leads from %d to %s', (key, from, to) => {
  expect(shareAfter(key, from)).toBe(to)
})
