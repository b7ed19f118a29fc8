import type { Verdict } from '../../../src/renderer/src/live/verdict'
import { expect, it } from 'vitest'
import { announce, explain } from '../../../src/renderer/src/views/overview/verdict-line'

const now = new Date(2026, 0, 5, 12, 30).getTime()
const poor: Verdict = {
  cache: 'search.results',
  state: 'look',
  troubles: [{ kind: 'misses', ratio: 0.01 }, { kind: 'evicting', count: 1 }],
  ratio: 0.01,
  top: { reason: 'expired', share: 0.62 },
}
const evicting: Verdict = { ...poor, cache: 'thumbnails', troubles: [{ kind: 'evicting', count: 12 }] }

it('says what is wrong first, why, and since when', () => {
  const since = new Date(2026, 0, 5, 12, 5).getTime() / 1000
  expect(explain(poor, since, now)).toEqual({ words: '1% hits', why: 'mostly expired (62%), since 12:05' })
  expect(explain(evicting, null, now)).toEqual({ words: 'evicting', why: '12 in the last minute' })
})

// Red: in src/renderer/src/views/overview/verdict-line.ts announce the figures, or do not sort.
it('announces the same while only figures and the order change', () => {
  const text = 'Need a look: search.results (few hits), thumbnails (evicting)'
  expect(announce([poor, evicting], false)).toBe(text)
  expect(announce([evicting, { ...poor, troubles: [{ kind: 'misses', ratio: 0.3 }] }], false)).toBe(text)
  expect(announce([], true)).toBe('Need a look: memory (nearly full)')
  expect(announce([], false)).toBe('')
})
