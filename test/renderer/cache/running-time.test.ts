import { expect, it } from 'vitest'
import { runningTime, timeLeft } from '../../../src/renderer/src/views/cache/running-time'

it.each([
  [-1, '0:00', '0:00'],
  [0, '0:00', '0:00'],
  [0.2, '0:00', '0:01'],
  [59.5, '0:59', '1:00'],
  [203, '3:23', '3:23'],
  [600, '10:00', '10:00'],
  [3599.9, '59:59', '1:00:00'],
  [3909, '1:05:09', '1:05:09'],
  [86_399, '23:59:59', '23:59:59'],
  [86_400, '1 d 0 h', '1 d 0 h'],
  [3 * 86_400 + 5 * 3600, '3 d 5 h', '3 d 5 h'],
])('%d seconds', (seconds, run, left) => {
  expect([runningTime(seconds), timeLeft(seconds)]).toEqual([run, left])
})
