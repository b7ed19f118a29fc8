import type { RequestFields } from '../../../../src/main/serving/log/request-ring'
import type { RequestGrouping } from '../../../../src/shared/request-groups'
import { expect, it } from 'vitest'
import { createManualClock } from '../../../../src/main/base/clock'
import { createEventHub } from '../../../../src/main/base/event-hub'
import { createRequestLog } from '../../../../src/main/serving/log/request-log'
import { loadMarks } from '../../../../src/shared/load-marks'
import { RequestGroups } from '../../../../src/shared/request-groups'
import { createManualTimer } from '../../../helpers/manual-timer'
import { recordOf } from '../../../helpers/request-record'

function setUp() {
  const clock = createManualClock()
  const hub = createEventHub((error) => {
    throw error
  })
  const log = createRequestLog({ clock, stopwatch: clock.stopwatch, timer: createManualTimer(), hub })
  const ann = { userId: 'ann', admin: false, scopes: new Set(['admin'] as const) }
  return {
    clock,
    record(change: Partial<RequestFields>, times = 1) {
      const { id: _id, at: _at, ...fields } = recordOf()
      for (let i = 0; i < times; i++) {
        log.record({ ...fields, user: 'ann', ring: 'served', ...change }, clock.stopwatch.now())
        clock.advance(1000)
      }
    },
    groups: (by: RequestGrouping, filter = '', limit = 100) => log.groups(ann, { by, filter, limit }),
  }
}

const missed = (reason: string): Partial<RequestFields> => ({ result: 'miss', reason, status: 404 })

it('counts keys by their misses, the worst first, each in its cache', async () => {
  const { record, groups } = setUp()
  record({ key: 'good' }, 5)
  record({ key: 'bad', ...missed('absent') })
  record({ key: 'bad', ...missed('expired') }, 3)
  record({ key: 'bad', result: 'stored', status: 201 })
  record({ key: 'bad', cache: 'other', ...missed('evicted') })
  record({ key: 'bad', cache: 'other', result: 'stale' })
  record({ key: null, result: 'dropped' })
  record({ key: 'theirs', user: 'bob', ...missed('absent') }, 9)
  const found = await groups('key')
  expect(RequestGroups.parse(found)).toEqual(found)
  expect(found).toEqual({
    groups: [
      {
        name: 'bad',
        cache: 'default',
        requests: 5,
        reads: 4,
        misses: 4,
        reason: 'expired',
        reasonMisses: 3,
        last: '2026-01-01T00:00:09.000Z',
      },
      {
        name: 'bad',
        cache: 'other',
        requests: 2,
        reads: 2,
        misses: 1,
        reason: 'evicted',
        reasonMisses: 1,
        last: '2026-01-01T00:00:11.000Z',
      },
      {
        name: 'good',
        cache: 'default',
        requests: 5,
        reads: 5,
        misses: 0,
        reason: null,
        reasonMisses: 0,
        last: '2026-01-01T00:00:04.000Z',
      },
    ],
    total: 3,
    requests: 12,
    since: '2026-01-01T00:00:00.000Z',
  })
  expect(await groups('key', '', 1)).toMatchObject({ groups: [{ cache: 'default' }], total: 3 })
})

// Red: in src/main/serving/log/request-groups.ts leave `loaded` out of `reads`, or count each as a
// miss, or none.
it('counts what a source was asked for as a read, and as a miss where nothing was held', async () => {
  const { record, groups } = setUp()
  record({ result: 'loaded', reason: 'absent' })
  record({ result: 'loaded', reason: 'expired' }, 2)
  record({ result: 'loaded', reason: null, marks: ['asked main, 1.2 ms', loadMarks.stale] })
  record({ result: 'hit' })
  const counts = { requests: 5, reads: 5, misses: 3, reason: 'expired', reasonMisses: 2 }
  expect((await groups('key')).groups).toMatchObject([counts])
  expect((await groups('cache')).groups).toMatchObject([counts])
  expect((await groups('reason')).groups).toMatchObject([
    { name: 'expired', reads: 2, misses: 2 },
    { name: 'absent', reads: 1, misses: 1 },
  ])
})

it.each([
  ['cache', '', [['default', 3, 4], ['other', 0, 1]]],
  ['reason', '', [['absent', 2, 2], ['expired', 1, 1], ['cache-off', 0, 1]]],
  ['apikey', '', [['k1', 3, 4]]],
  ['cache', 'reason:expired', [['default', 1, 1]]],
  ['cache', 'time>=2026-01-01T00:00:04Z', [['other', 0, 1]]],
  ['key', 'time<2026-01-01T00:00:01Z', [['a', 1, 1]]],
] as const)('groups by %s what %j lets pass', async (by, filter, expected) => {
  const { record, groups } = setUp()
  record({ key: 'a', ...missed('absent') }, 2)
  record({ key: 'b', ...missed('expired') })
  record({ key: 'c' })
  record({ cache: 'other', keyId: null, result: 'off', reason: 'cache-off', status: 503 })
  const { groups: found } = await groups(by, filter)
  expect(found.map(({ name, misses, requests }) => [name, misses, requests])).toEqual(expected)
})

// Red: in request-log.ts let `groups` go on without `before`.
it('counts each of many once, in slices, while others come', async () => {
  const { record, groups } = setUp()
  record({}, 2500)
  const counted = groups('key')
  record({ key: 'late' }, 10)
  expect(await counted).toMatchObject({ groups: [{ requests: 2500 }], total: 1, requests: 2500 })
})

it('rejects a filter that is wrong, and keeps a key apart from a cache of its name', async () => {
  const { record, groups } = setUp()
  await expect(groups('key', 'nope:1')).rejects.toMatchObject({ code: 'invalid-input' })
  record({ cache: 'a', key: 'bc' })
  record({ cache: 'ab', key: 'c' })
  record({ cache: null, key: '1 abc' })
  expect(await groups('key')).toMatchObject({ total: 3 })
})
