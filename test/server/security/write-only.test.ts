import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLarder } from '../../helpers/start-larder'
import { asJson, createKey, manage, withKey } from './support'

let larder: TestLarder
let writer: Record<string, string>
let reader: Record<string, string>
const entries = '/api/caches/products/entries'

beforeAll(async () => {
  larder = await startLarder()
  await manage(larder, 'POST', '/admin/caches', { name: 'products', ttl: 60 })
  writer = withKey((await createKey(larder, { scopes: ['write'] })).secret)
  reader = withKey((await createKey(larder, { scopes: ['read', 'write'] })).secret)
})
afterAll(() => larder.dispose())

async function fill(): Promise<void> {
  await manage(larder, 'DELETE', `${entries}?glob=*`)
  for (const [key, value] of [['secret:1', '42'], ['secret:2', '43'], ['other', 'text']])
    await larder.send('PUT', `${entries}/${key}`, { body: value })
}
const batch = (...operations: object[]): string => JSON.stringify({ operations })

interface Row {
  name: string
  method: string
  path: string
  body?: string
  /** To a key that may read as well: status, and something that its answer holds. */
  reads: [status: number, text: string]
  /** To a key that may only write: its status, and no content. */
  writes: number
}

const rows: readonly Row[] = [
  { name: 'a dry run by prefix', method: 'DELETE', path: `${entries}?prefix=secret&dryRun`, reads: [200, '{"matched":2}'], writes: 403 },
  { name: 'a dry run by glob', method: 'DELETE', path: `${entries}?glob=*:2&dryRun=1`, reads: [200, '{"matched":1}'], writes: 403 },
  { name: 'a soft invalidation', method: 'DELETE', path: `${entries}?prefix=secret&soft`, reads: [200, '{"matched":2}'], writes: 204 },
  { name: 'an invalidation', method: 'DELETE', path: `${entries}?prefix=secret`, reads: [200, '{"matched":2}'], writes: 204 },
  { name: 'an increment by 0', method: 'POST', path: `${entries}/secret:1?op=increment&by=0`, reads: [200, '42'], writes: 403 },
  { name: 'an increment by 1', method: 'POST', path: `${entries}/secret:1?op=increment`, reads: [200, '43'], writes: 403 },
  { name: 'an increment that overflows', method: 'POST', path: `${entries}/secret:1?op=increment&by=9223372036854775807`, reads: [409, 'not-a-number'], writes: 403 },
  { name: 'an increment in a batch', method: 'POST', path: '/api/caches/products/batch', body: batch({ op: 'increment', key: 'secret:1', by: 0 }), reads: [200, '"number":"42"'], writes: 403 },
  { name: 'a get in a batch', method: 'POST', path: '/api/caches/products/batch', body: batch({ op: 'set', key: 'a', value: { text: '1' } }, { op: 'get', key: 'secret:1' }), reads: [200, '{"text":"42"}'], writes: 403 },
]

describe('a key with write alone', () => {
  // Red: each of these alone – drop `requireRead` in src/main/http/data-plane/collection.ts or native.ts; let `checkReads` of batch.ts
  // look for `get` alone; in collection.ts answer `{ matched }` whatever `mayRead` says.
  it.each(rows)('is told nothing by $name', async ({ method, path, body, reads: [status, text], writes }) => {
    const send = (headers: Record<string, string>) => larder.sendOpen(method, path, { headers: { ...headers, ...asJson }, ...body !== undefined && { body } })
    await fill()
    const told = await send(reader)
    expect([told.status, told.text]).toEqual([status, expect.stringContaining(text)])
    await fill()
    const untold = await send(writer)
    expect(untold.status).toBe(writes)
    expect(untold.text).toMatch(writes === 204 ? /^$/ : /out-of-scope.*needs? the scope read as well/)
    expect(untold.text).not.toMatch(/matched|42|43/)
    // What was refused changed nothing; what was done was done.
    const left = (await larder.send('GET', `${entries}/secret:1`)).status
    expect(left).toBe(path === `${entries}?prefix=secret` ? 404 : 200)
  })

  it('writes as ever', async () => {
    await fill()
    const cells: [string, string, number][] = [['PUT', `${entries}/new`, 201], ['PUT', `${entries}/new`, 204], ['DELETE', `${entries}/new`, 204], ['POST', `${entries}/other?op=touch&ttl=60`, 204], ['PUT', '/v1/a', 201], ['DELETE', '/flush', 200]]
    for (const [method, path, status] of cells)
      expect((await larder.sendOpen(method, path, { headers: writer })).status, `${method} ${path}`).toBe(status)
    expect((await larder.sendOpen('GET', `${entries}/other`, { headers: writer })).status).toBe(403)
  })
})

describe('content types', () => {
  // Red: in src/shared/entries.ts let `isContentType` look at the length alone.
  it.each(['text/plain\r\nSet-Cookie: a=b', 'text/plain\n', 'a\0b', ' text/plain', 'text/plain ', '\t', 'text/\u00E4', 'text/\u20AC', 'x'.repeat(256), ''])('refuses %j, which no header field can hold', async (contentType) => {
    const answer = await larder.sendOpen('POST', '/api/caches/products/batch', { headers: { ...reader, ...asJson }, body: batch({ op: 'set', key: 'typed', value: { text: '1' }, contentType }) })
    expect([answer.status, answer.json().code, answer.json<{ errors: { field: string }[] }>().errors[0]?.field]).toEqual([400, 'invalid-input', 'operations.0.contentType'])
  })

  it.each(['text/\u00E4', 'x'.repeat(256), 'a\x80b'])('refuses %j in a header as it does in a batch', async (contentType) => {
    const answer = await larder.sendOpen('PUT', `${entries}/typed`, { headers: { ...reader, 'Content-Type': Buffer.from(contentType).toString('latin1') } })
    expect([answer.status, answer.json<{ errors: { field: string }[] }>().errors[0]?.field]).toEqual([400, 'Content-Type'])
  })

  it.each(['text/plain', 'application/json; charset=utf-8', 'a/b;c="d\te"', 'json', 'x'.repeat(255), '!~'])('hands %j back as it came, both ways', async (contentType) => {
    await manage(larder, 'POST', '/api/caches/products/batch', { operations: [{ op: 'set', key: 'typed', value: { text: '1' }, contentType }] })
    expect((await larder.send('GET', `${entries}/typed`)).headers['content-type']).toBe(contentType)
    expect((await larder.send('PUT', `${entries}/typed`, { headers: { 'Content-Type': contentType } })).status).toBe(204)
    expect((await larder.send('GET', `${entries}/typed`)).headers['content-type']).toBe(contentType)
  })

  it.each(['a\r\nb', 'ü', '%', ',', ' ', '\0', '\u{1F350}'])('hands the tag %j back in its header', async (tag) => {
    await manage(larder, 'POST', '/api/caches/products/batch', { operations: [{ op: 'set', key: 'tagged', value: { text: '1' }, tags: [tag] }] })
    const { status, headers } = await larder.send('GET', `${entries}/tagged`)
    expect([status, decodeURIComponent(String(headers['larder-tags']))]).toEqual([200, tag])
  })
})
