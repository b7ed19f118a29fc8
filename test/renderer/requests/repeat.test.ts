import { expect, it } from 'vitest'
import { repeatOf } from '../../../src/renderer/src/views/requests/repeat'
import { recordOf } from '../../helpers/request-record'

const origin = 'http://localhost:7777'

it.each([
  ['a plain read', {}, '/v1/user:7'],
  [
    'a native read, encoded as it came',
    { path: '/api/caches/a/entries/b%20c', operation: 'entries.get' },
    '/api/caches/a/entries/b%20c',
  ],
  [
    'a classic read, its query made anew',
    { path: '/api/get-cache', operation: 'classic.get', cache: 'a', key: 'b&c=\'d' },
    '/api/get-cache?cache=a&key=b%26c%3D\'d',
  ],
  [
    'a classic read of all',
    { path: '/api/get-cache', operation: 'classic.get', cache: 'a', key: null },
    '/api/get-cache?cache=a',
  ],
  [
    'a lone surrogate',
    { path: '/api/get-cache', operation: 'classic.get', cache: null, key: '\uD83C' },
    '/api/get-cache?key=%EF%BF%BD',
  ],
  [
    'a removal as one that only counts',
    { method: 'DELETE', path: '/api/caches/a/entries', operation: 'entries.invalidate', key: null },
    '/api/caches/a/entries?prefix=&dryRun=true',
  ],
])('repeats %s', (_, change, target) => {
  const record = recordOf(change)
  expect(repeatOf(record, origin)?.request).toEqual({
    method: record.method,
    url: origin + target,
    headers: [],
    body: undefined,
    withKey: true,
  })
})

// Red: in src/renderer/src/views/requests/repeat.ts send every request to `origin`.
it('sends what came by a gateway to its gateway, without a key', () => {
  const record = recordOf({ face: 'gateway', path: '/fresh', operation: null, key: 'GET /fresh?a=1' })
  expect(repeatOf(record, origin, 'http://localhost:7801')).toEqual({
    request: { method: 'GET', url: 'http://localhost:7801/fresh', headers: [], body: undefined, withKey: false },
    lacks: 'The log keeps no queries, headers or bodies: the query may be missing.',
  })
  expect(repeatOf(record, origin)).toBeNull()
})

it('says what the log does not know', () => {
  expect(repeatOf(recordOf(), origin)?.lacks).toBe('')
  expect(repeatOf(recordOf({ method: 'PUT', operation: 'plain.put', requestBytes: 9 }), origin)?.lacks).toBe(
    'The log keeps no queries, headers or bodies: the body is missing, the headers are missing.',
  )
  expect(repeatOf(recordOf({ operation: 'entries.list' }), origin)?.lacks).toContain('the query may be missing')
  expect(repeatOf(recordOf({ method: 'POST', operation: 'entries.post' }), origin)?.lacks).toBe(
    'The log keeps no queries, headers or bodies: the query is an example.',
  )
})

it('makes nothing of a path or key that was cut', () => {
  expect(repeatOf(recordOf({ path: `/v1/${'a'.repeat(508)}` }), origin)).toBeNull()
  expect(repeatOf(
    recordOf({ path: '/api/get-cache', operation: 'classic.get', key: 'a'.repeat(256) }),
    origin,
  )).toBeNull()
  expect(repeatOf(recordOf({ path: '/v1/short', key: 'a'.repeat(256) }), origin)).not.toBeNull()
})
