import type { Trouble } from '../../../src/renderer/src/live/verdict'
import type { History } from '../../../src/shared/history'
import type { MissReason } from '../../../src/shared/miss-reasons'
import type { CacheInfo } from '../../../src/shared/schemas'
import { describe, expect, it } from 'vitest'
import { beginningOf, isCrowded, judge, troubledOf } from '../../../src/renderer/src/live/verdict'
import { cacheInfo } from '../cache-info'

type Minute = Partial<Omit<CacheInfo['lastMinute'], 'misses'>> & { misses?: Partial<Record<MissReason, number>> }

function cacheWith({ misses, ...minute }: Minute = {}, change: Partial<CacheInfo> = {}): CacheInfo {
  const { lastMinute, ...cache } = cacheInfo()
  return { ...cache, lastMinute: { ...lastMinute, ...minute, misses: { ...lastMinute.misses, ...misses } }, ...change }
}
const off = { since: '2026-01-05T12:00:00.000Z', refused: 23, callers: [] }

// Red: in src/renderer/src/live/verdict.ts change one of the limits, or the order of the rules.
describe('the verdict on a cache', () => {
  it.each<[string, CacheInfo, 'fine' | 'look' | 'off', Trouble[]]>([
    ['nothing was read', cacheWith(), 'fine', []],
    ['every other read hits', cacheWith({ hits: 50, misses: { expired: 50 } }), 'fine', []],
    ['fewer hit', cacheWith({ hits: 49, misses: { expired: 51 } }), 'look', [{ kind: 'misses', ratio: 0.49 }]],
    ['fewer hit, of one read a second', cacheWith({ misses: { absent: 60 } }), 'fine', []],
    ['none hits, of more', cacheWith({ misses: { absent: 61 } }), 'look', [{ kind: 'misses', ratio: 0 }]],
    ['a switch turned the reads away', cacheWith({ hits: 1, misses: { disabled: 500 } }), 'fine', []],
    ['an entry was evicted', cacheWith({ evictions: 1 }), 'look', [{ kind: 'evicting', count: 1 }]],
    ['it is at its limits', cacheWith({}, { entries: 9, maxEntries: 9, bytes: 99, maxBytes: 99 }), 'fine', []],
    ['it is off', cacheWith({ misses: { absent: 500 } }, { enabled: false, off }), 'off', [
      { kind: 'off', since: off.since, refused: 23 },
    ]],
    ['it was just switched off here', cacheWith({}, { enabled: false }), 'off', [
      { kind: 'off', since: null, refused: 0 },
    ]],
    ['all at once', cacheWith({ misses: { absent: 500 }, evictions: 3 }, { entries: 1, maxEntries: 1 }), 'look', [
      { kind: 'misses', ratio: 0 },
      { kind: 'evicting', count: 3 },
    ]],
  ])('%s', (_, cache, state, troubles) => {
    expect(judge(cache)).toMatchObject({ cache: cache.name, state, troubles })
  })

  it('names the reason of most misses, without reads that a switch turned away', () => {
    const cache = cacheWith({ hits: 1, misses: { absent: 3, expired: 5, evicted: 2, disabled: 90 } })
    expect(judge(cache)).toMatchObject({ ratio: 1 / 11, top: { reason: 'expired', share: 0.5 } })
    expect(judge(cacheWith())).toMatchObject({ ratio: null, top: null })
  })

  it('puts the most urgent first', () => {
    const verdicts = [
      judge(cacheWith({}, { name: 'fine' })),
      judge(cacheWith({}, { name: 'off', enabled: false })),
      judge(cacheWith({ evictions: 1 }, { name: 'evicting' })),
      judge(cacheWith({ hits: 40, misses: { absent: 60 } }, { name: 'poor' })),
      judge(cacheWith({ hits: 1, misses: { absent: 99 } }, { name: 'poorest' })),
    ]
    expect(troubledOf(verdicts).map(({ cache }) => cache)).toEqual(['poorest', 'poor', 'evicting', 'off'])
  })

  it.each([[0, 0, false], [90, 100, false], [91, 100, true]])('%i of %i bytes of memory: %s', (bytes, budget, told) => {
    expect(isCrowded({ bytes, budget })).toBe(told)
  })
})

/** Ten minutes or more, a row each: hits and misses, null where nothing was measured. */
function minutes(rows: readonly (readonly [hits: number, misses: number, evictions?: number] | null)[]): History {
  const column = (index: 0 | 1 | 2): (number | null)[] => rows.map(row => row === null ? null : row[index] ?? 0)
  return {
    step: 60,
    first: 6000,
    rows: rows.length,
    hits: column(0),
    stale: [],
    misses: { absent: column(1) },
    off: [],
    evictions: column(2),
    p50: [],
    p99: [],
    bytes: [],
    events: [],
  }
}
const [good, poor, silent] = [[90, 10], [10, 90], [0, 0]] as const

// Red: in `beginningOf` count from the last row in place of the first one.
describe('the beginning of a trouble', () => {
  it.each<['misses' | 'evicting', ReturnType<typeof minutes>, ReturnType<typeof beginningOf>]>([
    ['misses', minutes([]), null],
    ['misses', minutes([good, good]), null],
    ['misses', minutes([good, poor, poor]), { at: 6060, open: false }],
    ['misses', minutes([poor, good, poor]), { at: 6120, open: false }],
    ['misses', minutes([poor, silent, poor]), { at: 6120, open: false }],
    ['misses', minutes([poor, null, poor]), { at: 6120, open: false }],
    ['misses', minutes([poor, poor]), { at: 6000, open: true }],
    ['evicting', minutes([good, [90, 10, 1], [90, 10, 4]]), { at: 6060, open: false }],
    ['evicting', minutes([[90, 10, 1], good]), null],
  ])('%s in %o', (kind, history, beginning) => expect(beginningOf(kind, history)).toEqual(beginning))

  it('looks at a minute of seconds', () => {
    // 100 s of hits, then misses: after 31 of them, fewer than half of a minute's reads hit.
    const history = {
      ...minutes(Array.from({ length: 200 }, (_, second) => second < 100 ? [2, 0] : [0, 2])),
      step: 1,
      first: 1000,
    }
    expect(beginningOf('misses', history)).toEqual({ at: 1130, open: false })
  })
})
