import type { IncomingMessage } from 'node:http'
import type { RequestList } from '../../../src/shared/schemas'
import type { TestLarder } from '../../helpers/start-larder'
import { once } from 'node:events'
import { request } from 'node:http'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startLarder } from '../../helpers/start-larder'
import { json } from './cases'

let larder: TestLarder
beforeEach(async () => {
  larder = await startLarder()
})
afterEach(() => larder.dispose())

interface Cache {
  name: string
  lastMinute: unknown
  entries: number
  createdAt: string
  statistics: { hits: number, sets: number }
}

/** Without the rates of its last minute, which go on between two looks. */
async function cacheOf(name: string): Promise<Omit<Cache, 'lastMinute'>> {
  const { lastMinute: _, ...cache } = (await larder.send('GET', `/admin/caches/${name}`)).json<Cache>()
  return cache
}

/** Opens the event stream with a key, and collects what arrives. */
async function watch(secret: string): Promise<{ text: () => string, closed: () => boolean, end: () => void }> {
  const headers = { 'Host': `localhost:${larder.port}`, 'Api-Key': secret }
  const outgoing = request({ host: '127.0.0.1', port: larder.port, path: '/events', headers, agent: false })
  outgoing.end()
  const [response] = await once(outgoing, 'response') as [IncomingMessage]
  let text = ''
  let closed = false
  response.on('data', (piece: Buffer) => text += String(piece)).on('close', () => closed = true)
  return { text: () => text, closed: () => closed, end: () => outgoing.destroy() }
}

// Red: each of these alone – in src/main/admin/caches.ts drop `lists.write` or `lists.apply()`; in
// src/main/serving/caches.ts drop `names.set(name, held)`.
it('keeps entries, figures, keys and open streams of a renamed cache, over a restart too', async () => {
  await larder.send('POST', '/admin/caches', json({ name: 'products', ttl: null, persistent: true }))
  const grant = { label: 'app', scopes: ['read', 'write'], caches: ['products'] }
  const { id, secret } = (await larder.send('POST', '/admin/keys', json(grant))).json<{ id: string, secret: string }>()
  const asApp = { headers: { 'Api-Key': secret } }
  await larder.sendOpen('PUT', '/api/caches/products/entries/a', { ...asApp, body: 'kept' })
  const { etag } = (await larder.sendOpen('GET', '/api/caches/products/entries/a', asApp)).headers
  const before = await cacheOf('products')
  const stream = await watch(secret)

  expect((await larder.send('POST', '/admin/caches/products/rename', json({ to: 'articles' }))).status).toBe(200)
  expect(await cacheOf('articles')).toEqual({ ...before, name: 'articles', asOf: expect.any(String) })
  expect((await larder.sendOpen('GET', '/api/caches/products/entries/a', asApp)).status).toBe(403)
  expect((await larder.send('GET', '/api/caches/products/entries/a')).status).toBe(404)
  expect((await larder.sendOpen('PUT', '/api/caches/articles/entries/b', { ...asApp, body: 'new' })).status).toBe(201)
  await expect.poll(stream.text).toMatch(/event: entry\.set\ndata: \{"cache":"articles","key":"b"/)
  expect(stream.text()).toContain('event: cache.renamed\ndata: {"cache":"articles","from":"products"}')
  expect(stream.closed()).toBe(false)
  stream.end()

  larder = await larder.restart()
  const kept = await larder.sendOpen('GET', '/api/caches/articles/entries/a', asApp)
  expect([kept.status, kept.text, kept.headers.etag]).toEqual([200, 'kept', etag])
  expect((await cacheOf('articles'))).toMatchObject({ entries: 2, createdAt: before.createdAt })
  expect((await larder.send('GET', '/admin/caches/products')).status).toBe(404)
  expect((await larder.send('GET', '/admin/keys')).json<{ id: string, caches: unknown }[]>().find(key => key.id === id))
    .toMatchObject({ caches: ['articles'] })
})

it('names the field that is wrong', async () => {
  for (const name of ['products', 'articles'])
    await larder.send('POST', '/admin/caches', json({ name, ttl: null }))
  for (const [name, to, status, field] of [
    ['products', 'articles', 409, 'to'],
    ['products', 'default', 409, 'to'],
    ['products', 'a b', 400, 'to'],
    ['default', 'other', 409, 'name'],
  ] as const) {
    const answer = await larder.send('POST', `/admin/caches/${name}/rename`, json({ to }))
    expect([answer.status, answer.json<{ errors: { field: string }[] }>().errors[0]?.field]).toEqual([status, field])
  }
  expect((await larder.send('POST', '/admin/caches/gone/rename', json({ to: 'x' }))).status).toBe(404)
})

// Red: in src/main/admin/caches.ts leave out `requestLog.rename`.
it('tells what was asked of a renamed cache under its new name', async () => {
  await larder.send('POST', '/admin/caches', json({ name: 'products', ttl: null }))
  await larder.send('PUT', '/api/caches/products/entries/a', { body: 'x' })
  await larder.send('POST', '/admin/caches/products/rename', json({ to: 'articles' }))
  await larder.send('GET', '/api/caches/articles/entries/a')
  const logged = await larder.send('GET', '/admin/requests?filter=from:app,console+cache:articles+key:a')
  expect(logged.json<RequestList>().requests.map(({ method, result }) => [method, result]))
    .toEqual([['PUT', 'stored'], ['GET', 'hit']])
  const former = await larder.send('GET', '/admin/requests?filter=from:app,console+cache:products')
  expect(former.json<RequestList>().requests).toEqual([])
})
