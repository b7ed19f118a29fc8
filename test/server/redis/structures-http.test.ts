import type { Reply } from '../../../src/main/base/resp'
import type { JobInfo } from '../../../src/shared/jobs'
import type { RedisConnection } from '../../helpers/redis-connection'
import type { TestLarder } from '../../helpers/start-larder'
import { Buffer } from 'node:buffer'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { connectRedis } from '../../helpers/redis-connection'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { portOf } from './ports'

/** Hashes and sets where other protocols than Redis meet them, and in files. */
let larder: TestLarder
let connection: RedisConnection

const notText = Buffer.from([0xFF, 0x00])
const hashText = '{"f":"1","__proto__":"\\"é\\"","\\udcff\\u0000":{"base64":"/wA="},"":""}'
const setText = '["a",{"base64":"/wA="},"1"]'

beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
  connection = await connectRedis(portOf(larder))
})
beforeEach(async () => {
  expect(await connection.pipeline([
    ['AUTH', ownerKey],
    ['FLUSHALL'],
    ['HSET', 'h', 'f', '1', '__proto__', '"é"', notText, notText, '', ''],
    ['SADD', 's', 'a', notText, '1'],
    ['SET', 'text', 'value'],
  ])).toEqual(['OK', 'OK', 4, 3, 'OK'])
})
afterAll(async () => {
  connection.close()
  await larder.dispose()
})

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const answer = await larder.send(method, path, body && { body: JSON.stringify(body) })
  expect(answer.status, answer.text).toBeLessThan(300)
  return answer.json<T>() as T
}

async function job(path: string, body: object): Promise<JobInfo> {
  const { id } = await ask<JobInfo>('POST', path, body)
  const read = (): Promise<JobInfo> => ask<JobInfo>('GET', `/admin/jobs/${id}`)
  await expect.poll(read).not.toMatchObject({ state: 'running' })
  return await read()
}

async function exported(format: string, cache = 'db0'): Promise<string> {
  const { id } = await job('/admin/jobs', { kind: 'export', cache, format })
  return (await ask<{ text: string }>('GET', `/admin/jobs/${id}/file?from=0`)).text
}

async function imported(text: string, cache: string): Promise<JobInfo> {
  const { id } = await ask<{ id: string }>('POST', '/admin/imports', { format: 'ndjson', cache })
  await ask('POST', `/admin/imports/${id}/parts`, { at: 0, text })
  return await job(`/admin/imports/${id}/start`, {})
}

async function everything(): Promise<Reply[]> {
  return await connection.pipeline([['HGETALL', 'h'], ['SMEMBERS', 's'], ['TYPE', 'h'], ['TYPE', 's'], ['GET', 'text']])
}

// Red: in src/main/serving/readable.ts return the hit as it is.
it.each([
  ['native', '/api/caches/db0/entries/h', hashText],
  ['native', '/api/caches/db0/entries/s', setText],
  ['native, peek', '/api/caches/db0/entries/h?peek=1', hashText],
  ['classic', '/api/get-cache?cache=db0&key=h', hashText],
  ['classic', '/api/get-cache?cache=db0&key=s', setText],
  ['classic, all', '/api/get-cache?cache=db0', `[{"key":"h","value":${hashText}},{"key":"s","value":${setText}},`
  + '{"key":"text","value":"value"}]'],
])('the %s API reads %s as JSON', async (face, path, text) => {
  const answer = await larder.send('GET', path)
  expect([answer.status, answer.text]).toEqual([200, text])
  expect(answer.headers['content-type']).toBe('application/json')
  if (face.startsWith('native'))
    expect(answer.headers['larder-kind']).toBe(path.includes('/h') ? 'hash' : 'set')
})

it('a batch reads them as JSON, with their kind', async () => {
  const operations = [{ op: 'get', key: 'h' }, { op: 'peek', key: 's' }, { op: 'get', key: 'text' }]
  const { results } = await ask<{ results: object[] }>('POST', '/api/caches/db0/batch', { operations })
  expect(results).toMatchObject([
    { kind: 'hash', contentType: 'application/json', value: { text: hashText } },
    { kind: 'set', contentType: 'application/json', value: { text: setText } },
    { contentType: 'application/octet-stream', value: { text: 'value' } },
  ])
  expect(results[2]).not.toHaveProperty('kind')
})

it('a hash has another ETag after each change', async () => {
  const before = await larder.send('GET', '/api/caches/db0/entries/h')
  const headers = { 'If-None-Match': String(before.headers.etag) }
  expect((await larder.send('GET', '/api/caches/db0/entries/h', { headers })).status).toBe(304)
  await connection.send('HSET', 'h', 'f', '2')
  expect((await larder.send('GET', '/api/caches/db0/entries/h', { headers })).status).toBe(200)
})

it('a PUT makes bytes of it, and what works on bytes alone is refused', async () => {
  const path = '/api/caches/db0/entries/h'
  expect((await larder.send('POST', `${path}?op=increment`)).json()).toMatchObject({ code: 'wrong-kind' })
  expect(await connection.send('TYPE', 'h')).toBe('hash')
  await larder.send('PUT', path, { body: '{"f":"2"}', headers: { 'Content-Type': 'application/json' } })
  expect(await connection.send('TYPE', 'h')).toBe('string')
  expect((await larder.send('GET', path)).headers).not.toHaveProperty('larder-kind')
})

// Red: in src/main/serving/jobs/export-formats.ts write no kind.
it('an export is loaded again byte for byte', async () => {
  const text = await exported('ndjson')
  const before = await everything()
  await connection.send('FLUSHALL')
  expect(await imported(text, 'db0')).toMatchObject({ state: 'done' })
  expect(await everything()).toEqual(before)
  expect((await exported('ndjson')).split('\n').sort()).toEqual(text.split('\n').sort())
})

it('the text API reads what was loaded into its cache', async () => {
  await imported(await exported('ndjson'), 'default')
  const answer = await larder.send('GET', '/v1/s')
  expect([answer.status, answer.text, answer.headers['larder-kind']]).toEqual([200, setText, 'set'])
})

it('a CSV has them as JSON', async () => {
  const rows = (await exported('csv')).split('\r\n')
  expect(rows[1]).toBe(`h,,"${hashText.replaceAll('"', '""')}",,application/json,none,,`)
})

it('a snapshot keeps them', async () => {
  const before = await everything()
  expect(await job('/admin/snapshots', { name: 'kept', cache: 'db0' })).toMatchObject({ state: 'done' })
  await connection.pipeline([['DEL', 'h'], ['SADD', 's', 'more']])
  expect(await job('/admin/snapshots/kept/load', {})).toMatchObject({ state: 'done' })
  expect(await everything()).toEqual(before)
})

// Red: in src/main/serving/transfer/entry-input.ts do not look at the bytes.
it.each(['hash', 'set'])('a file with bytes that are no %s is refused', async (kind) => {
  const ended = await imported(`{"key":"x","value":{"text":"no structure"},"kind":"${kind}"}`, 'db0')
  expect(ended).toMatchObject({ state: 'failed' })
  expect(JSON.stringify(ended)).toContain(`value: must be the bytes of a ${kind}`)
  expect(await connection.send('EXISTS', 'x')).toBe(0)
})

it('a cache with a storage format refuses them', async () => {
  await ask('POST', '/admin/caches', { name: 'formed', ttl: null, format: 'json' })
  const other = await connectRedis(portOf(larder))
  const commands = [['AUTH', 'formed', ownerKey], ['HSET', 'h', 'f', '1'], ['TYPE', 'h']]
  const [, refused, absent] = await other.pipeline(commands)
  other.close()
  expect(refused).toMatchObject({ text: 'ERR This cache stores JSON, and nothing else.' })
  expect(absent).toBe('none')
})
