import { expect, it } from 'vitest'
import { linearAxis, logAxis, stack, timeMarks, withoutZeros } from '../../../src/renderer/src/components/axis'

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

it.each([
  ['15 minutes', 1000, 1900, [1200, 1500, 1800]],
  ['one minute', 1000, 1060, [1005, 1020, 1035, 1050]],
  ['both ends', 900, 960, [900, 915, 930, 945, 960]],
  ['nothing', 1001, 1001, []],
  ['a day', 1_800_000_000, 1_800_000_000 + 86_400, [0, 1, 2, 3, 4, 5, 6].map(i => 1_800_000_000 + i * 14_400)],
])('marks round times of %s', (_, from, to, marks) => expect(timeMarks(from, to)).toEqual(marks))

it.each([
  ['nothing', [], []],
  ['one', [[1, null]], [[1, null]]],
  ['three', [[1, 2, null], [10, null, 30], [100, 200, 300]], [[1, 2, null], [11, null, null], [111, null, null]]],
])('stacks %s', (_, lines, sums) => expect(stack(lines)).toEqual(sums))

it.each([
  ['10.0 ms', '10 ms'],
  ['2.50 s', '2.5 s'],
  ['1.00 MB', '1 MB'],
  ['100 µs', '100 µs'],
  ['1,000', '1,000'],
  ['0.50', '0.5'],
])('the mark %s says %s', (text, short) => expect(withoutZeros(text)).toBe(short))
