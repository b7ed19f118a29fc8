import type { Source } from '../../../src/main/serving/sources/source'
import type { BackendRig } from '../../contract/backends'
import type { SourceRig } from '../../contract/sources'
import type { DynamodbServer } from '../../helpers/dynamodb-server'
import { Buffer } from 'node:buffer'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { systemClock, systemStopwatch } from '../../../src/main/base/clock'
import { silentLogger } from '../../../src/main/base/logger'
import { createDrivers } from '../../../src/main/upstreams/drivers'
import { createUpstreams } from '../../../src/main/upstreams/upstreams'
import { readConnection } from '../../../src/shared/connections/read'
import { encodeKey } from '../../../src/shared/entry-key'
import { describeBackend } from '../../contract/backends'
import { aValue, describeSource, neverAborts } from '../../contract/sources'
import { startDynamodb } from '../../helpers/dynamodb-server'

let server: DynamodbServer
beforeAll(async () => {
  server = await startDynamodb()
})
afterAll(() => server.dispose())

let tables = 0
async function tableOf(type: 'S' | 'N' | 'B', more?: object): Promise<string> {
  const name = `table-${++tables}`
  await server.createTable(name, type, more)
  return name
}

function poolFor(table: string, endpoint = server.endpoint) {
  const pool = createUpstreams({
    drivers: createDrivers({ home: '/nowhere', clock: systemClock }),
    stopwatch: systemStopwatch,
    logger: silentLogger,
    onChange: () => {},
  })
  onTestFinished(() => pool.dispose())
  const { secrets, ...definition } = readConnection('dynamodb', {
    table,
    endpoint,
    accessKeyId: 'canary-id',
    secretAccessKey: 'canary-secret',
  })
  const connection = { ...definition, secrets: async () => secrets }
  pool.put('main', connection)
  return { pool, connection }
}

function sourceFor(table: string, endpoint?: string): Required<Source> {
  const source = poolFor(table, endpoint).pool.sourceOf('main', { format: 'text/plain' })
  if (!source?.writes || !source.keys)
    throw new Error('There should be a whole source')
  return source as Required<Source>
}

/** A table whose keys are bytes, and the way past Larder. */
async function besides(): Promise<{ TableName: string, rig: Omit<SourceRig, 'source'> }> {
  const TableName = await tableOf('B')
  const keyOf = (key: string): object => ({ B: Buffer.from(encodeKey(key)).toString('base64') })
  const rig = {
    async peek(key: string) {
      const { Item } = await server.call('GetItem', { TableName, Key: { id: keyOf(key) } }) as
        { Item?: { value: { B: string } } }
      return Item && Buffer.from(Item.value.B, 'base64')
    },
    async place(key: string, value: Buffer, ttl?: number) {
      const end = ttl === undefined ? {} : { ttl: { N: String(Math.floor(Date.now() / 1000) + ttl) } }
      await server.call('PutItem', {
        TableName,
        Item: { id: keyOf(key), value: { B: value.toString('base64') }, ...end },
      })
    },
  }
  return { TableName, rig }
}

async function open(): Promise<SourceRig> {
  const { TableName, rig } = await besides()
  return { source: sourceFor(TableName), ...rig }
}

async function openBackend(): Promise<BackendRig> {
  const { TableName, rig } = await besides()
  const backend = poolFor(TableName).pool.backendOf('main')
  return { backend: backend ?? expect.unreachable(), ...rig }
}

describeBackend('dynamodb', openBackend, {
  compares: true,
  endsLives: true,
  formats: ['envelope', 'raw'],
  tooLarge: 409_600,
  rounding: 1,
})
describeSource('dynamodb', open, { lives: true, longestKey: 1024, largest: 409_600 })

describe('items that another program has written', () => {
  const item = {
    name: { S: 'Zoë' },
    price: { N: '19.99' },
    exact: { N: '12345678901234567890123456789012345678' },
    sold: { BOOL: false },
    none: { NULL: true },
    sizes: { NS: ['1', '2'] },
    tags: { SS: ['a', 'b'] },
    raw: { B: 'AAE=' },
    parts: { L: [{ M: { __proto__x: { S: 'y' } } }] },
  }

  // Red: in src/main/upstreams/dynamodb/attributes.ts write numbers by JSON.stringify(Number(N)).
  it('are JSON objects, with every digit', async () => {
    const TableName = await tableOf('S')
    await server.call('PutItem', { TableName, Item: { id: { S: 'sku 1' }, ...item, ttl: { N: '99999999999' } } })
    const found = await sourceFor(TableName).load('sku 1', neverAborts)
    expect(found?.contentType).toBe('application/json')
    const text = String(found?.value)
    expect(text).toContain('"exact":12345678901234567890123456789012345678')
    expect(JSON.parse(text)).toEqual({
      id: 'sku 1',
      name: 'Zoë',
      price: 19.99,
      exact: Number('12345678901234567890123456789012345678'),
      sold: false,
      none: null,
      sizes: [1, 2],
      tags: ['a', 'b'],
      raw: 'AAE=',
      parts: [{ __proto__x: 'y' }],
    })
    expect(found?.ttl).toBeGreaterThan(1e9)
  })

  it('are written as items again, and are refused where they name another key', async () => {
    const TableName = await tableOf('S')
    const source = sourceFor(TableName)
    const json = (text: string) => aValue(text, { contentType: 'application/json; charset=utf-8', ttl: null })
    await source.writes.set('a', json('{"price":1.50,"id":"a","deep":[{"n":null}]}'), neverAborts)
    expect((await server.call('GetItem', { TableName, Key: { id: { S: 'a' } } })).Item).toEqual({
      id: { S: 'a' },
      price: { N: '1.5' },
      deep: { L: [{ M: { n: { NULL: true } } }] },
    })
    const refusals = [
      ['b', json('{"id":"c"}'), 'The value names another key in its id.'],
      ['b', json('{"ttl":1}'), 'The value must not have a ttl, in which the table keeps its end.'],
      ['\uDCFF', json('{}'), 'The table cannot have such a key.'],
    ] as const
    for (const [key, value, message] of refusals)
      await expect(source.writes.set(key, value, neverAborts)).rejects.toMatchObject({ failure: 'refused', message })
    await expect(source.writes.replace?.('a', Buffer.from('{}'), json('{}'), neverAborts)).rejects.toMatchObject({
      failure: 'refused',
    })
    expect(await source.writes.replace?.('a', null, json('{}'), neverAborts)).toBe(false)
    expect(await source.load('\uDCFF', neverAborts)).toBeUndefined()
  })

  it('are found by numbers in one spelling', async () => {
    const TableName = await tableOf('N')
    await server.call('PutItem', { TableName, Item: { id: { N: '7' }, name: { S: 'x' } } })
    const source = sourceFor(TableName)
    expect(String((await source.load('7', neverAborts))?.value)).toBe('{"id":7,"name":"x"}')
    for (const other of ['07', '7.0', '+7', 'x'])
      expect(await source.load(other, neverAborts), other).toBeUndefined()
  })

  it('are gone once their end has come, whether or not they were deleted', async () => {
    const TableName = await tableOf('S')
    await server.call('PutItem', { TableName, Item: { id: { S: 'a' }, ttl: { N: '1' } } })
    const source = sourceFor(TableName)
    expect(await source.load('a', neverAborts)).toBeUndefined()
    expect(await source.writes.delete('a', neverAborts)).toBe(false)
    expect(await source.writes.replace?.('a', null, aValue('x'), neverAborts)).toBe(true)
  })
})

describe('a connection', () => {
  const test = async (table: string, endpoint?: string) => {
    const { pool, connection } = poolFor(table, endpoint)
    return await pool.test(connection, { write: true, signal: neverAborts })
  }

  it('is tried step by step, and leaves nothing behind', async () => {
    const TableName = await tableOf('N')
    expect(await test(TableName)).toMatchObject({ ok: true, server: 'DynamoDB' })
    expect(await server.call('Scan', { TableName })).toMatchObject({ Count: 0 })
  })

  // S22. No sentence may hold what the connection keeps secret.
  it('says in which step it failed, and why', async () => {
    expect(await test('absent')).toMatchObject({
      ok: false,
      step: 'authenticate',
      message: 'There is no such table there.',
    })
    const sorted = await tableOf('S', {
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }, { AttributeName: 'at', AttributeType: 'N' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }, { AttributeName: 'at', KeyType: 'RANGE' }],
    })
    expect(await test(sorted)).toMatchObject({
      step: 'authenticate',
      message: 'The table has a sort key. Larder needs one whose key is a single attribute.',
    })
    expect(await test('absent', 'http://127.0.0.1:1')).toMatchObject({
      step: 'connect',
      message: 'Nothing listens at 127.0.0.1:1.',
    })
    expect(await test('absent', server.endpoint.replace('http:', 'https:'))).toMatchObject({
      step: 'secure',
      message: '127.0.0.1 does not speak TLS there. Without TLS the URL begins with http://.',
    })
  })
})
