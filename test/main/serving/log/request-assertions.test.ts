import type { RequestFields } from '../../../../src/main/serving/log/request-ring'
import { expect, it } from 'vitest'
import { createManualClock } from '../../../../src/main/base/clock'
import { createEventHub } from '../../../../src/main/base/event-hub'
import { createRequestLog } from '../../../../src/main/serving/log/request-log'
import { LarderError } from '../../../../src/shared/errors'
import { limits } from '../../../../src/shared/limits'
import { RequestWait } from '../../../../src/shared/request-assertions'
import { createManualTimer } from '../../../helpers/manual-timer'
import { logReader, requestFields } from '../../../helpers/request-fields'

const ann = logReader('ann')
const everything = { after: 0, limit: 1000, filter: '' }

function setUp() {
  const clock = createManualClock()
  const timer = createManualTimer()
  const events: string[] = []
  const hub = createEventHub((error) => {
    throw error
  })
  hub.subscribe(event => void events.push(`${event.topic} ${String(event.user)}`))
  const log = createRequestLog({ clock, stopwatch: clock.stopwatch, timer, hub })
  return {
    clock,
    timer,
    events,
    log,
    record: (change: Partial<RequestFields> = {}) => log.record({ ...requestFields, ...change }, clock.stopwatch.now()),
    wait: (input: object, left?: AbortSignal, who = ann) => log.wait(who, RequestWait.parse(input), left),
  }
}

/** What a promise came to so far. */
async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  return await Promise.race([
    promise.then(() => 'fulfilled', error => error instanceof LarderError ? `${error.code}: ${error.message}` : error),
    new Promise(resolve => setImmediate(resolve, 'waits')),
  ])
}

const keysOf = ({ requests }: { requests: readonly { key: string | null }[] }) => requests.map(({ key }) => key)

it('counts what matches, and says where the next question begins', async () => {
  const { log, record } = setUp()
  record()
  record({ key: 'fig', result: 'miss', reason: 'absent' })
  record({ user: 'bob' })
  const first = await log.count(ann, { after: 0, filter: '' })
  expect(first).toEqual({ count: 2, last: 3, since: '2026-01-01T00:00:00.000Z', dropped: 0 })
  expect((await log.count(ann, { after: 0, filter: 'result:miss' })).count).toBe(1)
  record({ key: 'kiwi' })
  expect((await log.count(ann, { after: first.last, filter: '' })).count).toBe(1)
  await expect(log.count(ann, { after: 0, filter: 'colour:red' })).rejects.toMatchObject({ code: 'invalid-input' })
})

// Red: in src/main/serving/log/request-waits.ts resolve without comparing count and wanted.
it('waits until so many requests match', async () => {
  const { record, wait } = setUp()
  record({ key: 'before' })
  const waited = wait({ filter: 'key:p*', count: 2 })
  record({ key: 'pear' })
  record({ key: 'fig' })
  record({ key: 'plum', user: 'bob' })
  expect(await stateOf(waited)).toBe('waits')
  record({ key: 'peach' })
  const answer = await waited
  expect({ ...answer, requests: keysOf(answer) }).toEqual({ count: 2, last: 5, requests: ['pear', 'peach'] })
})

// Red: in src/main/serving/log/request-waits.ts walk from 0 instead of `from`.
it('counts what came before only after a given id', async () => {
  const { record, wait } = setUp()
  for (const key of ['one', 'two', 'three'])
    record({ key })
  expect(keysOf(await wait({ after: 1, count: 2 }))).toEqual(['two', 'three'])
  const waited = wait({ after: 1, count: 3 })
  expect(await stateOf(waited)).toBe('waits')
  record({ key: 'four' })
  expect(keysOf(await waited)).toEqual(['two', 'three', 'four'])
})

// Red: in src/main/serving/log/request-waits.ts name `timeout` in the sentence of `giveUp`.
it('says what came instead when the time is over', async () => {
  const { timer, record, wait } = setUp()
  const none = wait({ filter: 'result:miss', timeout: '2s' })
  timer.advance(2000)
  expect(await stateOf(none)).toBe('wait-timeout: 0 of 1 request matched in time. No other request came.')
  const some = wait({ filter: 'result:miss', count: 2, timeout: 60 })
  record({ result: 'miss', reason: 'absent' })
  record({ key: 'fig', path: '/v1/fig' })
  record({ from: 'console', ring: 'own', path: '/v1/own' })
  record({ user: 'bob', path: '/v1/hidden' })
  timer.advance(60_000)
  expect(await stateOf(some)).toBe('wait-timeout: 1 of 2 requests matched in time. 1 other came: GET /v1/fig, hit.')
  expect(timer.waiting).toBe(0)
})

// Red: in src/main/serving/log/request-waits.ts count only what matches in lookBack.
it('says what came between the given id and the call, too', async () => {
  const { record, timer, wait } = setUp()
  record({ key: 'before' })
  record({ key: 'sku', path: '/v1/sku' })
  record({ key: 'sku', path: '/v1/last' })
  const waited = wait({ filter: 'key:sku result:miss', after: 1, timeout: 2 })
  expect(await stateOf(waited)).toBe('waits')
  timer.advance(2000)
  const sentence = '0 of 1 request matched in time. 2 others came, the last one GET /v1/last, hit.'
  expect(await stateOf(waited)).toBe(`wait-timeout: ${sentence}`)
})

// Red: in src/main/serving/log/request-waits.ts end while it looks back.
it('tells what came before as well when the last one comes while it looks back', async () => {
  const { record, wait } = setUp()
  for (let i = 0; i < 2500; i++)
    record({ key: i === 0 ? 'pear-1' : 'fig' })
  const waited = wait({ filter: 'key:pear*', after: 0, count: 1 })
  record({ key: 'pear-2' })
  expect(await waited).toMatchObject({ count: 2, requests: [{ key: 'pear-1' }, { key: 'pear-2' }] })
})

it('ends when the caller leaves and when the server stops, and keeps nobody', async () => {
  const { log, record, timer, wait } = setUp()
  const departure = new AbortController()
  const left = wait({}, departure.signal)
  departure.abort(new LarderError('bad-request', 'gone'))
  expect(await stateOf(left)).toBe('bad-request: gone')
  expect(await stateOf(wait({}, departure.signal))).toBe('bad-request: gone')
  const stopped = wait({})
  await log.dispose()
  expect(await stateOf(stopped)).toBe('not-ready: The server stops.')
  expect(timer.waiting).toBe(0)
  record()
})

it('refuses more callers than it has places for', async () => {
  const { log, record, wait } = setUp()
  const many = Array.from({ length: limits.requestWaits }, () => wait({}))
  expect(await stateOf(wait({}))).toMatch(/^overloaded/)
  record()
  await Promise.all(many)
  const again = wait({})
  record()
  await again
  await log.dispose()
})

// Red: in src/main/serving/log/request-book.ts leave the comparison of ids out of isShown.
it('tells nothing any more of what was cleared', async () => {
  const { clock, events, log, record } = setUp()
  record()
  record({ user: 'bob' })
  record({ user: null, ring: 'door' })
  record({ ring: 'own', from: 'console', operation: 'entries.get' })
  clock.advance(1000)
  expect(await log.clear(ann)).toEqual({ cleared: 2 })
  expect(events.at(-1)).toBe('requests.cleared ann')
  expect(await log.list(ann, everything)).toEqual({
    total: 0,
    requests: [],
    since: '2026-01-01T00:00:01.000Z',
    dropped: 0,
    cleared: '2026-01-01T00:00:01.000Z',
    own: 0,
  })
  expect((await log.list(logReader('bob'), everything)).total).toBe(1)
  expect((await log.list(logReader('root', true), everything)).total).toBe(1)
  expect(await log.clear(logReader('root', true))).toEqual({ cleared: 1 })
  record({ key: 'new' })
  expect(keysOf(await log.list(ann, everything))).toEqual(['new'])
})

it('exports lines, and the rest of them with the id of the first one', async () => {
  const { log, record } = setUp()
  for (const key of ['one', 'two', 'three'])
    record({ key })
  const page = await log.export(ann, { ...everything, limit: 2 })
  expect(page.endsWith('\n')).toBe(true)
  const lines = page.trimEnd().split('\n').map(line => JSON.parse(line) as { id: number, key: string })
  expect(lines).toEqual((await log.list(ann, { ...everything, limit: 2 })).requests)
  const rest = await log.export(ann, { ...everything, before: lines[0]?.id })
  expect(JSON.parse(rest)).toMatchObject({ key: 'one' })
  expect(await log.export(ann, { ...everything, filter: 'key:none' })).toBe('')
})
