import type { RequestList } from '../../../src/shared/schemas'
import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLarder } from '../../helpers/start-larder'

let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder()
  await larder.send('PATCH', '/admin/caches/default', asJson({ ttl: 600 }))
})
afterAll(() => larder.dispose())

function asJson(value: unknown): { headers: Record<string, string>, body: string } {
  return { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) }
}

function ttl(ttl: string, grace = '0'): { headers: Record<string, string>, body: string } {
  return { headers: { 'Larder-TTL': ttl, 'Larder-Grace': grace }, body: 'x' }
}

const entry = '/api/caches/default/entries/a'

/** What is sent, and between which TTLs that of its line in the log lies. */
type Row = [what: string, method: string, path: string, options: object, least: number | null, most: number | null]
const rows: Row[] = [
  ['the TTL of the cache', 'PUT', '/v1/a', { body: 'x' }, 600, 600],
  ['what is left, of a hit', 'GET', '/v1/a', {}, 0, 600],
  ['that of a header', 'PUT', entry, ttl('90'), 90, 90],
  ['no expiry', 'PUT', entry, ttl('none'), null, null],
  ['none of a hit without expiry', 'GET', entry, {}, null, null],
  ['none that is kept', 'PUT', entry, ttl('keep'), null, null],
  ['a touch', 'POST', `${entry}?op=touch&ttl=30`, {}, 30, 30],
  ['a refused write', 'PUT', entry, { headers: { 'If-None-Match': '*' }, body: 'x' }, null, null],
  ['one that is stale at once', 'PUT', entry, ttl('0.001', '60'), 0.001, 0.001],
  ['a stale hit', 'GET', entry, {}, -60, 0],
  ['a miss', 'GET', '/v1/nothing', {}, null, null],
  ['a classic set', 'POST', '/api/set-cache', asJson({ cacheName: 'default', data: { id: 'b' } }), 600, 600],
]

// Red: in src/main/serving/account.ts leave out what `noteLookup` or `noteFailure` does with the
// TTL; in src/main/http/data-plane/store.ts leave out `noteTtl`.
it.each(rows)('logs %s', async (_, method, path, options, least, most) => {
  await larder.send(method, path, options)
  const answer = await larder.send('GET', '/admin/requests?limit=1&filter=from:app,console')
  const [logged] = answer.json<RequestList>().requests
  expect(logged).toMatchObject({ method, path: path.split('?')[0] })
  if (least === null)
    return expect(logged?.ttl).toBeNull()
  expect(logged?.ttl).toBeGreaterThanOrEqual(least)
  expect(logged?.ttl).toBeLessThanOrEqual(most ?? 0)
})
