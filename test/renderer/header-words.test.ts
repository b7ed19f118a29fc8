import type { RequestRecord } from '../../src/shared/schemas'
import { expect, it } from 'vitest'
import { explainHeader } from '../../src/renderer/src/header-words'
import { requestFacts } from '../../src/renderer/src/views/requests/request-facts'
import { recordOf } from '../helpers/request-record'

// Red: in src/renderer/src/header-words.ts leave out `detail`, `ends` or the row of a header.
it.each([
  ['Cache-Status', 'Larder; hit; ttl=252', 'Larder had the value; it stays fresh for 4 min 12 s.'],
  ['Cache-Status', 'Larder; hit', 'Larder had the value.'],
  ['cache-status', 'Larder; hit; ttl=-90; detail=stale', 'Larder had the value; its TTL ended 1 min 30 s before.'],
  ['cache-status', 'Larder; fwd=miss; detail=expired', 'Larder had no fresh value: it had expired.'],
  ['cache-status', 'Larder; fwd=miss; detail=toString', 'Larder had no fresh value.'],
  [
    'cache-status',
    'Larder; fwd=uri-miss; stored; ttl=60',
    'Larder had it not, and loaded it from its source; it stays fresh for 1 min.',
  ],
  ['cache-status', 'nonsense', ''],
  ['ETag', '"17"', expect.stringContaining('If-None-Match')],
  ['Larder-TTL', 'none', 'It has no expiry.'],
  ['Larder-TTL', '90', 'It stays fresh for 1 min 30 s.'],
  ['age', '3', 'Stored 3 s ago.'],
  ['content-type', 'text/plain', ''],
  ['constructor', 'x', ''],
])('explains %s: %s', (name, value, text) => expect(explainHeader(name, value)).toEqual(text))

function factOf(record: Partial<RequestRecord>, name: string): string | undefined {
  return requestFacts(recordOf(record), id => id).find(fact => fact.name === name)?.value
}

// Red: in request-facts.ts leave `Cache-Status` out, or `operation`.
it.each<[string, Partial<RequestRecord>, string | undefined]>([
  [
    'a hit',
    { result: 'hit', operation: 'entries.get', ttl: 59.2 },
    'Larder; hit; ttl=60 – Larder had the value; it stays fresh for 1 min.',
  ],
  [
    'a miss',
    { result: 'miss', reason: 'expired' },
    'Larder; fwd=miss; detail=expired – Larder had no fresh value: it had expired.',
  ],
  ['the classic face, which has no such header', { operation: 'classic.get' }, undefined],
  ['what was stored', { result: 'stored', operation: 'entries.put' }, undefined],
])('tells the Cache-Status of %s', (_, record, text) => expect(factOf(record, 'Cache-Status')).toBe(text))
