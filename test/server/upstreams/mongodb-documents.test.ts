import type { MongodbServer } from '../../helpers/mongodb-server'
import { Buffer } from 'node:buffer'
import { Binary, Code, Decimal128, Double, Int32, Long, MongoClient, ObjectId, Timestamp } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aValue, neverAborts } from '../../contract/sources'
import { startMongodb } from '../../helpers/mongodb-server'
import { sourceFor } from '../../helpers/mongodb/pool'

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

/** What another program may have there. */
interface Anything {
  _id: string | ObjectId | Int32 | Long | Double | Date | Timestamp | { a: number }
  [name: string]: unknown
}

let collections = 0
/** An empty collection, as Larder and as another program see it. */
function start(more: { keyField?: string } = {}) {
  const collection = `c${++collections}`
  const there = client.db('shop').collection<Anything>(collection)
  const source = sourceFor({ url: server.url, database: 'shop', collection, ...more })
  return {
    there,
    source,
    load: async (key: string) => (await source.load(key, neverAborts))?.value.toString(),
    async list(prefix = '') {
      const pages = await Array.fromAsync(source.keys(prefix, neverAborts))
      return pages.flat().sort()
    },
  }
}
const json = (text: string) => aValue(text, { contentType: 'application/json; charset=utf-8', ttl: null })
const id = 'a1b2c3d4e5f60718293a4b5c'

describe('documents that another program has written', () => {
  // Red: in src/main/upstreams/mongodb/messages.ts let `promoteValues` be true.
  it('are JSON, with every digit, and Extended JSON where JSON cannot say it', async () => {
    const { there, source } = start()
    await there.insertOne({
      _id: 'sku 1',
      name: 'Zoë',
      price: new Double(19.99),
      whole: new Double(7),
      count: new Int32(7),
      long: Long.fromString('9007199254740993'),
      sold: false,
      none: null,
      parts: [{ a: [] }],
      none2: new Double(Number.NaN),
      exact: Decimal128.fromString('1.10'),
      ref: new ObjectId(id),
      at: new Date(1_700_000_000_000),
      raw: new Binary(Buffer.from([0, 1])),
      pattern: /a+/i,
      stamp: new Timestamp({ t: 1, i: 2 }),
      code: new Code('x'),
      expiresAt: new Date(Date.now() + 1_000_000_000),
    })
    const found = await source.load('sku 1', neverAborts)
    expect(found?.contentType).toBe('application/json')
    expect(String(found?.value)).toBe([
      '{"_id":"sku 1","name":"Zoë","price":19.99,"whole":7.0,"count":7,"long":9007199254740993,"sold":false',
      '"none":null,"parts":[{"a":[]}],"none2":{"$numberDouble":"NaN"},"exact":{"$numberDecimal":"1.10"}',
      `"ref":{"$oid":"${id}"},"at":{"$date":{"$numberLong":"1700000000000"}}`,
      '"raw":{"$binary":{"base64":"AAE=","subType":"00"}},"pattern":{"$regularExpression":{"pattern":"a+","options":"i"}}',
      '"stamp":{"$timestamp":{"t":1,"i":2}},"code":{"$code":"x"}}',
    ].join())
    expect(found?.ttl).toBeGreaterThan(900_000)
  })

  it('are written as the same documents again', async () => {
    const { there, source, load } = start()
    const document = {
      _id: 'a',
      whole: new Double(7),
      long: Long.fromString('9007199254740993'),
      ref: new ObjectId(id),
      at: new Date(5),
      exact: Decimal128.fromString('1.10'),
      deep: [{ n: null, t: 'x' }],
    }
    await there.insertOne(document)
    const before = await load('a') ?? ''
    await source.writes.set('b', json(before.replace('"_id":"a"', '"_id":"b"')), neverAborts)
    expect(await there.findOne({ _id: 'b' })).toEqual({ ...document, _id: 'b' })
  })

  // Red: in src/main/upstreams/mongodb/keys.ts leave out a kind of key.
  it('are found and listed by text, ObjectId and whole numbers', async () => {
    const { there, load, list, source } = start()
    await there.insertMany([
      { _id: new ObjectId(id), n: 'object' },
      { _id: new Int32(7), n: 'int' },
      { _id: Long.fromString('9007199254740993'), n: 'long' },
      { _id: new Double(-8), n: 'double' },
      { _id: new Double(1.5), n: 'fraction' },
      { _id: new Date(1), n: 'date' },
      { _id: new Timestamp({ t: 0, i: 5 }), n: 'timestamp' },
      { _id: { a: 1 }, n: 'document' },
      { _id: 'text', n: 'text' },
      { _id: '', n: 'nothing' },
      { _id: 'k'.repeat(1025), n: 'long' },
    ])
    const found = { [id]: 'object', '7': 'int', '9007199254740993': 'long', '-8': 'double', 'text': 'text' }
    for (const [key, n] of Object.entries(found))
      expect(JSON.parse(await load(key) ?? '{}')).toMatchObject({ n })
    for (const other of ['07', '7.0', '+7', '1.5', id.toUpperCase(), '99999999999999999999', '9223372036854775808'])
      expect(await load(other), other).toBeUndefined()
    expect(await list()).toEqual(['-8', '7', '9007199254740993', id, 'text'].sort())
    expect(await list('a1')).toEqual([id])
    expect(await source.writes.delete('7', neverAborts)).toBe(true)
    await source.writes.set(id, json('{"n":"new"}'), neverAborts)
    expect(await there.findOne({ _id: new ObjectId(id) })).toMatchObject({ n: 'new' })
    expect(await there.find().toArray()).toHaveLength(10)
  })

  it('are compared as a whole, so that nothing is lost', async () => {
    const { there, source, load } = start()
    await there.insertOne({ _id: 'a', n: new Int32(1), at: new Date(5) })
    const before = Buffer.from(await load('a') ?? '')
    const after = json('{"_id":"a","n":2,"at":{"$date":{"$numberLong":"5"}}}')
    expect(await source.writes.replace('a', Buffer.from('{}'), after, neverAborts)).toBe(false)
    expect(await source.writes.replace('a', null, after, neverAborts)).toBe(false)
    await there.replaceOne({ _id: 'a' }, { n: new Int32(1), at: new Date(5), more: 'by another' })
    expect(await source.writes.replace('a', before, after, neverAborts)).toBe(false)
    await there.replaceOne({ _id: 'a' }, { n: new Int32(1), at: new Date(5) })
    expect(await source.writes.replace('a', before, after, neverAborts)).toBe(true)
    expect(await there.findOne({ _id: 'a' })).toEqual({ _id: 'a', n: new Int32(2), at: new Date(5) })
  })

  // What a cache holds after it wrote through has no _id, and other spaces than what it will read.
  it.each(['_id', 'sku'])('are compared with what they were written from: %s', async (keyField) => {
    const { source, there, load } = start({ keyField })
    await there.createIndex({ sku: 1 }, { unique: true })
    const [first, second] = ['{ "n": 1.0 }', '{ "n": 2 }']
    await source.writes.set('a', json(first), neverAborts)
    expect(await source.writes.replace('a', Buffer.from('{ "n": 1 }'), json(second), neverAborts)).toBe(false)
    expect(await source.writes.replace('a', Buffer.from(first), json(second), neverAborts)).toBe(true)
    expect(await load('a')).toMatch(/"n":2\}$/)
    await source.writes.set('a', aValue(first), neverAborts)
    expect(await source.writes.replace('a', Buffer.from('{"n":1.0}'), json(second), neverAborts)).toBe(false)
  })

  // Red: in src/main/upstreams/mongodb/source.ts leave `$expr` out of `where`.
  it('are not replaced where somebody changes them between the look and the write', async () => {
    const { there, source, load } = start()
    await there.insertOne({ _id: 'a', n: new Int32(1) })
    const before = Buffer.from(await load('a') ?? '')
    server.intercept('find', () => {
      // What was there before: the other program is faster than our write.
      return { cursor: { id: Long.ZERO, ns: 'shop', firstBatch: [{ _id: 'a', n: new Int32(1) }] } }
    })
    const write = source.writes.replace('a', before, json('{"n":2}'), neverAborts)
    await there.replaceOne({ _id: 'a' }, { n: new Int32(1), more: 'by another' })
    expect(await write).toBe(false)
    expect(await there.findOne({ _id: 'a' })).toMatchObject({ more: 'by another' })
  })

  it('are gone once their end has come, whether or not they were deleted', async () => {
    const { there, source, load, list } = start()
    await there.insertOne({ _id: 'a', expiresAt: new Date(1) })
    await there.insertOne({ _id: 'text', expiresAt: 'tomorrow' })
    await there.insertOne({ _id: 'far', expiresAt: new Date(8.64e15) })
    expect(await load('a')).toBeUndefined()
    expect(await load('text')).toBe('{"_id":"text","expiresAt":"tomorrow"}')
    expect(await load('far')).toBe('{"_id":"far"}')
    await source.writes.set('far', aValue('x', { ttl: 1e300 }), neverAborts)
    expect(await load('far')).toBe('x')
    expect(await list()).toEqual(['far', 'text'])
    expect(await source.writes.delete('a', neverAborts)).toBe(false)
    await there.insertOne({ _id: 'a', expiresAt: new Date(1) })
    expect(await source.writes.replace('a', null, aValue('x'), neverAborts)).toBe(true)
    expect(await load('a')).toBe('x')
  })
})

describe('values', () => {
  it('that cannot be documents keep their bytes', async () => {
    const { there, source, load } = start()
    const texts = [
      '[1]',
      '{',
      '{"$set":{"n":1}}',
      '{"a\\u0000":1}',
      '{"a":"\\ud800"}',
      '{"_bsontype":"ObjectId"}',
      '{"a":{"$oid":"x"}}',
    ]
    for (const text of texts) {
      await source.writes.set('a', json(text), neverAborts)
      expect(await there.findOne({ _id: 'a' }), text).toMatchObject({ contentType: 'application/json; charset=utf-8' })
      expect(await load('a')).toBe(text)
    }
    await source.writes.set('a', json('{"__proto__":{"x":1},"a.b":{"$c":1},"":0}'), neverAborts)
    expect(await load('a')).toBe('{"_id":"a","__proto__":{"x":1},"a.b":{"$c":1},"":0}')
  })

  it('that say otherwise than their key are refused', async () => {
    const { source, load, there } = start({ keyField: 'sku' })
    await there.createIndex({ sku: 1 }, { unique: true })
    const refusals: [string, string][] = [
      ['{"sku":"c"}', 'The value names another key in its sku.'],
      ['{"expiresAt":1}', 'The value must not have an expiresAt, in which its end is kept.'],
    ]
    for (const [text, message] of refusals) {
      await expect(source.writes.set('b', json(text), neverAborts)).rejects.toMatchObject({
        failure: 'refused',
        message,
      })
    }
    await source.writes.set('b', json('{"n":1}'), neverAborts)
    await expect(source.writes.set('b', json('{"_id":"other"}'), neverAborts)).rejects.toMatchObject({
      message: 'The value names another _id than the document there has.',
    })
    const whole = await load('b') ?? ''
    expect(whole).toMatch(/^\{"_id":\{"\$oid":"[\da-f]{24}"\},"sku":"b","n":1\}$/)
    const after = json(whole.replace('1}', '2}'))
    expect(await source.writes.replace('b', Buffer.from(whole), after, neverAborts)).toBe(true)
  })
})

// Red: in src/main/upstreams/mongodb/documents.ts leave out `killCursors`.
it('closes the list of a caller who has enough', async () => {
  const { source, there } = start()
  await there.insertMany(Array.from({ length: 2500 }, (_, n) => ({ _id: `k${n}` })))
  const pages = source.keys('k', neverAborts)[Symbol.asyncIterator]()
  expect((await pages.next()).value).toHaveLength(1000)
  await pages.return?.()
  await source.load('a', neverAborts)
  expect(server.commands.filter(command => 'killCursors' in command)).toHaveLength(1)
})
