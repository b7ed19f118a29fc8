import type { Trouble } from '../../../src/renderer/src/live/verdict'
import { describe, expect, it } from 'vitest'
import { formatElapsed, formatPart, whyOf, wordsOf } from '../../../src/renderer/src/live/verdict-text'

describe('parts and times', () => {
  it.each([
    [0, '0%'],
    [0.001, '<1%'],
    [0.014, '1%'],
    [0.5, '50%'],
    [0.996, '>99%'],
    [1, '100%'],
  ])('%f of a whole is %s', (part, text) => expect(formatPart(part)).toBe(text))

  it.each([
    [-1, '0:00'],
    [6.9, '0:06'],
    [750, '12:30'],
    [10_929, '3:02:09'],
    [183_730, '2 d 03:02'],
  ])('%f s are %s', (seconds, text) => expect(formatElapsed(seconds)).toBe(text))
})

// Red: in src/renderer/src/live/verdict-text.ts leave the reason out.
it.each<[Trouble, string, string]>([
  [{ kind: 'misses', ratio: 0.014 }, '1% hits', 'mostly expired (62%)'],
  [{ kind: 'evicting', count: 1200 }, 'evicting', '1,200 in the last minute'],
  [{ kind: 'off', since: '2026-01-05T12:00:00.000Z', refused: 23 }, 'off 0:06', '23 × 503'],
  [{ kind: 'off', since: null, refused: 0 }, 'off', '0 × 503'],
])('%o is %s, %s', (trouble, words, why) => {
  expect(wordsOf(trouble, Date.parse('2026-01-05T12:00:06.000Z'))).toBe(words)
  expect(whyOf({ top: { reason: 'expired', share: 0.62 } }, trouble)).toBe(why)
})
