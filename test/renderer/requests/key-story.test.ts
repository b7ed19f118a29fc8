import type { Past } from '../../../src/renderer/src/views/requests/key-past'
import type { RequestRecord } from '../../../src/shared/schemas'
import { expect, it } from 'vitest'
import { tellStory } from '../../../src/renderer/src/views/requests/key-story'
import { recordOf } from '../../helpers/request-record'

/** A request of the key so many seconds after 23:35:00. */
function at(second: number, change: Partial<RequestRecord> = {}): RequestRecord {
  return recordOf({ id: 100 + second, at: new Date(2026, 0, 2, 23, 35, second).toISOString(), ...change })
}
const stored = at(45, { result: 'stored', ttl: 45 })
function hit(second: number, change: Partial<RequestRecord> = {}): RequestRecord {
  return at(second, { result: 'hit', ...change })
}
function loaded(second: number, change: Partial<RequestRecord> = {}): RequestRecord {
  return at(second, { result: 'loaded', ttl: 45, marks: ['asked main, 1.2 ms'], ...change })
}
const miss = (second: number, reason: string): RequestRecord => at(second, { result: 'miss', reason, status: 404 })
function dropped(second: number, change: Partial<RequestRecord> = {}): RequestRecord {
  return at(second, { result: 'dropped', ...change })
}
function sweep(second: number, change: Partial<RequestRecord> = {}): RequestRecord {
  return dropped(second, { key: null, operation: 'entries.invalidate', ...change })
}
function marking(second: number, change: Partial<RequestRecord> = {}): RequestRecord {
  return sweep(second, { result: 'made-stale', ...change })
}
function touched(second: number, change: Partial<RequestRecord> = {}): RequestRecord {
  return at(second, { result: 'touched', ttl: 3, ...change })
}
function gateway(second: number, result: string, marks: string[], change: Partial<RequestRecord> = {}): RequestRecord {
  return at(second, { face: 'gateway', operation: null, keyId: null, result, marks, ...change })
}
function event(kind: 'off' | 'on' | 'clear', second: number): Past['events'][number] {
  return { kind, cache: 'default', at: new Date(2026, 0, 2, 23, 35, second).getTime() / 1000 }
}

const since = new Date(2026, 0, 2, 23, 31, 7).toISOString()
type Row = [record: RequestRecord, past: Partial<Past>, heading: string, sentence: string]
const rows: Row[] = [
  // What a hit found.
  [hit(60, { ttl: 30 }), { before: [stored] }, 'Hit: 0:30 left', 'Stored 23:35:45 by ci, TTL 0:45, never read since.'],
  [
    hit(60, { ttl: null, status: 304 }),
    { before: [hit(55), hit(50), at(45, { result: 'stored', keyId: null, from: 'console' }), hit(40)] },
    'Hit',
    'Stored 23:35:45 in the console, read 2 times since. The client already had this value.',
  ],
  [hit(60, { ttl: 9 }), {}, 'Hit: 0:09 left', 'Stored by a batch, or before 23:31:07, where the log begins.'],
  [hit(60), { since: null }, 'Hit', 'Stored by a batch, or before the server started.'],
  [
    at(95, { result: 'stale', ttl: -5 }),
    { before: [hit(50), stored] },
    'Stale: 0:05 past its TTL',
    'Served within its grace: stored 23:35:45 by ci, TTL 0:45, read 1 time since.',
  ],
  // Each reason of a miss, with and without what it is known from.
  [miss(60, 'absent'), {}, 'Miss: absent', 'Never stored, as far as the log reaches back: 23:31:07.'],
  [miss(60, 'absent'), { since: null }, 'Miss: absent', 'Never stored since the server started.'],
  [
    miss(60, 'absent'),
    { before: [stored] },
    'Miss: absent',
    'Stored 23:35:45 by ci, TTL 0:45, never read since; why it has gone since is no longer known.',
  ],
  // A touch starts the TTL anew, and stores nothing.
  [
    hit(52, { ttl: 1 }),
    { before: [touched(50), hit(48), stored] },
    'Hit: 0:01 left',
    'Stored 23:35:45 by ci, TTL 0:45, read 1 time since, touched 23:35:50 by ci, TTL 0:03.',
  ],
  [
    miss(54, 'expired'),
    { before: [touched(50, { keyId: null, from: 'console' }), stored] },
    'Miss: expired',
    '1 s too late: stored 23:35:45 by ci, TTL 0:45, never read since, touched 23:35:50 in the console, TTL 0:03.',
  ],
  [
    hit(60, { ttl: 40 }),
    { before: [touched(57, { ttl: 43 }), loaded(45, { ttl: 20 })] },
    'Hit: 0:40 left',
    'Loaded 23:35:45 from main, TTL 0:20, never read since, touched 23:35:57 by ci, TTL 0:43.',
  ],
  [
    hit(52),
    { before: [touched(50, { ttl: null })], since: null },
    'Hit',
    'Stored by a batch, or before the server started, touched 23:35:50 by ci.',
  ],
  [touched(50), { before: [stored] }, 'Touched: TTL 0:03', 'It was stored 23:35:45 by ci, TTL 0:45, never read since.'],
  [
    touched(50, { ttl: null }),
    { since: null },
    'Touched',
    'It was stored by a batch, or before the server started.',
  ],
  ...[touched(58), hit(58), at(58, { result: 'stale', ttl: -1 })].map((before): Row => [
    at(60, { result: 'stored' }),
    { before: [before, dropped(50)], since: null },
    'Stored',
    `It replaced what was stored by a batch, or before the server started${before.result === 'touched' ? ', touched 23:35:58 by ci, TTL 0:03' : ''}.`,
  ]),
  // Who made it stale, if its TTL did not.
  ...[stored, at(45, { result: 'stored', ttl: null })].map((write): Row => [
    at(60, { result: 'stale', ttl: -5 }),
    { before: [hit(50), write], sweeps: [marking(58), sweep(56), marking(55), marking(52)] },
    'Stale for 0:05',
    `Marked stale with others 23:35:55 by ci; it was stored 23:35:45 by ci${write.ttl ? ', TTL 0:45' : ''}, read 1 time since.`,
  ]),
  [
    // A marking takes as long as it takes.
    at(60, { result: 'stale', ttl: -5 }),
    { before: [stored], sweeps: [marking(59, { duration: 5e6 })] },
    'Stale for 0:05',
    'Marked stale with others 23:35:59 by ci; it was stored 23:35:45 by ci, TTL 0:45, never read since.',
  ],
  [
    at(60, { result: 'stale', ttl: -5 }),
    { before: [touched(52), stored], sweeps: [marking(55)] },
    'Stale: 0:05 past its TTL',
    'Served within its grace: stored 23:35:45 by ci, TTL 0:45, never read since, touched 23:35:52 by ci, TTL 0:03.',
  ],
  [
    at(60, { result: 'stale', ttl: -5 }),
    { before: [stored], sweeps: [sweep(55), marking(54), marking(56)] },
    'Stale for 0:05',
    'It became stale 23:35:55, before its TTL had ended; the log does not show why. '
    + 'It was stored 23:35:45 by ci, TTL 0:45, never read since.',
  ],
  [
    at(60, { result: 'stale', ttl: -5 }),
    { since: null },
    'Stale: 0:05 past its TTL',
    'Served within its grace: stored by a batch, or before the server started.',
  ],
  [
    at(60, { result: 'stale', ttl: 30, reason: 'backend-down' }),
    { before: [stored] },
    'Stale: backend down',
    'Its backend did not answer, so the copy that is held here was served. '
    + 'It was stored 23:35:45 by ci, TTL 0:45, never read since.',
  ],
  [
    miss(60, 'invalidated'),
    { before: [stored], sweeps: [marking(50)] },
    'Miss: invalidated',
    'Deleted or invalidated by a batch or a job, or before the log begins; '
    + 'it was stored 23:35:45 by ci, TTL 0:45, never read since.',
  ],
  // What a source said of it.
  [
    at(60, { result: 'miss', reason: 'absent', marks: ['asked main, 1.2 ms'] }),
    { before: [stored] },
    'Miss: absent',
    'Stored 23:35:45 by ci, TTL 0:45, never read since. The source main had none.',
  ],
  ...['absent at main, remembered', 'waited for a load from main, 2 ms'].map((mark): Row => [
    at(60, { result: 'miss', reason: 'absent', marks: [mark] }),
    { since: null },
    'Miss: absent',
    'Never stored since the server started. The source main had none.',
  ]),
  [
    at(60, { result: 'miss', reason: 'absent', marks: ['asked the backend main, 1.2 ms'] }),
    { since: null },
    'Miss: absent',
    'Never stored since the server started.',
  ],
  // What a load brought, and what was found of it.
  [
    loaded(60, { reason: 'absent' }),
    { since: null },
    'Loaded: TTL 0:45',
    'From main, as nothing was held. Never stored since the server started.',
  ],
  [
    loaded(102, { reason: 'expired', marks: ['waited for a load from main, 12 ms'] }),
    { before: [loaded(45)] },
    'Loaded: TTL 0:45',
    'From main, as nothing was held. 12 s too late: loaded 23:35:45 from main, TTL 0:45, never read since.',
  ],
  [
    loaded(60, { marks: ['asked main, 1.2 ms', 'a fresh one was held', 'not held afterwards'], ttl: 0 }),
    { before: [hit(50), loaded(45)] },
    'Loaded: TTL 0:00',
    'Its reader wanted a newer one than was held, so main was asked. '
    + 'Held was what was loaded 23:35:45 from main, TTL 0:45, read 1 time since. It is not held.',
  ],
  [
    loaded(95, { marks: ['asked main, 1.2 ms', 'a stale one was held'] }),
    { before: [stored] },
    'Loaded: TTL 0:45',
    'What was held was stale, so main was asked: stored 23:35:45 by ci, TTL 0:45, never read since.',
  ],
  [loaded(60, { marks: ['fwd=stale'] }), {}, 'Loaded: TTL 0:45', 'Loaded from the source.'],
  [
    hit(60, { ttl: 30 }),
    { before: [hit(50), loaded(45)] },
    'Hit: 0:30 left',
    'Loaded 23:35:45 from main, TTL 0:45, read 1 time since.',
  ],
  [
    hit(60, { ttl: 40 }),
    { before: [loaded(45)] },
    'Hit: 0:40 left',
    'Loaded 23:35:45 from main, TTL 0:45, never read since, renewed since by a read or a refresh.',
  ],
  [
    hit(60),
    { before: [loaded(50, { marks: ['asked main, 1.2 ms', 'not held afterwards'] }), stored] },
    'Hit',
    'Stored 23:35:45 by ci, TTL 0:45, never read since.',
  ],
  [
    at(95, { result: 'stale', ttl: -5 }),
    { before: [loaded(45)] },
    'Stale: 0:05 past its TTL',
    'Served within its grace: loaded 23:35:45 from main, TTL 0:45, never read since.',
  ],
  [
    miss(60, 'invalidated'),
    { before: [loaded(45)], sweeps: [sweep(41)] },
    'Miss: invalidated',
    'Deleted or invalidated by a batch or a job, or before the log begins; '
    + 'it was loaded 23:35:45 from main, TTL 0:45, never read since.',
  ],
  [
    at(60, { result: 'stored', ttl: 300 }),
    { before: [loaded(45)] },
    'Stored: TTL 5:00',
    'It replaced what was loaded 23:35:45 from main, TTL 0:45, never read since.',
  ],
  [
    miss(102, 'expired'),
    { before: [stored] },
    'Miss: expired',
    '12 s too late: stored 23:35:45 by ci, TTL 0:45, never read since.',
  ],
  [
    // Each hit restarts the time.
    miss(102, 'expired'),
    { before: [miss(101, 'expired'), hit(56, { ttl: 45 }), stored] },
    'Miss: expired',
    '1 s too late: stored 23:35:45 by ci, TTL 0:45, read 1 time since.',
  ],
  [
    miss(46, 'expired'),
    { before: [at(45, { result: 'stored', ttl: 0.5 })] },
    'Miss: expired',
    '500 ms too late: stored 23:35:45 by ci, TTL 0:00, never read since.',
  ],
  [
    // The log's times are rounded: the entry seems to have a millisecond left.
    miss(90, 'expired'),
    { before: [at(45, { result: 'stored', ttl: 45.001 })] },
    'Miss: expired',
    '0 ms too late: stored 23:35:45 by ci, TTL 0:45, never read since.',
  ],
  [
    miss(200, 'expired'),
    { before: [at(45, { result: 'stored', ttl: 5 })] },
    'Miss: expired',
    '2:30 too late: stored 23:35:45 by ci, TTL 0:05, never read since.',
  ],
  [
    miss(60, 'expired'),
    {},
    'Miss: expired',
    'It had expired: stored by a batch, or before 23:31:07, where the log begins.',
  ],
  [
    miss(60, 'evicted'),
    { before: [hit(50), stored] },
    'Miss: evicted',
    'Evicted to make room: stored 23:35:45 by ci, TTL 0:45, read 1 time since.',
  ],
  [
    miss(60, 'invalidated'),
    { before: [dropped(50), stored] },
    'Miss: invalidated',
    'Deleted 23:35:50 by ci, 10 s before; it was stored 23:35:45 by ci, TTL 0:45, never read since.',
  ],
  [
    miss(60, 'invalidated'),
    { before: [stored, dropped(40)], sweeps: [sweep(70), sweep(55, { keyId: null, from: 'console' }), sweep(41)] },
    'Miss: invalidated',
    'Invalidated with others 23:35:55 in the console, 5 s before; '
    + 'it was stored 23:35:45 by ci, TTL 0:45, never read since.',
  ],
  [
    miss(60, 'invalidated'),
    { before: [stored], sweeps: [sweep(41)] },
    'Miss: invalidated',
    'Deleted or invalidated by a batch or a job, or before the log begins; '
    + 'it was stored 23:35:45 by ci, TTL 0:45, never read since.',
  ],
  [
    miss(60, 'flushed'),
    { before: [stored], sweeps: [sweep(50, { operation: 'plain.flush' })] },
    'Miss: flushed',
    'The cache was cleared 23:35:50 by ci; the entry was stored 23:35:45 by ci, TTL 0:45, never read since.',
  ],
  [
    miss(60, 'flushed'),
    { before: [stored], events: [event('clear', 52), event('clear', 61)] },
    'Miss: flushed',
    'The cache was cleared 23:35:52; the entry was stored 23:35:45 by ci, TTL 0:45, never read since.',
  ],
  [
    miss(60, 'flushed'),
    { before: [stored] },
    'Miss: flushed',
    'The cache was cleared; the entry was stored 23:35:45 by ci, TTL 0:45, never read since.',
  ],
  [miss(60, 'of a newer server'), {}, 'Miss: of a newer server', 'Not found: of a newer server.'],
  // Writes.
  [
    at(60, { result: 'stored', ttl: 300 }),
    { before: [hit(59), stored] },
    'Stored: TTL 5:00',
    'It replaced what was stored 23:35:45 by ci, TTL 0:45, read 1 time since.',
  ],
  [
    at(60, { result: 'stored' }),
    { before: [miss(59, 'expired'), stored] },
    'Stored',
    '1 s after a miss: expired.',
  ],
  [
    at(60, { result: 'stored' }),
    { before: [dropped(59)] },
    'Stored',
    'The entry before it was deleted 23:35:59 by ci.',
  ],
  [
    at(60, { result: 'stored' }),
    {},
    'Stored',
    'The first request of this key, as far as the log reaches back: 23:31:07.',
  ],
  [dropped(60), { before: [stored] }, 'Deleted', 'It was stored 23:35:45 by ci, TTL 0:45, never read since.'],
  [
    at(60, { result: 'off', reason: 'cache-off', status: 503 }),
    { events: [event('off', 10), event('on', 20), event('off', 30), event('off', 61)] },
    '503',
    'The cache is switched off since 23:35:30.',
  ],
  [at(60, { result: 'off', reason: 'caching-off', status: 503 }), {}, '503', 'All caching is switched off.'],
  [
    at(60, { result: 'off', reason: 'overloaded', detail: 'Too much', status: 503 }),
    { events: [event('off', 10)] },
    '503',
    '503: Too much.',
  ],
  // What came by a gateway, whose marks say what became of it.
  [
    gateway(60, 'hit', [], { ttl: 30 }),
    { before: [gateway(45, 'loaded', ['revalidated'], { ttl: 45 })] },
    'Hit: 0:30 left',
    'Held and fresh, so the origin was not asked. The origin sent or confirmed it 23:35:45.',
  ],
  [
    gateway(60, 'hit', [], { ttl: 30, status: 304 }),
    {},
    'Hit: 0:30 left',
    'Held and fresh, so the origin was not asked. The client already had it.',
  ],
  [
    gateway(60, 'stale', ['stale, because the origin answered 500.'], { ttl: -5 }),
    {},
    'Stale: 0:05 past its TTL',
    'Served stale, because the origin answered 500.',
  ],
  [
    gateway(60, 'stale', [], { ttl: -5 }),
    {},
    'Stale: 0:05 past its TTL',
    'Served stale, as the answer (stale-while-revalidate) or the request (max-stale) allows.',
  ],
  [
    gateway(60, 'loaded', ['stored, fresh for 60 s'], { ttl: 60, reason: 'absent' }),
    {},
    'Loaded',
    'The origin answered. Stored, fresh for 60 s.',
  ],
  [
    gateway(60, 'loaded', ['revalidated'], { ttl: 60 }),
    {},
    'Revalidated',
    'The origin confirmed with 304 what was held.',
  ],
  [
    gateway(60, 'loaded', ['revalidated, not stored: no-store forbids it']),
    {},
    'Revalidated',
    'The origin confirmed with 304 what was held; not stored: no-store forbids it.',
  ],
  [
    gateway(60, 'miss', ['not stored: private, so it is meant for one user'], { reason: 'absent' }),
    {},
    'Miss',
    'The origin answered. Not stored: private, so it is meant for one user.',
  ],
  [
    gateway(60, 'ok', ['not stored: only answers to GET are held'], { key: null }),
    {},
    'OK',
    'The origin answered. Not stored: only answers to GET are held.',
  ],
  [
    gateway(60, 'miss', [], { reason: 'absent', status: 502 }),
    {},
    'Miss: absent',
    'Never stored, as far as the log reaches back: 23:31:07.',
  ],
  [
    gateway(60, 'refused', [], { reason: 'cross-origin', detail: 'Not from there.', status: 403 }),
    {},
    'Refused',
    'Refused: Not from there.',
  ],
  // What has no tale is explained as ever.
  [
    at(60, { result: 'refused', reason: 'entry-not-found', operation: 'entries.delete', status: 404 }),
    {},
    'Nothing to delete',
    'There was no such entry.',
  ],
  [sweep(60), {}, 'Deleted', 'Deleted or invalidated.'],
  [at(60, { result: '__proto__', reason: null, status: 200 }), {}, '__proto__', '__proto__: 200.'],
]

// Red: in src/renderer/src/views/requests/stale-story.ts leave out `backend-down`, `isEarly` or
// `duration`; in key-past.ts leave out `touched`, or take `bringsEntry` in `lastTimed`; in
// src/renderer/src/views/requests/request-text.ts let `bringsEntry` know `stored` alone; in
// src/renderer/src/views/requests/key-story.ts leave out `loaded` of `tales`, take the first of
// `before` in `lateness`, or leave out `stored.id` in `lastDropped`; in gateway-text.ts leave out
// `case 'miss'`.
it.each(rows)('%#: %o is told', (record, past, heading, sentence) => {
  const known = { before: [], sweeps: [], events: [], since, labelOf: () => 'ci', ...past }
  expect(tellStory(record, known)).toEqual({ heading, sentence })
})
