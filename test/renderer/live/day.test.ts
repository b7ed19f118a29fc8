import type { History } from '../../../src/shared/history'
import { expect, it } from 'vitest'
import { dayOf } from '../../../src/renderer/src/live/day'

/** Seven minutes; of the third nothing is known. */
const history: History = {
  step: 60,
  first: 1_800_000_000,
  rows: 7,
  hits: [60, 120, null, 0, 60, 30, 90],
  stale: [0, 0, null, 0, 0, 0, 0],
  misses: { absent: [60, 0, null, 0, 0, 6, 0], expired: [0, 0, null, 0, 120, 0, 0] },
  off: [0, 0, null, 0, 0, 0, 60],
  evictions: [0, 0, null, 0, 0, 0, 0],
  p50: [10, 30, null, null, 20, 5, 5],
  p99: [100, 300, null, null, 200, 50, 70],
  bytes: [1, 2, null, 4, 5, 6, 7],
  events: [{ at: 1_800_000_010, kind: 'clear', cache: 'products' }],
}

// Red: in src/renderer/src/live/day.ts leave `/ step` out, or group by another number of rows.
it('makes of whole minutes samples of five, in rates a second', () => {
  expect(dayOf(history)).toEqual({
    samples: [
      { at: 1_800_000_000, hits: 1, misses: 0.75, off: 0, p50: 20, p99: 300, memory: 5 },
      { at: 1_800_000_300, hits: 1, misses: 0.05, off: 0.5, p50: 5, p99: 70, memory: 7 },
    ],
    reasons: { absent: 66, expired: 120 },
    events: history.events,
  })
})

it('knows nothing of a server that has just started', () => {
  expect(dayOf({ ...history, rows: 0, hits: [], misses: {}, off: [], p50: [], p99: [], bytes: [], events: [] }))
    .toEqual({ samples: [], reasons: {}, events: [] })
})
