import { expect, it } from 'vitest'
import { hasTerm, withoutTerm, withTerm } from '../../../src/renderer/src/views/requests/filter-terms'
import {
  classesOfRequest,
  clockTime,
  describeResult,
  exactTime,
  explainReach,
  explainResult,
  formatLeft,
  nameOfResult,
} from '../../../src/renderer/src/views/requests/request-text'
import { requestResultNames } from '../../../src/shared/request-results'
import { recordOf } from '../../helpers/request-record'

it('names every result, and others as they are', () => {
  expect(requestResultNames.map(nameOfResult)).toEqual([
    'Hit',
    'Stale',
    'Miss',
    'Loaded',
    'Stored',
    'Touched',
    'Deleted',
    'Marked stale',
    'OK',
    '503',
    'Refused',
    'Error',
  ])
  expect(['__proto__', 'toString', ''].map(nameOfResult)).toEqual(['__proto__', 'toString', ''])
})

it.each([
  [{ result: 'hit' }, 'Found fresh.'],
  [{ result: 'hit', status: 304 }, 'Found fresh; the client already had it.'],
  [{ result: 'stale', ttl: -3 }, 'Found expired, within its grace time.'],
  [
    { result: 'stale', ttl: 598, reason: 'backend-down' },
    'Its backend did not answer, so the copy that is held here was served.',
  ],
  [{ result: 'touched', ttl: 3, status: 204 }, 'Given a new TTL.'],
  [{ result: 'made-stale', status: 200 }, 'Marked stale, not deleted.'],
  [{ result: 'miss', reason: 'evicted' }, 'Not found: it had been evicted.'],
  [{ result: 'miss', reason: 'constructor' }, 'Not found: constructor.'],
  [{ result: 'off', reason: 'cache-off', status: 503 }, 'The cache is switched off.'],
  [{ result: 'off', reason: 'caching-off', status: 503 }, 'All caching is switched off.'],
  [{ result: 'off', reason: 'overloaded', detail: 'Too many requests', status: 503 }, '503: Too many requests.'],
  [
    { result: 'refused', reason: 'entry-not-found', operation: 'entries.delete', status: 404 },
    'There was no such entry.',
  ],
  [{ result: 'refused', reason: '__proto__', status: 400 }, 'Refused: __proto__.'],
  [
    { result: 'refused', reason: 'invalid-input', detail: 'limit: must be a whole number', status: 400 },
    'Refused: limit: must be a whole number.',
  ],
  [{ result: 'refused', reason: 'key-invalid', detail: 'It is not valid.', status: 401 }, 'Refused: It is not valid.'],
  [{ result: 'error', reason: null, status: 500 }, 'Error: 500.'],
])('explains %j', (change, sentence) => {
  expect(explainResult(recordOf(change))).toBe(sentence)
})

// Red for what nobody wanted, a square where no cache answered, and a word for each.
it.each([
  [{ result: 'hit' }, 'Hit', ['served', 'full']],
  [{ result: 'hit', ttl: 252.9 }, 'Hit 4:12 left', ['served', 'full']],
  [{ result: 'stored', ttl: 60 }, 'Stored', ['neutral', 'full']],
  [{ result: 'miss', reason: 'expired', status: 404 }, 'Miss expired', ['late']],
  [
    { face: 'gateway' as const, result: 'miss', reason: 'absent', marks: ['not stored: private'] },
    'Miss · private',
    ['late'],
  ],
  [
    { face: 'gateway' as const, result: 'loaded', reason: 'expired', marks: ['revalidated'] },
    'Loaded · revalidated',
    ['late'],
  ],
  [{ face: 'gateway' as const, result: 'hit', ttl: 9, marks: ['waited'] }, 'Hit 0:09 left', ['served', 'full']],
  [{ result: 'dropped', status: 204 }, 'Deleted', ['neutral']],
  [{ result: 'made-stale', status: 200 }, 'Marked stale', ['neutral']],
  [{ result: 'touched', status: 204 }, 'Touched', ['neutral']],
  [{ result: 'stale', ttl: -3 }, 'Stale', ['late', 'full']],
  [{ result: 'stale', reason: 'backend-down' }, 'Stale · backend-down', ['late', 'full']],
  [{ result: 'stale', reason: 'source-timeout' }, 'Stale · source-timeout', ['late', 'full']],
  [{ result: 'off', reason: 'cache-off', status: 503 }, '503 cache off', ['stopped', 'full']],
  [{ result: 'off', reason: 'caching-off', status: 503 }, '503 caching off', ['stopped', 'full']],
  [{ result: 'off', reason: 'overloaded', status: 503 }, '503 · overloaded', ['failed', 'full']],
  [{ result: 'refused', reason: 'invalid-input', status: 400 }, 'Refused · invalid-input', ['stopped']],
  [{ result: 'refused', reason: 'key-invalid', status: 401 }, 'Refused · key-invalid', ['failed']],
  [{ result: 'refused', reason: 'out-of-scope', status: 403 }, 'Refused · out-of-scope', ['failed']],
  [
    { result: 'refused', reason: 'entry-not-found', operation: 'entries.delete', status: 404 },
    'Nothing to delete',
    ['neutral'],
  ],
  [
    { result: 'refused', reason: 'entry-not-found', operation: 'classic.invalidate', status: 404 },
    'Nothing to delete',
    ['neutral'],
  ],
  [
    { result: 'refused', reason: 'cache-not-found', operation: 'entries.delete', status: 404 },
    'Refused · cache-not-found',
    ['stopped'],
  ],
  [
    { result: 'refused', reason: 'entry-not-found', operation: 'entries.post', status: 404 },
    'Refused · entry-not-found',
    ['stopped'],
  ],
  [{ result: 'error', reason: 'internal', status: 500 }, 'Error · internal', ['failed', 'full']],
  [{ result: 'later', reason: null }, 'later', []],
])('%j is shown as %s, %j', (change, words, classes) => {
  const record = recordOf(change)
  const { word, more } = describeResult(record)
  expect([`${word} ${more}`.trim(), classesOfRequest(record)]).toEqual([words, classes])
})

it.each([
  [0, '0:00'],
  [-3, '0:00'],
  [0.9, '0:00'],
  [45, '0:45'],
  [252.9, '4:12'],
  [3723, '1:02:03'],
  [86_399, '23:59:59'],
  [86_400 * 12 + 3 * 3600 + 59, '12 d 3 h'],
  [86_400 * 1234, '1,234 d 0 h'],
])('%d seconds run down as %s', (seconds, words) => {
  expect(formatLeft(seconds)).toBe(words)
})

const morning = new Date(2026, 0, 2, 3, 4, 5).toISOString()

const noon = new Date(2026, 0, 2, 12, 0, 1, 999).toISOString()

it.each([
  [null, 'reading', null, ''],
  [{ since: morning, dropped: 7 }, 'reading', noon, 'Reaches back to 12:00:01; reading older ones …'],
  [{ since: morning, dropped: 7 }, 'part', noon, 'Reaches back to 12:00:01.'],
  [{ since: morning, dropped: 7 }, 'part', null, ''],
  [null, 'start', noon, ''],
  [{ since: null, dropped: 0 }, 'start', null, 'Reaches back to the start of the server.'],
  [{ since: morning, dropped: 0 }, 'start', noon, 'Reaches back to the start of the server.'],
  [{ since: morning, dropped: 1 }, 'start', noon, 'Reaches back to 03:04:05. An older one is gone.'],
  [{ since: morning, dropped: 12_345 }, 'start', noon, 'Reaches back to 03:04:05. 12,345 older ones are gone.'],
  [{ since: morning, dropped: 5, cleared: morning }, 'start', noon, 'Cleared at 03:04:05; reaches back to that.'],
  [{ since: null, dropped: 0, cleared: morning }, 'start', null, 'Cleared at 03:04:05; reaches back to that.'],
  [{ since: noon, dropped: 1, cleared: morning }, 'start', noon, 'Reaches back to 12:00:01. An older one is gone.'],
] as const)('says how far back the list reaches: %j, %s, %s', (reach, extent, oldest, sentence) => {
  expect(explainReach(reach, extent, oldest)).toBe(sentence)
})

it('writes times in the person\'s zone', () => {
  const at = new Date(2026, 0, 2, 3, 4, 5, 6).toISOString()
  expect(clockTime(at)).toBe('03:04:05.006')
  expect(exactTime(at)).toContain('January 2, 2026')
})

it('puts terms into a filter and takes them out', () => {
  expect(withTerm('', 'key:a')).toBe('key:a')
  expect(withTerm('  x  result:hit -result:miss status>4 ', 'result:miss')).toBe('x -result:miss status>4 result:miss')
  expect(withTerm('cache:a', '-cache:b')).toBe('cache:a -cache:b')
  expect(withTerm('key:"a b" "free text"', 'key:"c d"')).toBe('"free text" key:"c d"')
  expect(withoutTerm('a result:hit  b', 'result:hit')).toBe('a b')
  expect(hasTerm('"result:hit"', 'result:hit')).toBe(false)
  expect(hasTerm('x result:hit', 'result:hit')).toBe(true)
})
