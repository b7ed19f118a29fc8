import type { Answer } from '../../helpers/http-client'
import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createManualClock } from '../../../src/main/base/clock'
import { startLarder } from '../../helpers/start-larder'
import { json } from './cases'

// A deletion concerns what its question was about, and not what came afterwards.
const clock = createManualClock()
let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder({}, clock)
})
afterAll(() => larder.dispose())

let count = 0
async function fill(...keys: string[]): Promise<string> {
  const name = `c${++count}`
  await larder.send('POST', '/admin/caches', json({ name, ttl: null }))
  await store(name, ...keys)
  return name
}
async function store(cache: string, ...keys: string[]): Promise<void> {
  clock.advance(1)
  for (const key of keys) {
    const answer = await larder.send('PUT', `/api/caches/${cache}/entries/${key}`, {
      body: 'v',
      headers: { 'Larder-Tags': 't' },
    })
    expect(answer.status).toBeLessThan(300)
  }
}
async function keysOf(cache: string): Promise<string[]> {
  return (await larder.send('GET', `/api/caches/${cache}/entries`)).json<{ entries: { key: string }[] }>()
    .entries
    .map(({ key }) => key)
}
async function told(answer: Promise<Answer>): Promise<Record<string, string>> {
  const { status, text } = await answer
  expect(status, text).toBeLessThan(300)
  return JSON.parse(text) as Record<string, string>
}

const entries = (cache: string): string => `/api/caches/${cache}/entries`

/** Where the moment of a question comes from. */
const questions: [string, (cache: string) => Promise<Record<string, string>>][] = [
  ['a dry run', cache => told(larder.send('DELETE', `${entries(cache)}?prefix=a&dryRun`))],
  ['a page', cache => told(larder.send('GET', `${entries(cache)}?prefix=a`))],
  ['the figures of a cache', cache => told(larder.send('GET', `/admin/caches/${cache}`))],
]

/** Ways to delete, with what is left of a1, a2 (stored anew after the question) and a3 (new). */
const deletions: [string, (cache: string, asOf: string) => Promise<unknown>, string[]][] = [
  ...['prefix=a', 'glob=a*', 'tag=t', 'filter=key:a*'].map(query => [
    query,
    async (cache: string, asOf: string) => {
      expect(await told(larder.send('DELETE', `${entries(cache)}?${query}&asOf=${asOf}`))).toEqual({ matched: 1 })
    },
    ['a2', 'a3'],
  ] as [string, (cache: string, asOf: string) => Promise<unknown>, string[]]),
  ['a job', async (cache, asOf) => {
    const order = { kind: 'delete', cache, select: [{ prefix: 'a' }], asOf }
    const { id } = await told(larder.send('POST', '/admin/jobs', json(order)))
    await expect.poll(async () => (await larder.send('GET', `/admin/jobs/${id}`)).json())
      .toMatchObject({ state: 'done', matched: 1 })
  }, ['a2', 'a3']],
  ['a clear', async (cache, asOf) => {
    expect(await told(larder.send('POST', `/admin/caches/${cache}/flush`, json({ asOf })))).toEqual({ matched: 1 })
    expect((await larder.send('GET', `${entries(cache)}/a1`)).headers['cache-status']).toContain('detail=flushed')
  }, ['a2', 'a3']],
]

// Red: in src/main/cache/invalidation.ts leave out `entry.storedAt > asOf`; in
// src/main/admin/caches.ts clear all whenever a clear is wanted.
describe.each(questions)('as of %s', (_, ask) => {
  it.each(deletions)('%s leaves alone what came later', async (_, remove, left) => {
    const cache = await fill('a1', 'a2')
    const { asOf = '' } = await ask(cache)
    await store(cache, 'a2', 'a3')
    await remove(cache, asOf)
    expect(await keysOf(cache)).toEqual(left)
  })
})

// Red: in src/main/cache/live-table.ts leave out `parts.stored`, and `later` goes as well.
it('a clear deletes all at once where nothing came later, and only what is older where something did', async () => {
  const cache = await fill('a', 'b')
  const { asOf } = await told(larder.send('GET', `/admin/caches/${cache}`))
  await store(cache, 'later')
  expect(await told(larder.send('POST', `/admin/caches/${cache}/flush`, json({ asOf })))).toEqual({ matched: 2 })
  expect(await keysOf(cache)).toEqual(['later'])
  const now = await told(larder.send('GET', `/admin/caches/${cache}`))
  expect(await told(larder.send('POST', `/admin/caches/${cache}/flush`, json({ asOf: now.asOf })))).toEqual({ matched: 1 })
  expect(await keysOf(cache)).toEqual([])
})

// Red: in src/main/admin/cache-directory.ts leave out the look at `createdAt`.
describe('another cache with the name of one that was asked about', () => {
  const name = 'twice'
  it.each<[string, (createdAt: string) => Promise<Answer>]>([
    ['is not deleted', createdAt => larder.send('DELETE', `/admin/caches/${name}?createdAt=${createdAt}`)],
    ['is not cleared', createdAt => larder.send('POST', `/admin/caches/${name}/flush`, json({ createdAt }))],
    ['loses nothing to a job', createdAt =>
      larder.send('POST', '/admin/jobs', json({ kind: 'delete', cache: name, select: [{ prefix: 'a' }], createdAt }))],
  ])('%s', async (_, act) => {
    await larder.send('POST', '/admin/caches', json({ name, ttl: null }))
    const { createdAt = '' } = await told(larder.send('GET', `/admin/caches/${name}`))
    clock.advance(5)
    const other = await fill('a')
    await larder.send('DELETE', `/admin/caches/${name}`)
    await told(larder.send('POST', `/admin/caches/${other}/rename`, json({ to: name })))
    const refused = await act(createdAt)
    expect([refused.status, refused.json()]).toMatchObject([404, { code: 'cache-not-found' }])
    expect(await keysOf(name)).toEqual(['a'])
    const mine = await told(larder.send('GET', `/admin/caches/${name}`))
    expect((await act(mine.createdAt ?? '')).status).toBeLessThan(300)
  })
})

it.each<[string, string, string, object]>([
  ['a deletion', 'DELETE', '/api/caches/default/entries?prefix=a&asOf=yesterday', {}],
  ['a clear', 'POST', '/admin/caches/default/flush', { asOf: 'yesterday' }],
  ['a job', 'POST', '/admin/jobs', { kind: 'delete', cache: 'default', select: [{ tag: 't' }], asOf: 'yesterday' }],
  ['an export', 'POST', '/admin/jobs', { kind: 'export', cache: 'default', asOf: '2026-11-30T16:08:41.123Z' }],
])('%s with a moment that means nothing is refused', async (_, method, path, body) => {
  await larder.send('PUT', '/api/caches/default/entries/a', { body: 'v' })
  const answer = await larder.send(method, path, method === 'DELETE' ? {} : json(body))
  expect([answer.status, answer.json()]).toMatchObject([400, { errors: [{ field: 'asOf' }] }])
  expect(await keysOf('default')).toEqual(['a'])
})
