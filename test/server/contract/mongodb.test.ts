import type { MongodbServer } from '../../helpers/mongodb-server'
import type { TestLarder } from '../../helpers/start-larder'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startMongodb } from '../../helpers/mongodb-server'
import { startLarder } from '../../helpers/start-larder'
import { manage } from '../security/support'

/** Products that another program keeps in MongoDB, and entries that Larder keeps there. */
const password = 'canary/pw+8J4k=%'
let server: MongodbServer
let client: MongoClient
let larder: TestLarder
beforeAll(async () => {
  server = await startMongodb({ passwords: new Map([['ada', password]]) })
  const auth = { username: 'ada', password }
  client = new MongoClient(server.url, { serverApi: '1', retryWrites: false, auth, authMechanism: 'SCRAM-SHA-256' })
  larder = await startLarder()
  const url = server.url.replace('//', `//ada:${encodeURIComponent(password)}@`)
  const connections = { main: { url: `${url}/shop/products?authSource=admin`, keyField: 'sku' }, own: { url } }
  for (const [name, fields] of Object.entries(connections))
    await manage(larder, 'POST', '/admin/connections', { name, driver: 'mongodb', ...fields })
  const source = { connection: 'main', mode: 'write-through', format: 'application/json' }
  await manage(larder, 'POST', '/admin/caches', { name: 'products', ttl: 300, source })
  const backend = { connection: 'own', prefix: 'page:', format: 'raw', contentType: 'text/html' }
  await manage(larder, 'POST', '/admin/caches', { name: 'pages', ttl: 300, backend })
})
beforeEach(async () => {
  await client.db('shop').dropDatabase()
  await client.db('larder').dropDatabase()
  await products().createIndex({ sku: 1 }, { unique: true })
  await manage(larder, 'POST', '/admin/caches/products/flush', {})
})
afterAll(async () => {
  await larder.dispose()
  await client.close()
  await server.dispose()
})

interface Product {
  _id: string
  sku: string | number
  price?: number
  more?: string
}
const products = () => client.db('shop').collection<Product>('products')
const entry = '/api/caches/products/entries/10001'
const asJson = { 'Content-Type': 'application/json' }

it('reads, conditions, patches and deletions go through to the document', async () => {
  await products().insertOne({ _id: 'x', sku: 10_001, price: 5 })
  const first = await larder.send('GET', entry)
  expect([first.text, first.headers['content-type']]).toEqual(['{"_id":"x","sku":10001,"price":5}', 'application/json'])
  expect((await larder.send('GET', entry)).headers['cache-status']).toMatch(/^Larder; hit/)
  const patch = { body: '{"price":6}', headers: { 'Content-Type': 'application/merge-patch+json' } }
  expect((await larder.send('PATCH', entry, patch)).status).toBe(204)
  expect(await products().findOne({ _id: 'x' })).toEqual({ _id: 'x', sku: 10_001, price: 6 })
  expect((await larder.send('PUT', entry, { body: '{ "price": 7 }', headers: asJson })).status).toBe(204)
  const { etag } = (await larder.send('GET', entry)).headers
  const headers = { ...asJson, 'If-Match': String(etag) }
  const conditional = (body: string) => larder.send('PUT', entry, { body, headers })
  expect((await conditional('{ "price": 8 }')).status).toBe(204)
  expect((await conditional('{ "price": 9 }')).status).toBe(412)
  // A PUT that names no TTL gives the document no end.
  expect(await products().findOne({ _id: 'x' })).toEqual({ _id: 'x', sku: 10_001, price: 8 })
  await products().replaceOne({ _id: 'x' }, { sku: 10_001, more: 'by another' })
  expect((await larder.send('PATCH', entry, patch)).status).toBe(204)
  expect(await products().findOne({ _id: 'x' })).toEqual({ _id: 'x', sku: 10_001, more: 'by another', price: 6 })
  expect((await larder.send('DELETE', entry)).status).toBe(204)
  expect(await products().findOne({ _id: 'x' })).toBeNull()
  expect((await larder.send('GET', entry)).status).toBe(404)
})

it('a refresh brings in what has changed behind Larder, and what is listed', async () => {
  await products().insertMany([{ _id: 'x', sku: 'a', price: 1 }, { _id: 'y', sku: 'b', price: 1 }])
  await larder.send('GET', '/api/caches/products/entries/a')
  await products().replaceOne({ _id: 'x' }, { sku: 'a', price: 2 })
  await manage(larder, 'POST', '/admin/caches/products/refresh', { what: 'source', prefix: '' })
  const price = async (key: string) => (await larder.send('GET', `/api/caches/products/entries/${key}`)).text
  await expect.poll(() => price('a')).toContain('"price":2')
  await expect.poll(async () => (await larder.send('GET', '/api/caches/products/entries')).text)
    .toContain('"b"')
})

it('entries are documents that other programs can read, and leave by a flush', async () => {
  const page = '/api/caches/pages/entries/home'
  expect((await larder.send('PUT', page, { body: '<h1>' })).status).toBe(201)
  const there = client.db('larder').collection<{ _id: string, value: { buffer: Uint8Array }, expiresAt: Date }>('cache')
  const found = await there.findOne({ _id: 'page:home' })
  expect(String(found?.value.buffer)).toBe('<h1>')
  expect(found?.expiresAt.getTime()).toBeGreaterThan(Date.now() + 200_000)
  const large = await larder.send('PUT', page, { body: Buffer.alloc(16 * 1024 * 1024) })
  expect(large.json()).toMatchObject({ status: 413, code: 'too-large' })
  expect((await larder.send('GET', page)).text).toBe('<h1>')
  await manage(larder, 'POST', '/admin/caches/pages/flush', {})
  expect(await there.findOne({ _id: 'page:home' })).toBeNull()
})

// S8, S12, S22.
it('the password is in no answer and in no file but the vault', async () => {
  const texts: string[] = []
  const ask = async (method: string, path: string, body?: object): Promise<void> => {
    const given = body ? { headers: asJson, body: JSON.stringify(body) } : {}
    texts.push((await larder.send(method, path, given)).text)
  }
  await ask('GET', '/admin/connections')
  await ask('POST', '/admin/connections/main/test', {})
  await ask('POST', '/admin/connections/main/test', { user: 'eve' })
  await ask('PATCH', '/admin/connections/main', { url: 'mongodb://other.invalid' })
  await ask('PATCH', '/admin/connections/main', { url: server.url.replace('//', `//bob:${password}@`) })
  expect(texts[1]).toContain('"ok":true')
  expect(texts[2]).toContain('The server refuses this user or password.')
  expect(texts[3]).toContain('password')
  const files = readdirSync(larder.home, { recursive: true, withFileTypes: true })
    .filter(file => file.isFile())
    .map(file => ({ name: file.name, text: readFileSync(join(file.parentPath, file.name), 'latin1') }))
  const holding = (text: string): boolean => text.includes(password) || text.includes(encodeURIComponent(password))
  expect(texts.filter(holding)).toEqual([])
  expect(files.filter(({ text }) => holding(text)).map(({ name }) => name)).toEqual(['secrets.json'])
})
