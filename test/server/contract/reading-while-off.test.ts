import type { z } from 'zod'
import type { CacheInfo, ServerStatistics } from '../../../src/shared/schemas'
import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLarder } from '../../helpers/start-larder'
import { createKey, manage, withKey } from '../security/support'
import { json } from './cases'

/**
 * Decisions 0037 and 0041: the console sees what is stored while a switch is off, and nobody else
 * does.
 */
let larder: TestLarder
let keyId: string
let credentials: Record<'session' | 'control token' | 'key' | 'environment key', Record<string, string>>

beforeAll(async () => {
  larder = await startLarder()
  const { code } = await manage<{ code: string }>(larder, 'POST', '/admin/session/code')
  const { token } = await manage<{ token: string }>(larder, 'POST', '/admin/session', { code })
  const key = await createKey(larder, { scopes: ['read', 'write', 'admin'] })
  keyId = key.id
  credentials = {
    'session': { Authorization: `Bearer ${token}` },
    'control token': { Authorization: `Bearer ${larder.controlToken}` },
    'key': withKey(key.secret),
    'environment key': withKey('test-owner-key-0123456789'),
  }
  await larder.send('PUT', '/v1/item', { body: 'x' })
})
afterAll(() => larder.dispose())

const list = '/api/caches/default/entries'
const item = `${list}/item`
/** All entries with their values: "View all" of the console (decision 0041). */
const all = '/api/get-cache?cache=default'
const asApp = { 'Larder-As': 'app' }
const rows: [keyof typeof credentials, string, string, Record<string, string>, status: number][] = [
  ['session', 'GET', list, {}, 200],
  ['session', 'HEAD', list, {}, 200],
  ['session', 'GET', `${list}?prefix=it&delimiter=:&progress=1`, {}, 200],
  ['session', 'GET', `${list}?limit=0`, {}, 400],
  ['session', 'GET', `${item}?peek=1`, {}, 200],
  ['session', 'GET', `${list}/nothing?peek=1`, {}, 404],
  ['session', 'GET', all, {}, 200],
  ['session', 'GET', '/api/get-cache', {}, 400],
  ['control token', 'GET', all, {}, 200],
  ['control token', 'GET', list, {}, 200],
  ['control token', 'GET', `${item}?peek=1`, {}, 200],
  ['session', 'GET', item, {}, 503],
  ['session', 'GET', `${item}?peek=0`, {}, 503],
  ['session', 'GET', '/v1/item', {}, 503],
  ['session', 'GET', '/api/get-cache?cache=default&key=item', {}, 503],
  ['session', 'PUT', item, {}, 503],
  ['session', 'DELETE', item, {}, 503],
  ['session', 'DELETE', `${list}?prefix=a&dryRun=1`, {}, 503],
  ['session', 'POST', '/api/caches/default/batch', {}, 503],
  ['session', 'GET', all, asApp, 503],
  ['session', 'GET', list, asApp, 503],
  ['session', 'GET', `${item}?peek=1`, asApp, 503],
  ['control token', 'GET', `${item}?peek=1`, asApp, 503],
  ['key', 'GET', all, {}, 503],
  ['key', 'GET', list, {}, 503],
  ['key', 'GET', `${item}?peek=1`, {}, 503],
  ['key', 'GET', `${item}?peek=1`, { 'Larder-As': 'console' }, 503],
  ['environment key', 'GET', all, {}, 503],
  ['environment key', 'GET', list, {}, 503],
  ['environment key', 'GET', `${item}?peek=1`, {}, 503],
]

describe.each([
  ['everything', '/admin/switch', 'PUT'],
  ['the cache', '/admin/caches/default', 'PATCH'],
])('%s off', (_, path, method) => {
  beforeAll(async () => {
    expect((await larder.send(method, path, json({ enabled: false }))).status).toBe(200)
  })
  afterAll(() => larder.send(method, path, json({ enabled: true })))

  it.each(rows)('%s: %s %s %j gets %i', async (who, verb, target, headers, status) => {
    const answer = await larder.send(verb, target, { headers: { ...credentials[who], ...headers } })
    expect(answer.status).toBe(status)
    if (status === 503)
      expect(answer.body.toString()).not.toContain('item')
  })
})

interface Told { off?: z.output<typeof ServerStatistics>['off'], disabled: number }

async function told(path: string): Promise<Told> {
  const { off, ...rest } = await manage<Pick<z.output<typeof CacheInfo>, 'off' | 'statistics'>
    & Pick<z.output<typeof ServerStatistics>, 'totals'>>(larder, 'GET', path)
  return { ...off && { off }, disabled: (rest.statistics ?? rest.totals).misses.disabled }
}

it.each([
  ['everything', '/admin/switch', 'PUT', '/admin/stats'],
  ['the cache', '/admin/caches/default', 'PATCH', '/admin/caches/default'],
])('%s off: says since when, and counts what apps got', async (_, path, method, state) => {
  const before = await told(state)
  expect(before.off).toBeUndefined()
  await larder.send(method, path, json({ enabled: false }))
  const began = await told(state)
  expect(began.off).toMatchObject({ refused: 0, callers: [] })
  expect(Date.parse(began.off?.since ?? '')).toBeLessThanOrEqual(Date.now())
  for (const headers of [credentials.session, credentials['control token']]) {
    await larder.send('GET', item, { headers })
    await larder.send('GET', `${item}?peek=1`, { headers })
    await larder.send('GET', all, { headers })
  }
  expect(await told(state)).toEqual({ ...began, disabled: before.disabled })
  await larder.send('GET', item, { headers: credentials.key })
  await larder.send('GET', '/v1/item', { headers: credentials.key })
  await larder.send('GET', item, { headers: { ...credentials.session, ...asApp } })
  expect(await told(state)).toEqual({
    off: {
      since: began.off?.since,
      refused: 3,
      callers: [{ cache: 'default', keyId, refused: 2 }, { cache: 'default', keyId: null, refused: 1 }],
    },
    disabled: before.disabled + 3,
  })
  await larder.send(method, path, json({ enabled: true }))
  expect((await told(state)).off).toBeUndefined()
})
