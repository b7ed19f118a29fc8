import type { RawAnswer } from '../../../src/renderer/src/api/raw-request'
import { expect, it } from 'vitest'
import { factsOf, inReadingOrder } from '../../../src/renderer/src/views/playground/answer-facts'

type Headers = RawAnswer['headers']
const read = (status: string, ttl: string): Headers => [['cache-status', status], ['larder-ttl', ttl], ['etag', '"17"']]

// Red: in src/renderer/src/views/playground/answer-facts.ts let `outcomeOf` not look at `detail`.
it.each<[string, string, number, Headers, string | null, string[]]>([
  ['a hit', 'GET', 200, read('Larder; hit; ttl=252', '252'), 'hit', ['Hit', '4 min 12 s left', 'ETag "17"']],
  ['no expiry', 'GET', 200, read('Larder; hit', 'none'), 'hit', ['Hit', 'No expiry', 'ETag "17"']],
  [
    'a stale hit',
    'GET',
    200,
    read('Larder; hit; ttl=-90; detail=stale', '-90'),
    'stale',
    ['Stale hit', 'stale for 1 min 30 s', 'ETag "17"'],
  ],
  ['a miss', 'GET', 404, [['Cache-Status', 'Larder; fwd=miss; detail=expired']], 'miss', ['Miss: it had expired']],
  ['an unknown reason', 'GET', 404, [['cache-status', 'Larder; fwd=miss; detail=toString']], 'miss', ['Miss']],
  ['caching off', 'GET', 503, [['cache-status', 'Larder; fwd=miss; detail=disabled']], 'off', ['Caching is off']],
  ['a new entry', 'PUT', 201, [['etag', '"18"']], 'stored', ['Stored', 'ETag "18"']],
  ['a replaced one', 'PUT', 204, [['etag', '"19"']], 'stored', ['Replaced', 'ETag "19"']],
  ['a deletion', 'DELETE', 204, [], 'gone', ['Deleted']],
  ['nothing to delete', 'DELETE', 404, [], 'miss', ['Nothing to delete']],
  ['an answer that says nothing', 'POST', 200, [['content-type', 'application/json']], null, []],
])('tells of %s', (_, method, status, headers, outcome, words) => {
  expect(factsOf({ method }, { status, headers })).toEqual({ outcome, words })
})

it('puts first what was asked for, and keeps the order of the rest', () => {
  const headers: Headers = [['age', '3'], ['etag', '"1"'], ['date', 'now'], ['larder-ttl', '9'], ['cache-status', 'x']]
  expect(inReadingOrder(headers).map(([name]) => name)).toEqual(['cache-status', 'larder-ttl', 'etag', 'age', 'date'])
})
