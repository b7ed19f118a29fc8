import type { Problem } from '../../../src/shared/errors'
import type { RequestList } from '../../../src/shared/schemas'
import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendRaw } from '../../helpers/http-client'
import { startLarder } from '../../helpers/start-larder'
import { asJson, createKey, manage, statusOf, withKey } from './support'

/** Whatever is refused stands in the log with its reason, for those whom it concerns. */
let larder: TestLarder
let reader: string
let bob: string

type Log = RequestList
type Row = [name: string, lines: string, expected: object]

const secret = 'lk_wrongWrongWrong_canaryCanaryCanaryCanary_12345678'
/** `@` is the server's port. */
const host = 'Host: localhost:@\r\nConnection: close\r\n'
const foreign = 'Origin: https://canary.example\r\n'
const asked = `OPTIONS /v1/a HTTP/1.1\r\n${host}${foreign}Access-Control-Request-Method: PUT\r\n\r\n`

/** Nobody was recognised: administrators see it, and nobody else. */
const nobodys: Row[] = [
  ['a wrong key', `GET /v1/a?canary=1 HTTP/1.1\r\n${host}Api-Key: ${secret}\r\n\r\n`, {
    status: 401,
    reason: 'key-invalid',
    face: 'plain',
    method: 'GET',
    path: '/v1/a',
  }],
  ['no key', `GET /api/caches/default/entries/a HTTP/1.1\r\n${host}\r\n`, {
    status: 401,
    reason: 'key-missing',
    face: 'native',
    path: '/api/caches/default/entries/a',
  }],
  ['no key, classic', `GET /api/get-cache?cache=canary HTTP/1.1\r\n${host}\r\n`, {
    status: 400,
    reason: 'key-missing',
    detail: 'Missing Api-Key header.',
    face: 'classic',
  }],
  ['a wrong key for the administration', `GET /admin/caches HTTP/1.1\r\n${host}Api-Key: ${secret}\r\n\r\n`, {
    status: 401,
    reason: 'key-invalid',
    face: null,
    path: '/admin/caches',
  }],
  ['a wrong key for events', `GET /events HTTP/1.1\r\n${host}Api-Key: ${secret}\r\n\r\n`, {
    status: 401,
    reason: 'key-invalid',
    face: null,
  }],
  ['a foreign Host', `GET /v1/a HTTP/1.1\r\nHost: canary.example\r\nConnection: close\r\nApi-Key: ${secret}\r\n\r\n`, {
    status: 421,
    reason: 'misdirected',
    face: null,
    path: '/v1/a',
  }],
  ['no Host', 'GET /v1/a HTTP/1.1\r\nConnection: close\r\n\r\n', {
    status: 400,
    reason: 'bad-host',
    detail: 'Host: is missing',
  }],
  ['a preflight', asked, {
    status: 403,
    reason: 'cross-origin',
    detail: 'No API key allows the origin of the page that asked.',
    method: 'OPTIONS',
    face: 'plain',
  }],
  ['a page that changes something', `PUT /v1/a HTTP/1.1\r\n${host}${foreign}Content-Length: 0\r\n\r\n`, {
    status: 403,
    reason: 'cross-origin',
    method: 'PUT',
  }],
  ['no HTTP', `canary ${secret}\r\n\r\n`, {
    status: 400,
    reason: 'bad-request',
    detail: 'The message is not valid HTTP/1.1 (HPE_INVALID_METHOD).',
    face: null,
    method: '',
    path: '',
  }],
  ['a broken field', `GET /v1/a HTTP/1.1\r\n${host}Api-Key: ${secret}\0\r\n\r\n`, {
    status: 400,
    reason: 'bad-request',
    method: '',
    path: '',
  }],
  ['fields that are too large', `GET /v1/a HTTP/1.1\r\n${host}X-A: ${'canary'.repeat(6000)}\r\n\r\n`, {
    status: 431,
    reason: 'headers-too-large',
  }],
  ['a wrong password', [
    `POST /admin/session HTTP/1.1\r\n${host}Content-Type: application/json\r\n`,
    'Content-Length: 38\r\n\r\n{"name":"canary","password":"canary1"}',
  ].join(''), { status: 401, reason: 'sign-in-failed', face: null, path: '/admin/session' }],
]

beforeAll(async () => {
  larder = await startLarder()
  reader = (await createKey(larder, { scopes: ['read'] })).secret
  await manage(larder, 'POST', '/admin/users', { name: 'bob', password: 'a long password' })
  const { token } = await manage<{ token: string }>(
    larder,
    'POST',
    '/admin/session',
    { name: 'bob', password: 'a long password' },
  )
  bob = token
})
afterAll(() => larder.dispose())

async function log(query = '', headers?: Record<string, string>): Promise<Log> {
  return (await larder.send('GET', `/admin/requests${query}`, headers && { headers })).json() as Log
}

describe('what is refused is in the log', () => {
  // Red: in src/main/serving/account.ts return for every face that is no app's; in
  // src/main/http/server.ts do not finish what `answerClientError` tells.
  it.each(nobodys)('%s: for administrators', async (_, message, expected) => {
    const before = (await log('?limit=1')).requests[0]?.id ?? 0
    const raw = await sendRaw(larder.port, message.replaceAll('@', String(larder.port)))
    const { requests } = await log(`?after=${before}`)
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({ result: 'refused', keyId: null, key: null, cache: null, ...expected })
    expect(requests[0]?.status).toBe(statusOf(raw))
    // The sentence is that of the answer, and the log has nothing of the message but its path.
    const { detail } = requests[0] ?? {}
    expect(detail).toMatch(/^[A-Z]/)
    if (!raw.includes('canary'))
      expect(Buffer.from(raw, 'latin1').toString()).toContain(detail)
    expect(JSON.stringify(requests)).not.toMatch(/canary/i)
    expect((await log(`?after=${before}`, { Authorization: `Bearer ${bob}` })).requests).toEqual([])
  })

  it('a message behind another: closed without an answer, and told', async () => {
    const before = (await log('?limit=1')).requests[0]?.id ?? 0
    const message = `GET /v1/a HTTP/1.1\r\nHost: localhost:@\r\nApi-Key: ${reader}\r\n\r\nbroken\r\n\r\n`
    await sendRaw(larder.port, message.replaceAll('@', String(larder.port)))
    const { requests } = await log(`?after=${before}`)
    expect(requests.map(({ status, result, responseBytes }) => [status, result, responseBytes > 0]).sort()).toEqual([
      [400, 'refused', false],
      [404, 'miss', true],
    ])
  })

  it('a body that breaks off: once, as what it was', async () => {
    const before = (await log('?limit=1')).requests[0]?.id ?? 0
    const raw = await sendRaw(larder.port, [
      `PUT /v1/broken HTTP/1.1\r\n${host}Api-Key: test-owner-key-0123456789\r\n`,
      'Transfer-Encoding: chunked\r\n\r\nzz\r\n',
    ].join('').replaceAll('@', String(larder.port)))
    expect(statusOf(raw)).toBe(400)
    const { requests } = await log(`?after=${before}`)
    expect(requests).toMatchObject([{
      status: 400,
      reason: 'bad-request',
      detail: 'The message is not valid HTTP/1.1 (HPE_INVALID_CHUNK_SIZE).',
      face: 'plain',
      key: 'broken',
    }])
  })
})

describe('what a key may not do, and what was wrong with its input', () => {
  const wrong: [string, string, string, { headers?: Record<string, string>, body?: string }, string, string?][] = [
    ['a scope', 'PUT', '/v1/a', { body: 'x' }, 'This needs the scope write; the key has read.'],
    ['the administration', 'GET', '/admin/caches', {}, 'This needs the scope admin; the key has read.'],
    ['a path that there is not', 'GET', '/api/cashes', {}, 'There is nothing at /api/cashes.'],
    ['a method', 'PATCH', '/v1/a', { body: 'x' }, 'PATCH is not allowed here: GET, HEAD, PUT, DELETE.'],
    [
      'a field of a query',
      'GET',
      '/api/caches/default/entries?limit=canary',
      {},
      'limit: must be a whole number from 1 to 1,000',
    ],
    ['a cache', 'GET', '/api/caches/none/entries/a', {}, 'Cache none not found.'],
  ]

  // Red: in src/main/serving/account.ts leave out `detail`.
  it.each(wrong)('%s: for its user, with the sentence of the answer', async (_, method, path, options, detail) => {
    const before = (await log('?limit=1')).requests[0]?.id ?? 0
    const answer = await larder.send(method, path, { ...options, headers: { ...options.headers, ...withKey(reader) } })
    const { requests } = await log(`?after=${before}`)
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({ status: answer.status, result: 'refused', detail })
    expect(requests[0]?.keyId).not.toBeNull()
    const isJson = answer.headers['content-type']?.includes('json') === true
    const told = isJson ? (answer.json() as Problem).detail : answer.text.trim()
    expect(told).toBe(detail)
  })

  // S12. Red: in src/main/http/json-body.ts drop `logged`; in src/main/serving/account.ts drop
  // `longestField`.
  it.each([
    ['a body', 'POST', '/api/caches/default/batch', '{"operations":canary'],
    ['a field', 'POST', '/api/caches/default/batch', JSON.stringify({ operations: [], [`canary${'x'.repeat(40)}`]: 1 })],
    ['a query', 'DELETE', `/api/caches/default/entries?canary${'x'.repeat(40)}=1`, undefined],
    ['a patch', 'PATCH', '/api/caches/default/entries/a', '{"a":canary'],
  ])('nothing of %s', async (_, method, path, body) => {
    await larder.send('PUT', '/api/caches/default/entries/a', { headers: asJson, body: '{}' })
    const before = (await log('?limit=1')).requests[0]?.id ?? 0
    const type = method === 'PATCH' ? { 'Content-Type': 'application/merge-patch+json' } : asJson
    const answer = await larder.send(method, path, { headers: type, ...body !== undefined && { body } })
    expect(answer.status).toBe(400)
    const { requests } = await log(`?after=${before}`)
    expect(requests).toMatchObject([{ status: 400, result: 'refused', detail: expect.any(String) }])
    expect(JSON.stringify(requests)).not.toContain('canary')
  })
})

// Red: in src/main/serving/log/request-log.ts emit for `null` instead of `administrators`.
it('tells administrators alone as it happens', async () => {
  const watch = async (headers: Record<string, string>): Promise<ReadableStreamDefaultReader<Uint8Array>> => {
    const { body } = await fetch(`http://localhost:${larder.port}/events?topics=request`, { headers })
    return body?.getReader() as ReadableStreamDefaultReader<Uint8Array>
  }
  const streams = [
    await watch(withKey('test-owner-key-0123456789')),
    await watch(withKey(reader)),
    await watch({ Authorization: `Bearer ${bob}` }),
  ]
  await larder.sendOpen('GET', '/v1/refused', { headers: withKey(secret) })
  // What comes behind it tells that it would have come.
  const { secret: bobsKey } = (await larder.sendOpen('POST', '/admin/keys', {
    headers: { ...asJson, Authorization: `Bearer ${bob}` },
    body: JSON.stringify({ label: 'bob', scopes: ['read'] }),
  })).json() as { secret: string }
  await larder.send('GET', '/v1/last')
  await larder.sendOpen('GET', '/v1/last', { headers: withKey(bobsKey) })
  const texts = await Promise.all(streams.map(async (stream) => {
    let text = ''
    while (!text.includes('/v1/last'))
      text += new TextDecoder().decode((await stream.read()).value)
    await stream.cancel()
    return text
  }))
  expect(texts.map(text => text.includes('/v1/refused'))).toEqual([true, false, false])
})

// Red: in src/main/serving/account.ts let `atTheDoor` be false.
it('a flood of them leaves what apps sent', async () => {
  await larder.send('GET', '/v1/before-the-flood')
  const flood = 'GET /v1/a HTTP/1.1\r\nHost: localhost:@\r\n\r\n'.repeat(8000)
  await sendRaw(larder.port, `${flood}broken\r\n\r\n`.replaceAll('@', String(larder.port)))
  const { total } = await log('?filter=path:/v1/before-the-flood')
  expect(total).toBe(1)
  expect((await log('?filter=reason:key-missing')).total).toBeLessThanOrEqual(6554)
})
