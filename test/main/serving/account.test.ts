import { expect, it } from 'vitest'
import { noteFailure, noteLookup } from '../../../src/main/serving/account'
import { LarderError } from '../../../src/shared/errors'
import { callOf, principalOf, setUp } from './setup'

const everything = { after: 0, limit: 1000, filter: '' }
const owner = principalOf({ admin: true, scopes: ['admin'] })

// Red: in src/main/serving/account.ts leave out `recordLatency`, or use `call.started` as the end.
it('counts what a call took, and writes a line of it', async () => {
  const { serving, clock, mount, requestLog } = setUp()
  const call = callOf({
    face: 'classic',
    operation: 'classic.get',
    method: 'GET',
    path: '/api/get-cache',
    started: clock.stopwatch.now(),
    result: 'hit',
    marks: ['delayed'],
  })
  serving.open(call, 'c', 'k')
  call.key = 'k'
  clock.advance(2)
  serving.finish(call, 200, 3, 4)
  expect(mount.cache.statistics().latency).toMatchObject({ count: 1 })
  expect((await requestLog.list(owner, everything)).requests).toEqual([{
    id: 1,
    at: '2026-01-01T00:00:00.002Z',
    from: 'app',
    face: 'classic',
    method: 'GET',
    path: '/api/get-cache',
    operation: 'classic.get',
    cache: 'c',
    key: 'k',
    status: 200,
    result: 'hit',
    reason: null,
    detail: null,
    marks: ['delayed'],
    duration: 2000,
    requestBytes: 3,
    responseBytes: 4,
    keyId: 'k1',
    ttl: null,
  }])
})

// Red: in src/main/serving/account.ts drop the comparison with `control`.
it.each(['control', 'events'] as const)('leaves out what is no app\'s: %s', (face) => {
  const { serving, mount, requestLog } = setUp()
  const call = callOf({ face })
  serving.open(call, 'c')
  serving.finish(call, 200, 0, 0)
  expect([requestLog.total(), mount.cache.statistics().latency.count]).toEqual([0, 0])
})

it('counts what nobody was recognised for, and shows it to administrators', async () => {
  const { serving, requestLog } = setUp()
  serving.finish(callOf({ principal: null, operation: null }), 401, 0, 10)
  expect([
    requestLog.total(),
    (await requestLog.list(owner, everything)).total,
    (await requestLog.list(principalOf(), everything)).total,
  ]).toEqual([1, 1, 0])
})

it('keeps no mark that a layer takes back later', async () => {
  const { serving, requestLog } = setUp()
  const marks = ['first']
  serving.finish(callOf({ marks }), 200, 0, 0)
  const [listed] = (await requestLog.list(owner, everything)).requests
  listed?.marks.push('second')
  expect((await requestLog.list(owner, everything)).requests[0]?.marks).toEqual(['first'])
})

const hit = {
  value: Buffer.alloc(0),
  contentType: '',
  tags: [],
  kind: 'bytes' as const,
  flags: 0,
  version: 1,
  age: 0,
  ttl: 1,
  stale: false,
  hits: 1,
}
it.each([
  ['a hit', hit, 'hit', null],
  ['a stale one', { ...hit, stale: true }, 'stale', null],
  ['a miss', 'evicted', 'miss', 'evicted'],
] as const)('a read is %s', (_, lookup, result, reason) => {
  const call = callOf()
  noteLookup(call, lookup)
  expect(call).toMatchObject({ result, reason })
})

// Red: in src/main/serving/account.ts drop the first line of `noteFailure`.
it.each([
  ['off', 'cache-off', 'ok', 'off', 'cache-off'],
  ['overload', 'overloaded', 'ok', 'off', 'overloaded'],
  ['refused', 'too-large', 'ok', 'refused', 'too-large'],
  ['error', 'internal', 'stored', 'error', 'internal'],
  ['a miss told by an error', 'entry-not-found', 'miss', 'miss', 'expired'],
] as const)('a failure is %s', (_, code, before, result, reason) => {
  const call = callOf({ result: before, reason: before === 'miss' ? 'expired' : null })
  noteFailure(call, new LarderError(code, 'x'))
  expect(call).toMatchObject({ result, reason })
})

// Red: in src/main/serving/account.ts take `cache` alone; in access.ts leave `call.found` as it is.
it('writes the name that the cache has when the call ends, and what was asked for where there is none', async () => {
  const { serving, caches, mount, requestLog } = setUp()
  const call = callOf()
  serving.open(call, 'c')
  caches.rename(mount, 'd')
  serving.finish(call, 200, 0, 0)
  const again = callOf()
  serving.open(again, 'd')
  caches.rename(mount, 'e')
  expect(() => serving.open(again, 'd')).toThrow('Cache d not found.')
  serving.finish(again, 404, 0, 0)
  expect((await requestLog.list(owner, everything)).requests.map(({ cache }) => cache)).toEqual(['d', 'd'])
})
