import type { Answer } from '../../helpers/http-client'
import type { TestLarder } from '../../helpers/start-larder'
import type { Case, Step } from './cases'
import { Buffer } from 'node:buffer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startLarder } from '../../helpers/start-larder'
import { check, json } from './cases'

// The text face: every sentence about it in docs/http-api.md, and its limits.
let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder()
})
beforeEach(async () => {
  await larder.send('DELETE', '/flush')
})
afterAll(() => larder.dispose())

function put(key: string, body: string | Buffer, headers: Record<string, string> = {}): Step {
  return ['PUT', `/v1/${key}`, { body, headers }]
}
const allow = 'GET, HEAD, PUT, DELETE'

const cases: Case[] = [
  // Red: data-plane/foreign-fields.ts, drop the two `if`s after `refuseFields`.
  ...([
    ['PUT', '/v1/a?ttl=60', {}, 'ttl: unknown parameter'],
    ['GET', '/v1/a?peek', {}, 'peek: unknown parameter'],
    ['DELETE', '/v1/a?soft', {}, 'soft: unknown parameter'],
    ['DELETE', '/flush?prefix=a', {}, 'prefix: unknown parameter'],
    ['PUT', '/v1/a', { 'Larder-Tag': 'sale' }, 'Larder-Tag: is no header field that Larder knows'],
    ['GET', '/v1/a', { 'Larder-Peek': '1' }, 'Larder-Peek: is no header field that Larder knows'],
    ['PUT', '/v1/a', { 'Content-Range': 'bytes 0-0/3' }, 'Content-Range: must be absent'],
  ] as const).map(([method, path, headers, told]): Case => ({
    name: `refused: ${method} ${path} ${Object.keys(headers).join()}`,
    given: [put('a', 'abc')],
    send: [method, path, { headers, ...method === 'PUT' && { body: 'x' } }],
    status: 400,
    async body(answer: Answer) {
      expect(answer.text).toContain(told)
      expect((await larder.send('GET', '/v1/a')).text).toBe('abc')
    },
  })),
  { name: 'PUT answers 201, empty', send: put('a', 'hello'), status: 201, body: '' },
  { name: 'PUT again answers 201', given: [put('a', 'hello')], send: put('a', 'other'), status: 201, body: '' },
  {
    name: 'GET answers the raw value as text',
    given: [put('a', 'hello')],
    send: ['GET', '/v1/a'],
    status: 200,
    body: 'hello',
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': '5',
      'Cache-Control': 'private, no-cache',
      'X-Content-Type-Options': 'nosniff',
    },
  },
  {
    name: 'GET answers the content type that was sent',
    given: [put('a', '<b>', { 'Content-Type': 'text/html' })],
    send: ['GET', '/v1/a'],
    status: 200,
    body: '<b>',
    headers: { 'Content-Type': 'text/html', 'Content-Security-Policy': 'sandbox; default-src \'none\'' },
  },
  {
    name: 'bytes stay as they are',
    given: [put('a', Buffer.from([0, 255, 13, 10]), { 'Content-Type': 'application/octet-stream' })],
    send: ['GET', '/v1/a'],
    status: 200,
    body: (answer: { body: Buffer }) => expect([...answer.body]).toEqual([0, 255, 13, 10]),
  },
  {
    name: 'an empty value',
    given: [put('a', '')],
    send: ['GET', '/v1/a'],
    status: 200,
    body: '',
    headers: { 'Content-Length': '0' },
  },
  {
    name: 'HEAD',
    given: [put('a', 'hello')],
    send: ['HEAD', '/v1/a'],
    status: 200,
    body: '',
    headers: { 'Content-Length': '5' },
  },
  {
    name: 'missing',
    send: ['GET', '/v1/nope'],
    status: 404,
    body: 'given key not found\n',
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  },
  { name: 'HEAD of a missing key', send: ['HEAD', '/v1/nope'], status: 404, body: '' },
  { name: 'DELETE', given: [put('a', 'hello')], send: ['DELETE', '/v1/a'], status: 200, body: '' },
  { name: 'DELETE when missing', send: ['DELETE', '/v1/nope'], status: 200, body: '' },
  // Red: in src/main/http/data-plane/plain.ts leave `missing` out of `answerDeleted`.
  ...['"1"', '*'].map((etag): Case => ({
    name: `DELETE of what If-Match names, when missing: ${etag}`,
    send: ['DELETE', '/v1/nope', { headers: { 'If-Match': etag } }],
    status: 412,
    body: 'The entry has changed.\n',
  })),
  { name: 'gone after DELETE', given: [put('a', 'hello'), ['DELETE', '/v1/a']], send: ['GET', '/v1/a'], status: 404 },
  { name: 'flush', given: [put('a', '1'), put('b', '2')], send: ['DELETE', '/flush'], status: 200, body: '' },
  {
    name: 'gone after flush',
    given: [put('a', '1'), ['DELETE', '/flush']],
    send: ['GET', '/v1/a'],
    status: 404,
    headers: { 'Cache-Status': 'Larder; fwd=miss; detail=flushed' },
  },
  {
    name: 'it is the cache default',
    given: [put('a', '1')],
    send: ['GET', '/api/caches/default/entries/a'],
    status: 200,
    body: '1',
  },
  {
    name: 'a key with slashes and dots is the rest of the path',
    given: [put('a//b/../c', '1')],
    send: ['GET', '/v1/a//b/../c'],
    status: 200,
    body: '1',
  },
  {
    name: 'a key in any script',
    given: [put(encodeURIComponent('clé/日本 🧺'), '1')],
    send: ['GET', `/v1/${encodeURIComponent('clé/日本 🧺')}`],
    status: 200,
    body: '1',
  },
  {
    name: 'a key of 1 KiB',
    given: [put('k'.repeat(1024), '1')],
    send: ['GET', `/v1/${'k'.repeat(1024)}`],
    status: 200,
  },
  {
    name: 'a key beyond 1 KiB',
    send: put('k'.repeat(1025), '1'),
    status: 400,
    body: 'key: must be at most 1,024 bytes\n',
  },
  {
    name: 'a key beyond 1 KiB in bytes',
    send: put('%C3%A9'.repeat(513), '1'),
    status: 400,
    body: 'key: must be at most 1,024 bytes\n',
  },
  { name: 'an empty key', send: put('', '1'), status: 400, body: 'key: must not be empty\n' },
  {
    name: 'half an escape',
    send: put('%E0%A', '1'),
    status: 400,
    body: 'key: has a % without two hexadecimal digits\n',
  },
  {
    name: 'a compressed body is refused: its coding would be lost',
    send: put('a', 'x', { 'Content-Encoding': 'gzip' }),
    status: 415,
  },
  {
    name: 'a TTL of its own',
    given: [put('a', '1', { 'Larder-TTL': '90s' })],
    send: ['GET', '/v1/a'],
    status: 200,
    headers: { 'Larder-TTL': '90' },
  },
  ...['POST', 'PATCH'].map(method =>
    ({ name: `${method} on a key`, send: [method, '/v1/a'] as Step, status: 405, headers: { Allow: allow } })),
  { name: 'OPTIONS that is no preflight', send: ['OPTIONS', '/v1/a'], status: 405, headers: { Allow: allow } },
  ...[
    'GET',
    'HEAD',
    'PUT',
    'POST',
    'PATCH',
    'OPTIONS',
  ].map(method =>
    ({ name: `${method} on flush`, send: [method, '/flush'] as Step, status: 405, headers: { Allow: 'DELETE' } })),
  { name: '/v1 without a key', send: ['GET', '/v1'], status: 404 },
]

describe('the text face', () => {
  it.each(cases.map(row => [row.name, row] as const))('%s', async (_, row) => {
    await check(larder, row)
  })

  it('an ETag spares the body while the value is the same', async () => {
    const { headers } = await larder.send(...put('a', 'hello'))
    await check(larder, {
      name: '',
      send: ['GET', '/v1/a', { headers: { 'If-None-Match': String(headers.etag) } }],
      status: 304,
      body: '',
      headers: { ETag: String(headers.etag) },
    })
    await larder.send(...put('a', 'hello'))
    await check(larder, {
      name: '',
      send: ['GET', '/v1/a', { headers: { 'If-None-Match': String(headers.etag) } }],
      status: 200,
      body: 'hello',
    })
  })

  it.each<Step>([
    ['GET', '/v1/a'],
    ['PUT', '/v1/a', { body: 'x' }],
    ['DELETE', '/v1/a'],
    ['DELETE', '/flush'],
  ])('%s %s: key and switches', async (method, path, options) => {
    expect((await larder.sendOpen(method, path, options)).status).toBe(401)
    expect((await larder.send(method, path, { ...options, headers: { 'Api-Key': 'wrong' } })).status).toBe(401)
    expect(
      (await larder.send(
        method,
        path,
        { ...options, headers: { Authorization: 'Bearer test-owner-key-0123456789' } },
      )).status,
    ).toBeLessThan(405)
    for (const [off, on] of [
      [['PUT', '/admin/switch', json({ enabled: false })], ['PUT', '/admin/switch', json({ enabled: true })]],
      [
        ['PATCH', '/admin/caches/default', json({ enabled: false })],
        ['PATCH', '/admin/caches/default', json({ enabled: true })],
      ],
    ] as [Step, Step][]) {
      await check(larder, {
        name: '',
        given: [off],
        send: [method, path, options],
        status: 503,
        headers: { 'Retry-After': /^\d+$/, 'Content-Type': 'text/plain; charset=utf-8' },
      })
      await check(larder, { name: '', send: on, status: 200 })
    }
    expect((await larder.send(method, path, options)).status).not.toBe(503)
  })
})
