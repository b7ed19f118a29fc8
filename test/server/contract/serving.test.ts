import type { z } from 'zod'
import type { RequestOptions } from '../../helpers/http-client'
import type { TestLarder } from '../../helpers/start-larder'
import type { RouteRow } from '../security/routes'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { dataOperations } from '../../../src/shared/data-operations'
import { CacheInfo } from '../../../src/shared/schemas'
import { startLarder } from '../../helpers/start-larder'
import { routes, targetOf } from '../security/routes'
import { json } from './cases'

/**
 * Every data operation of every face handles scope, reach and switch in the same way, and is
 * counted in the same way. The rows come from the tables.
 */
let larder: TestLarder
let keys: Record<'read' | 'write' | 'elsewhere', string>

const rows = routes.filter(row => Object.hasOwn(dataOperations, row.operation) && row.face !== 'events')
/** Reads of one key, which count as misses if a switch refuses them. */
const keyed = new Set(['classic.get', 'plain.get', 'entries.get'])
let added = 0

const bodies: Record<string, () => RequestOptions> = {
  'classic.set': () => json({ cacheName: 'default', data: { id: `new-${added++}` } }),
  'plain.put': () => ({ body: 'v' }),
  'entries.put': () => ({ body: 'v' }),
  'entries.patch': () => ({ body: '{"a":1}', headers: { 'Content-Type': 'application/merge-patch+json' } }),
  'entries.batch': () => json({ operations: [{ op: 'set', key: 'item', value: { text: 'v' } }] }),
}

beforeAll(async () => {
  larder = await startLarder()
  const key = async (grant: object): Promise<string> =>
    ((await larder.send('POST', '/admin/keys', json({ label: 'key', ...grant }))).json() as { secret: string }).secret
  await larder.send('POST', '/admin/caches', json({ name: 'other', ttl: null }))
  keys = {
    read: await key({ scopes: ['read'] }),
    write: await key({ scopes: ['write'] }),
    elsewhere: await key({ scopes: ['read', 'write'], caches: ['other'] }),
  }
})
beforeEach(async () => {
  expect((await larder.send(
    'PUT',
    '/v1/item',
    { body: '{}', headers: { 'Content-Type': 'application/json' } },
  )).status).toBe(201)
})
afterAll(() => larder.dispose())

interface Outcome { status: number, record: Record<string, unknown>, disabled: number, calls: number }

/** Sends the row's request. Returns its status and what was recorded about it. */
async function run(row: RouteRow, key?: string): Promise<Outcome> {
  const before = await statistics()
  const options = bodies[row.operation]?.() ?? {}
  const headers = { ...options.headers as Record<string, string>, ...key !== undefined && { 'Api-Key': key } }
  const { status } = await larder.send(row.method, targetOf(row, { cache: 'default' }), { ...options, headers })
  const { requests } = (await larder.send('GET', '/admin/requests?limit=1')).json() as {
    requests: Record<string, unknown>[]
  }
  const after = await statistics()
  return {
    status,
    record: requests[0] ?? {},
    disabled: after.misses.disabled - before.misses.disabled,
    calls: after.latency.count - before.latency.count,
  }
}

async function statistics(): Promise<z.output<typeof CacheInfo>['statistics']> {
  return CacheInfo.parse((await larder.send('GET', '/admin/caches/default')).json()).statistics
}

it('has rows of every face', () => {
  expect(new Set(rows.map(row => row.face))).toEqual(new Set(['classic', 'plain', 'native']))
})

for (const row of rows) {
  const known = { face: row.face, operation: row.operation, method: row.method, marks: [] }

  // Red: in src/main/serving/account.ts leave out `recordLatency`, or a field of the record.
  it(`${row.method} ${row.operation}: done, it is in the statistics and in the log`, async () => {
    const { status, record, disabled, calls } = await run(row)
    expect(row.success, JSON.stringify(record)).toContain(status)
    expect(record).toMatchObject({ ...known, status, cache: 'default', reason: null })
    expect(['hit', 'stored', 'touched', 'dropped', 'ok']).toContain(record.result)
    expect([disabled, calls]).toEqual([0, 1])
  })

  // Red: in src/main/serving/access.ts drop `requireScope` from `admit`, or the reach from `open`.
  it(`${row.method} ${row.operation}: out of scope, and out of reach`, async () => {
    const refused = { ...known, status: 403, result: 'refused', reason: 'out-of-scope' }
    const wrong = row.scope === 'read' ? keys.write : keys.read
    const scope = await run(row, wrong)
    expect([scope.status, scope.calls]).toEqual([403, 0])
    expect(scope.record).toMatchObject({ ...refused, cache: null })
    const reach = await run(row, keys.elsewhere)
    expect([reach.status, reach.calls]).toEqual([403, 0])
    expect(reach.record).toMatchObject({ ...refused, cache: 'default' })
  })

  // Red: in src/main/serving/access.ts call `work` while everything is off, or drop either switch
  // from `open`.
  it.each([
    ['everything', 'caching-off', '/admin/switch', 'PUT'],
    ['the cache', 'cache-off', '/admin/caches/default', 'PATCH'],
  ])(`${row.method} ${row.operation}: %s is off`, async (_, reason, path, verb) => {
    await larder.send(verb, path, json({ enabled: false }))
    const { status, record, disabled } = await run(row)
    await larder.send(verb, path, json({ enabled: true }))
    expect(status).toBe(503)
    // The cache of a write need not be known to refuse it.
    const cache = row.mutates && reason === 'caching-off' ? null : 'default'
    expect(record).toMatchObject({ ...known, status: 503, result: 'off', reason, cache })
    expect(disabled).toBe(keyed.has(row.operation) ? 1 : 0)
  })
}
