import type { z } from 'zod'
import type { CacheInfo, RequestList, ServerStatistics } from '../../../src/shared/schemas'
import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLarder } from '../../helpers/start-larder'
import { createKey, manage, withKey } from '../security/support'

/** What the console reads of its own accord is left out of log and figures, unless asked for. */
let larder: TestLarder
let credentials: Record<'session' | 'control token' | 'key' | 'environment key', Record<string, string>>

beforeAll(async () => {
  larder = await startLarder()
  const { code } = await manage<{ code: string }>(larder, 'POST', '/admin/session/code')
  const { token } = await manage<{ token: string }>(larder, 'POST', '/admin/session', { code })
  const { secret } = await createKey(larder, { scopes: ['read', 'write', 'admin'] })
  credentials = {
    'session': { Authorization: `Bearer ${token}` },
    'control token': { Authorization: `Bearer ${larder.controlToken}` },
    'key': withKey(secret),
    'environment key': withKey('test-owner-key-0123456789'),
  }
  await larder.send('PUT', '/v1/item', { body: 'x' })
})
afterAll(() => larder.dispose())

async function read<T>(path: string): Promise<T> {
  return (await larder.send('GET', path)).json() as T
}

interface State {
  logged: number
  own: number
  last: object | undefined
  requests: number | null
  calls: number
  lookups: number
}

async function state(): Promise<State> {
  const list = await read<RequestList>('/admin/requests?limit=1')
  const own = await read<RequestList>('/admin/requests?limit=1&filter=from:console')
  const { requests } = await read<z.output<typeof ServerStatistics>>('/admin/stats')
  const { statistics } = await read<z.output<typeof CacheInfo>>('/admin/caches/default')
  const misses = Object.values(statistics.misses).reduce((sum, count) => sum + count, 0)
  return {
    logged: list.total,
    own: own.total,
    last: own.requests[0],
    requests,
    calls: statistics.latency.count,
    lookups: statistics.hits + misses,
  }
}

const item = '/api/caches/default/entries/item'
const asApp = { 'Larder-As': 'app' }
/** Who sends what, whether it is logged as apps' requests are, and whether a filter finds it. */
const rows: [keyof typeof credentials, string, string, Record<string, string>, logged: number, own: number][] = [
  ['session', 'GET', `${item}?peek=1`, {}, 0, 1],
  ['session', 'GET', '/api/caches/default/entries', {}, 0, 1],
  ['session', 'GET', '/api/get-cache?cache=default', {}, 0, 1],
  ['session', 'DELETE', '/api/caches/default/entries?prefix=none&dryRun=1', {}, 0, 1],
  ['session', 'GET', '/api/caches/nowhere/entries/a?peek=1', {}, 0, 1],
  ['session', 'PUT', item, {}, 1, 1],
  ['session', 'DELETE', '/api/caches/default/entries?prefix=none', {}, 1, 1],
  ['session', 'GET', `${item}?peek=1`, asApp, 1, 0],
  ['session', 'GET', '/admin/caches', {}, 0, 0],
  ['control token', 'GET', `${item}?peek=1`, {}, 0, 1],
  ['control token', 'GET', `${item}?peek=1`, asApp, 1, 0],
  ['key', 'GET', `${item}?peek=1`, {}, 1, 0],
  ['key', 'GET', `${item}?peek=1`, { 'Larder-As': 'console', 'Larder-Unattended': '1' }, 1, 0],
  ['environment key', 'GET', `${item}?peek=1`, {}, 1, 0],
]

// Red: in src/main/serving/account.ts let `isConsole` be false, or not ask for the credential.
it.each(rows)('%s: %s %s %j', async (who, method, path, headers, logged, own) => {
  const before = await state()
  await larder.send(method, path, {
    headers: { ...credentials[who], ...headers },
    ...method === 'PUT' && { body: 'x' },
  })
  const after = await state()
  expect([after.logged - before.logged, after.own - before.own]).toEqual([logged, own])
  expect((after.requests ?? 0) - (before.requests ?? 0)).toBe(logged)
  if (own === 1)
    expect(after.last).toMatchObject({ from: 'console', method })
  if (!path.startsWith('/admin') && !path.includes('nowhere'))
    expect(after.calls - before.calls).toBe(logged)
  // None of these counts as a hit or a miss.
  expect(after.lookups).toBe(before.lookups)
})

it('finds both where a filter says so', async () => {
  const { total } = await read<RequestList>('/admin/requests?filter=from:app,console')
  const { logged } = await state()
  expect(total).toBeGreaterThan(logged)
})

// Red: in src/main/serving/log/request-log.ts emit `request` for the console's own reads.
it('tells them by a topic of their own', async () => {
  const { body } = await fetch(`http://localhost:${larder.port}/events?topics=request`, { headers: credentials.key })
  const reader = body?.getReader() as ReadableStreamDefaultReader<Uint8Array>
  await larder.send('GET', `${item}?peek=1`, { headers: credentials.session })
  await larder.send('GET', '/v1/last')
  let text = ''
  while (!text.includes('/v1/last'))
    text += new TextDecoder().decode((await reader.read()).value)
  await reader.cancel()
  expect(text).not.toContain(item)
})
