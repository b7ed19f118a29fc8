import type { RequestRecord } from '../../../src/shared/schemas'
import { expect, it } from 'vitest'
import { foldMoments, keyFilter, newestFirst } from '../../../src/renderer/src/views/cache/entry/key-log'
import { compileRequestFilter } from '../../../src/shared/request-filter'

function record(id: number, result: string, rest: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id,
    at: new Date(1000 * id).toISOString(),
    face: 'native',
    from: 'app',
    method: 'GET',
    path: '/',
    operation: 'entries.get',
    cache: 'products',
    key: 'k',
    status: 200,
    result,
    reason: null,
    detail: null,
    marks: [],
    ttl: null,
    duration: 1,
    requestBytes: 0,
    responseBytes: 0,
    keyId: null,
    ...rest,
  }
}

// Red: in key-log.ts let `areAlike` compare the results alone, or leave out `touched` of `isWrite`.
it.each<[name: string, records: RequestRecord[], folded: [string, number][]]>([
  ['nothing', [], []],
  ['hits in a row, whoever read', [record(3, 'hit', { keyId: 'a' }), record(2, 'hit')], [['hit', 2]]],
  [
    'hits around a write',
    [record(3, 'hit'), record(2, 'stored'), record(1, 'hit')],
    [['hit', 1], ['stored', 1], ['hit', 1]],
  ],
  [
    'writes of two',
    [record(2, 'stored', { keyId: 'a' }), record(1, 'stored', { keyId: 'b' })],
    [['stored', 1], ['stored', 1]],
  ],
  [
    'touches of two',
    [record(2, 'touched', { keyId: 'a' }), record(1, 'touched', { keyId: 'b' })],
    [['touched', 1], ['touched', 1]],
  ],
  ['writes of one', [record(2, 'stored', { keyId: 'a' }), record(1, 'stored', { keyId: 'a' })], [['stored', 2]]],
  [
    'misses for two reasons',
    [record(2, 'miss', { reason: 'expired' }), record(1, 'miss', { reason: 'absent' })],
    [['miss', 1], ['miss', 1]],
  ],
])('folds %s', (_, records, folded) => {
  expect(foldMoments(records).map(({ record: { result }, count }) => [result, count])).toEqual(folded)
  expect(foldMoments(records)[0]?.record).toBe(records[0])
})

// Red: in `newestFirst` know records by their id alone.
it('joins what was read with what came meanwhile, each once, also across a restart', () => {
  const restarted = record(1, 'hit', { at: new Date(9000).toISOString() })
  const joined = newestFirst([record(1, 'hit'), record(2, 'miss')], [record(2, 'miss'), record(3, 'hit'), restarted], 4)
  expect(joined.map(({ id, at }) => [id, Date.parse(at)])).toEqual([[1, 9000], [3, 3000], [2, 2000], [1, 1000]])
  expect(newestFirst(joined, [], 2)).toEqual(joined.slice(0, 2))
})

it.each([
  ['plain', 'product:1'],
  ['a pattern, taken literally', 'a*b?'],
  ['quotes, spaces and commas', ' "x", \\ y '],
  ['bytes that are no text', 'byte\uDCFF'],
])('the filter finds exactly this key: %s', (_, key) => {
  const passes = compileRequestFilter(keyFilter('my cache', key))
  expect(passes(record(1, 'hit', { cache: 'my cache', key }))).toBe(true)
  expect(passes(record(1, 'hit', { cache: 'my cache', key: `${key}x` }))).toBe(false)
  expect(passes(record(1, 'hit', { cache: 'other', key }))).toBe(false)
})
