import { expect, it } from 'vitest'
import { linearAxis, logAxis } from '../../../src/renderer/src/components/axis'

it.each<[number[], number]>([
  [[], 1],
  [[0, 0.3], 1],
  [[1.2], 2],
  [[3, 4.9], 5],
  [[5.1], 10],
  [[12, 140], 200],
  [[Number.POSITIVE_INFINITY], 1],
])('an axis for %j ends at %s', (values, high) => {
  expect(linearAxis(values)).toEqual({ low: 0, high, marks: [0, high / 2, high] })
})
it('an axis may end where it is told', () =>
  expect(linearAxis([7], 256)).toEqual({ low: 0, high: 256, marks: [0, 128, 256] }))
it.each<[number[], number[]]>([
  [[], [10, 100, 1000]],
  [[0, -1], [10, 100, 1000]],
  [[50], [10, 100, 1000]],
  [[9, 12_345], [1, 10, 100, 1000, 10_000, 100_000]],
])('a logarithmic axis for %j has the marks %j', (values, marks) => {
  const axis = logAxis(values)
  expect(axis.marks).toEqual(marks)
  expect([axis.low, axis.high]).toEqual([marks[0], marks.at(-1)])
})
