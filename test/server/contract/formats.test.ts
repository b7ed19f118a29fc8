import type { TestLarder } from '../../helpers/start-larder'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { convert } from '../../../src/main/codecs/convert'
import { startLarder } from '../../helpers/start-larder'
import { json } from './cases'

// The native face: values in the type that Accept asks for, and caches with a storage format.
let larder: TestLarder
let count = 0
beforeAll(async () => {
  larder = await startLarder()
})
afterAll(() => larder.dispose())

const rows = '[{"id":1,"name":"a"},{"id":2,"name":null}]'
const lines = '{"id":1,"name":"a"}\n{"id":2,"name":null}\n'
const csv = 'id,name\r\n1,a\r\n2,\r\n'

async function entryOf(body: string | Buffer, type: string, settings: object = {}): Promise<string> {
  const name = `formats${++count}`
  expect((await larder.send('POST', '/admin/caches', json({ name, ttl: 60, ...settings }))).status).toBe(201)
  const path = `/api/caches/${name}/entries/k`
  expect((await larder.send('PUT', path, { body, headers: { 'Content-Type': type } })).status).toBe(201)
  return path
}

function get(path: string, accept: string, more: Record<string, string> = {}) {
  return larder.send('GET', path, { headers: { Accept: accept, ...more } })
}

// Red: in http/data-plane/converted.ts answer every hit as it is.
describe('accept', () => {
  it.each<[string, string, string, string, string]>([
    ['application/json', rows, 'text/csv', 'text/csv; charset=utf-8', csv],
    ['application/json', rows, 'application/x-ndjson', 'application/x-ndjson', lines],
    ['application/json', rows, 'text/plain', 'text/plain; charset=utf-8', rows],
    ['application/json', rows, 'text/csv;q=0.5, application/json;q=0.9', 'application/json', rows],
    ['application/json', rows, 'text/html, */*;q=0.1', 'application/json', rows],
    ['application/json', rows, '*/*', 'application/json', rows],
    ['application/vnd.x+json', '{"a":1.10}', 'application/json', 'application/json', '{"a":1.10}'],
    ['text/csv', csv, 'application/json', 'application/json', rows],
    ['image/png', 'x', 'image/*', 'image/png', 'x'],
    ['text/plain', 'x', 'text/*', 'text/plain', 'x'],
  ])('%s %s as %s', async (type, body, accept, answered, expected) => {
    const answer = await get(await entryOf(body, type), accept)
    expect(answer).toMatchObject({ status: 200, text: expected })
    expect(answer.headers['content-type']).toBe(answered)
    expect(answer.headers.vary).toMatch(/\bAccept\b/)
    expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(expected)))
    expect(answer.headers['cache-status']).toMatch(/^Larder; hit/)
  })

  it('reads a Feather file of another program as JSON, and makes Parquet of it', async () => {
    const file = readFileSync(join(import.meta.dirname, '../../fixtures/codecs/pyarrow-lz4.feather'))
    const path = await entryOf(file, 'application/vnd.apache.arrow.file')
    const answer = await get(path, 'application/json')
    expect(answer.json()).toMatchObject([{ id: 1, name: 'a', kind: 'x', raw: 'AP8=' }, {}, {}, {}])
    const parquet = await larder.send('HEAD', path, { headers: { Accept: 'application/parquet' } })
    expect(parquet.headers['content-type']).toBe('application/parquet')
    const bytes = await convert(file, 'arrow', 'parquet', 1_000_000)
    expect(parquet.headers['content-length']).toBe(String(bytes.length))
  })

  // Red: in http/etags.ts let etagOfFormat return the tag of the version.
  it('has a tag of its own, which a client can name', async () => {
    const path = await entryOf(rows, 'application/json')
    const plain = await get(path, '*/*')
    const other = await get(path, 'text/csv')
    const etag = String(other.headers.etag)
    expect(etag).not.toBe(plain.headers.etag)
    expect((await get(path, 'text/csv', { 'If-None-Match': etag })).status).toBe(304)
    expect((await get(path, 'text/csv', { 'If-None-Match': String(plain.headers.etag) })).status).toBe(200)
    expect((await get(path, '*/*', { 'If-None-Match': etag })).status).toBe(200)
    expect((await get(path, 'text/csv', { 'If-Match': etag })).status).toBe(200)
    expect((await get(path, 'text/csv', { 'If-Match': String(plain.headers.etag) })).status).toBe(412)
  })

  it.each<[string, string, string, RegExp]>([
    ['application/json', rows, 'application/xml', /^Accept names no type /],
    ['application/json', rows, 'application/xml', / had as application\/json, text\/plain, application\/x-ndjson, /],
    ['application/json', '{"a":1}', 'text/csv', /not a list of objects/],
    ['application/json', '{"a":1}', 'text/csv', / had as application\/json, text\/plain, application\/msgpack\.$/],
    ['application/json', '[{"a":[1]}]', 'text/csv', /^Row 1, column "a": holds a list/],
    ['application/json', '[{"a":}]', 'text/csv', /^Byte 6: .* It can be had as application\/json, text\/plain\.$/],
    ['image/png', 'x', 'application/json', /It can be had as image\/png\.$/],
    ['text/plain', 'x', 'application/json', /It can be had as text\/plain\.$/],
    ['text/csv; charset=latin1', 'x', 'application/json', /It can be had as text\/csv\.$/],
    // Red: in src/shared/formats.ts take any header.
    ['text/csv; header=absent', '1,x\n', 'application/json', /It can be had as text\/csv\.$/],
  ])('406 for %s %s as %s', async (type, body, accept, sentence) => {
    const answer = await get(await entryOf(body, type), accept)
    expect(answer.status).toBe(406)
    expect(answer.json()).toMatchObject({
      code: 'not-acceptable',
      detail: expect.stringMatching(sentence) as string,
      errors: [{ field: 'Accept' }],
    })
  })

  // Red: in http/data-plane/converted.ts give notAcceptable's error no `logged`.
  it('keeps names of columns out of the request log', async () => {
    const path = await entryOf('[{"secret":[1]}]', 'application/json')
    expect((await get(path, 'text/csv')).text).toContain('secret')
    const log = (await larder.send('GET', '/admin/requests?limit=5')).text
    expect(log).toContain('not-acceptable')
    expect(log).not.toContain('secret')
  })

  it('counts a converted hit as a hit, and a peek as nothing', async () => {
    const path = await entryOf(rows, 'application/json')
    await get(path, 'text/csv')
    expect((await get(`${path}?peek=1`, 'text/csv')).text).toBe(csv)
    const name = path.split('/')[3] ?? ''
    expect((await larder.send('GET', `/admin/caches/${name}`)).json()).toMatchObject({ statistics: { hits: 1 } })
  })
})

describe('a cache with a format', () => {
  it('converts rows, and refuses what is none with the place', async () => {
    const path = await entryOf(rows, 'application/json', { format: 'csv' })
    expect(await get(path, '*/*')).toMatchObject({ status: 200, text: csv })
    const broken = await larder.send('PUT', path, { body: 'a,b\n1\n', headers: { 'Content-Type': 'text/csv' } })
    expect(broken.status).toBe(422)
    expect(broken.json()).toMatchObject({
      code: 'wrong-format',
      errors: [{ field: 'body', message: expect.stringMatching(/^Row 1, column "b"/) as string }],
    })
    const strange = await larder.send('PUT', path, { body: 'x', headers: { 'Content-Type': 'image/png' } })
    expect(strange.status).toBe(415)
    expect((await get(path, '*/*')).text).toBe(csv)
  })

  it('keeps the rule for every other way to write', async () => {
    const path = await entryOf('a\n1\n', 'text/csv', { format: 'csv' })
    const name = path.split('/')[3] ?? ''
    const classic = await larder.send('POST', '/api/set-cache', json({ cacheName: name, data: { id: '1' } }))
    expect(classic.status).toBe(422)
    const patchType = { 'Content-Type': 'application/merge-patch+json' }
    const patch = await larder.send('PATCH', path, { body: '{}', headers: patchType })
    expect(patch.json()).toMatchObject({ code: 'not-here' })
    expect((await larder.send('POST', `${path}?op=increment`)).json()).toMatchObject({ code: 'not-here' })
    const batch = await larder.send('POST', `/api/caches/${name}/batch`, json({
      operations: [{ op: 'set', key: 'b', value: { text: '"' } }, { op: 'set', key: 'c', value: { text: 'x\n1\n' } }],
    }))
    expect(batch.json()).toMatchObject({ results: [{ status: 422, reason: 'wrong-format' }, { status: 201 }] })
    const settings = await larder.send('PATCH', '/admin/caches/default', json({ format: 'json' }))
    expect(settings.status).toBe(200)
    expect((await larder.send('PUT', '/v1/x', { body: '{' })).status).toBe(422)
    expect((await larder.send('PUT', '/v1/x', { body: '{}' })).status).toBe(201)
  })
})
