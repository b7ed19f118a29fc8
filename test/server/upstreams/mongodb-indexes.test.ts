import type { MongodbServer } from '../../helpers/mongodb-server'
import { Buffer } from 'node:buffer'
import { Int32, MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aValue, neverAborts } from '../../contract/sources'
import { startMongodb } from '../../helpers/mongodb-server'
import { poolFor, sourceFor } from '../../helpers/mongodb/pool'

let server: MongodbServer
let client: MongoClient
beforeAll(async () => {
  server = await startMongodb()
  client = new MongoClient(server.url, { serverApi: '1', retryWrites: false, promoteValues: false })
})
afterAll(async () => {
  await client.close()
  await server.dispose()
})

let collections = 0
/** An empty collection, as Larder and as another program see it. */
function start(more: { keyField?: string } = {}) {
  const collection = `c${++collections}`
  const fields = { url: server.url, database: 'shop', collection, ...more }
  const there = client.db('shop').collection<{ _id: string, [name: string]: unknown }>(collection)
  const source = sourceFor(fields)
  const load = async (key: string) => (await source.load(key, neverAborts))?.value.toString()
  return { fields, there, source, load }
}
const json = (text: string) => aValue(text, { contentType: 'application/json', ttl: null })

describe('indexes', () => {
  // Red: in src/main/upstreams/mongodb/source.ts leave out `requireUnique`.
  it('a source writes by another field only if no key can be there twice', async () => {
    const { source, there, load } = start({ keyField: 'sku' })
    await there.insertOne({ _id: 'x', sku: 'a', n: 'x' })
    expect(await load('a')).toBe('{"_id":"x","sku":"a","n":"x"}')
    const message = 'A write needs a unique index on sku, so that no key is there twice.'
    const calls = [
      source.writes.set('a', aValue('x'), neverAborts),
      source.writes.delete('a', neverAborts),
      source.writes.replace('b', null, aValue('x'), neverAborts),
    ]
    for (const call of calls)
      await expect(call).rejects.toMatchObject({ failure: 'refused', message })
    await there.createIndex({ sku: 1 }, { unique: true })
    await source.writes.set('a', aValue('y'), neverAborts)
    expect(await there.find().toArray()).toHaveLength(1)
  })

  it('of a source are never changed; a backend has its own, made once', async () => {
    const { source, there, fields } = start()
    await source.writes.set('a', aValue('x', { ttl: 5 }), neverAborts)
    expect(await there.indexes()).toHaveLength(1)
    const backend = poolFor(fields).backendOf('main') ?? expect.unreachable()
    const seen = server.commands.length
    const stored = { bytes: Buffer.from('x'), life: 5 }
    await Promise.all(['a', 'b', 'c'].map(key => backend.set(key, stored, neverAborts)))
    await poolFor(fields).backendOf('main')?.set('d', stored, neverAborts)
    const made = server.commands.slice(seen).filter(({ createIndexes }) => createIndexes === fields.collection)
    expect(made).toHaveLength(2)
    expect(await there.indexes()).toMatchObject([{}, {
      key: { expiresAt: new Int32(1) },
      expireAfterSeconds: new Int32(0),
      partialFilterExpression: { value: { $exists: true } },
    }])
  })

  it.each([
    ['the same index by another name', 85, true],
    ['no right to make one', 13, true],
    ['a full disk', 14_031, false],
  ])('a backend copes with %s, as far as that is right', async (_, code, copes) => {
    const { fields } = start()
    const backend = poolFor(fields).backendOf('main') ?? expect.unreachable()
    server.intercept('createIndexes', () => ({ ok: 0, code, codeName: 'OutOfDiskSpace', errmsg: 'canary' }))
    const set = backend.set('a', { bytes: Buffer.from('x'), life: null }, neverAborts)
    await (copes
      ? expect(set).resolves.toBe(false)
      : expect(set).rejects.toMatchObject({ message: 'The server answers with the error OutOfDiskSpace.' }))
    expect(await backend.set('a', { bytes: Buffer.from('x'), life: null }, neverAborts)).toBe(copes)
  })
})

// Red: in src/main/upstreams/mongodb/documents.ts let `isKeyTaken` not look at `indexed`.
it('says where another field must be unique', async () => {
  const { source, there } = start()
  await there.createIndex({ mail: 1 }, { unique: true })
  await source.writes.set('a', json('{"mail":"x"}'), neverAborts)
  for (const call of [
    source.writes.set('b', json('{"mail":"x"}'), neverAborts),
    source.writes.replace('b', null, json('{"mail":"x"}'), neverAborts),
  ]) {
    await expect(call).rejects.toMatchObject({
      failure: 'refused',
      message: 'Another document has the same value in a field that must be unique.',
    })
  }
})
