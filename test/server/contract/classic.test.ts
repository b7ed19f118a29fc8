import type { TestLarder } from '../../helpers/start-larder'
import type { Case, Step } from './cases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createManualClock } from '../../../src/main/base/clock'
import { startLarder } from '../../helpers/start-larder'
import { check, json } from './cases'

// The classic face. Each case has its own cache, so that the order does not matter.
const clock = createManualClock(Date.UTC(2026, 10, 21, 4, 36, 18, 10))
let larder: TestLarder
let count = 0
beforeAll(async () => {
  larder = await startLarder({}, clock)
})
afterAll(() => larder.dispose())

async function newCache(settings: object = {}): Promise<string> {
  const name = `products${++count}`
  expect((await larder.send('POST', '/admin/caches', json({ name, ttl: 60, ...settings }))).status).toBe(201)
  return name
}
const set = (cache: string, data: unknown): Step => ['POST', '/api/set-cache', json({ cacheName: cache, data })]
const product = { id: '10001', name: 'Œuf à la coque', price: 1.5 }

function problem(status: number, message: string, more: object = {}): object {
  const phrases: Record<number, string> = {
    400: '400 Bad Request',
    401: '401 Unauthorized',
    403: '403 Forbidden',
    404: '404 Not Found',
    405: '405 Method Not Allowed',
    503: '503 Service Unavailable',
  }
  return {
    error: phrases[status],
    message,
    status,
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/),
    ...more,
  }
}

describe('set-cache', () => {
  const cases: ((cache: string) => Case)[] = [
    cache =>
      ({
        name: 'stores under data.id and echoes the body',
        send: set(cache, product),
        status: 200,
        body: JSON.stringify({ cacheName: cache, data: product }),
      }),
    cache =>
      ({
        name: 'a fresh key is there: refused',
        given: [set(cache, product)],
        send: set(cache, { ...product, price: 2 }),
        status: 400,
        body: problem(400, 'Key already exists.', { path: '/api/set-cache' }),
      }),
    () =>
      ({
        name: 'no cacheName',
        send: ['POST', '/api/set-cache', json({ data: product })],
        status: 400,
        body: problem(400, 'Missing cache name.'),
      }),
    () =>
      ({
        name: 'empty cacheName',
        send: ['POST', '/api/set-cache', json({ cacheName: '', data: product })],
        status: 400,
        body: problem(400, 'Missing cache name.'),
      }),
    () =>
      ({
        name: 'cacheName of a wrong type',
        send: ['POST', '/api/set-cache', json({ cacheName: 7, data: product })],
        status: 400,
        // Red: data-plane/classic.ts, drop the line of `typeof name`.
        body: problem(400, 'cacheName must be text.'),
      }),
    () =>
      ({
        name: 'a body that is an array',
        send: ['POST', '/api/set-cache', json([product])],
        status: 400,
        body: problem(400, 'Missing cache name.'),
      }),
    () =>
      ({
        name: 'unknown cache',
        send: set('nope', product),
        status: 404,
        body: problem(404, 'The requested resource was not found.', { detail: 'Cache nope not found.' }),
      }),
    () =>
      ({
        name: '__proto__ as cache',
        send: set('__proto__', product),
        status: 404,
        body: problem(404, 'The requested resource was not found.', { detail: 'Cache __proto__ not found.' }),
      }),
    ...[
      undefined,
      null,
      'text',
      5,
      [product],
      {},
      { id: '' },
      { id: null },
    ].map(data => (cache: string): Case =>
      ({
        name: `data ${JSON.stringify(data)}`,
        send: set(cache, data),
        status: 400,
        body: problem(400, 'Missing data.id.'),
      })),
    // Red: data-plane/classic.ts, drop the line of `typeof id`.
    ...([
      [{}, 'data.id must be text or a number.'],
      [[], 'data.id must be text or a number.'],
      [true, 'data.id must be text or a number.'],
      [false, 'data.id must be text or a number.'],
      ['\uD800', 'data.id must be well-formed Unicode.'],
    ] as const).map(([id, message]) => (cache: string): Case =>
      ({
        name: `an id ${JSON.stringify(id)}`,
        send: set(cache, { id }),
        status: 400,
        body: problem(400, message),
      })),
    // Red: drop the line of `isFinite` in data-plane/classic.ts.
    ...['1e400', '-1e309'].map(id => (cache: string): Case =>
      ({
        name: `an id ${id}, which is no number here`,
        send: ['POST', '/api/set-cache', { body: `{"cacheName":"${cache}","data":{"id":${id}}}` }],
        status: 400,
        body: problem(400, 'data.id must be a number that a double can hold, or text.'),
      })),
    cache =>
      ({
        name: 'unknown members are ignored',
        send: ['POST', '/api/set-cache', json({ cacheName: cache, ttl: 5, data: { id: 'a' } })],
        status: 200,
        body: { ttl: 5 },
      }),
    cache =>
      ({
        name: 'not JSON',
        send: ['POST', '/api/set-cache', { body: `{"cacheName":"${cache}",` }],
        status: 400,
        body: problem(400, 'Malformed JSON.'),
      }),
    () =>
      ({
        name: 'empty body',
        send: ['POST', '/api/set-cache', { body: '' }],
        status: 400,
        body: problem(400, 'Malformed JSON.'),
      }),
    () =>
      ({
        name: 'not UTF-8',
        send: ['POST', '/api/set-cache', { body: Buffer.from([0x22, 0xFF, 0x22]) }],
        status: 400,
        body: problem(400, 'Malformed JSON.'),
      }),
    () =>
      ({
        name: 'nested 100,000 deep',
        send: ['POST', '/api/set-cache', { body: '['.repeat(100_000) }],
        status: 400,
        body: problem(400, 'Malformed JSON.'),
      }),
    cache =>
      ({
        name: 'an id of 1,025 bytes',
        send: set(cache, { id: 'x'.repeat(1025) }),
        status: 400,
        body: problem(400, expect.stringContaining('1,024') as unknown as string),
      }),
    () =>
      ({
        name: 'GET is not allowed',
        send: ['GET', '/api/set-cache'],
        status: 405,
        headers: { Allow: 'POST' },
        body: problem(405, 'GET is not allowed here: POST.'),
      }),
    () =>
      ({
        name: 'OPTIONS lists the methods',
        send: ['OPTIONS', '/api/set-cache'],
        status: 204,
        headers: { Allow: 'POST, OPTIONS' },
      }),
  ]
  it.each(cases.map(make => [make('').name, make] as const))('%s', async (_, make) => {
    await check(larder, make(await newCache()))
  })

  it('leaves the value alone when it refuses', async () => {
    const cache = await newCache()
    await check(larder, {
      name: '',
      given: [set(cache, product)],
      send: set(cache, { ...product, price: 2 }),
      status: 400,
    })
    await check(larder, {
      name: '',
      send: ['GET', `/api/get-cache?cache=${cache}&key=10001`],
      status: 200,
      body: JSON.stringify(product),
    })
  })

  // RFC 8259 §6: a number may have more digits than a double keeps; the key is the text as written.
  it.each([
    ['10001', '10001'],
    ['123456789012345678901', '123456789012345678901'],
    ['-5', '-5'],
    ['1.50', '1.5'],
    ['1e3', '1000'],
  ])('a number id %s becomes the key %s', async (id, key) => {
    const cache = await newCache()
    const data = `{ "id": ${id},  "n": 1.0 }`
    await check(larder, {
      name: '',
      given: [['POST', '/api/set-cache', { body: `{"data":${data}, "cacheName":"${cache}"}` }]],
      send: ['GET', `/api/get-cache?cache=${cache}&key=${key}`],
      status: 200,
      body: data,
    })
  })
})

describe('get-cache', () => {
  const cases: ((cache: string) => Case)[] = [
    cache =>
      ({
        name: 'hit: the bare value',
        given: [set(cache, product)],
        send: ['GET', `/api/get-cache?cache=${cache}&key=10001`],
        status: 200,
        body: JSON.stringify(product),
        headers: { 'Content-Type': 'application/json', 'Cache-Control': 'private, no-cache' },
      }),
    cache =>
      ({
        name: 'HEAD',
        given: [set(cache, product)],
        send: ['HEAD', `/api/get-cache?cache=${cache}&key=10001`],
        status: 200,
        body: '',
      }),
    cache =>
      ({
        name: 'no key: all fresh entries in insertion order',
        given: [set(cache, { id: 'b' }), set(cache, { id: 'a' })],
        send: ['GET', `/api/get-cache?cache=${cache}`],
        status: 200,
        body: '[{"key":"b","value":{"id":"b"}},{"key":"a","value":{"id":"a"}}]',
      }),
    cache =>
      ({
        name: 'no key, HEAD',
        given: [set(cache, { id: 'b' })],
        send: ['HEAD', `/api/get-cache?cache=${cache}`],
        status: 200,
        body: '',
      }),
    cache => ({ name: 'no entries', send: ['GET', `/api/get-cache?cache=${cache}`], status: 200, body: '[]' }),
    cache =>
      ({
        name: 'text and bytes of other faces come as JSON strings',
        given: [
          ['PUT', `/api/caches/${cache}/entries/t`, { body: 'say "hi"' }],
          [
            'PUT',
            `/api/caches/${cache}/entries/b`,
            { body: Buffer.from([0, 255]), headers: { 'Content-Type': 'image/png' } },
          ],
          [
            'PUT',
            `/api/caches/${cache}/entries/j`,
            { body: '{broken', headers: { 'Content-Type': 'application/json' } },
          ],
        ],
        send: ['GET', `/api/get-cache?cache=${cache}`],
        status: 200,
        body: JSON.stringify([
          { key: 't', value: 'say "hi"' },
          { key: 'b', value: 'data:image/png;base64,AP8=' },
          { key: 'j', value: '{broken' },
        ]),
      }),
    cache =>
      ({
        name: 'missing key',
        send: ['GET', `/api/get-cache?cache=${cache}&key=nope`],
        status: 404,
        body: problem(404, 'The requested resource was not found.', { path: '/api/get-cache' }),
        headers: { 'Cache-Status': 'Larder; fwd=miss; detail=absent' },
      }),
    () =>
      ({
        name: 'unknown cache',
        send: ['GET', '/api/get-cache?cache=nope&key=1'],
        status: 404,
        body: problem(404, 'The requested resource was not found.', { detail: 'Cache nope not found.' }),
      }),
    () =>
      ({
        name: 'no cache',
        send: ['GET', '/api/get-cache?key=1'],
        status: 400,
        body: problem(400, 'Missing cache param.'),
      }),
    () =>
      ({
        name: 'empty cache',
        send: ['GET', '/api/get-cache?cache=&key=1'],
        status: 400,
        body: problem(400, 'Missing cache param.'),
      }),
    cache =>
      ({
        name: 'half an escape',
        send: ['GET', `/api/get-cache?cache=${cache}&key=%E0%A`],
        status: 400,
        body: problem(400, 'key: has a % without two hexadecimal digits'),
      }),
    cache =>
      ({
        name: 'a parameter twice',
        send: ['GET', `/api/get-cache?cache=${cache}&cache=x`],
        status: 400,
        body: problem(400, 'cache: is given twice'),
      }),
    () =>
      ({
        name: 'PUT is not allowed',
        send: ['PUT', '/api/get-cache?cache=x'],
        status: 405,
        headers: { Allow: 'GET, HEAD' },
      }),
  ]
  it.each(cases.map(make => [make('').name, make] as const))('%s', async (_, make) => {
    await check(larder, make(await newCache()))
  })

  it('an expired key is missing, and may be set again', async () => {
    const cache = await newCache({ ttl: 5 })
    await check(larder, {
      name: '',
      given: [set(cache, product)],
      send: ['GET', `/api/get-cache?cache=${cache}&key=10001`],
      status: 200,
    })
    clock.advance(5001)
    await check(larder, {
      name: '',
      send: ['GET', `/api/get-cache?cache=${cache}&key=10001`],
      status: 404,
      headers: { 'Cache-Status': /expired/ },
    })
    await check(larder, { name: '', send: ['GET', `/api/get-cache?cache=${cache}`], status: 200, body: '[]' })
    await check(larder, { name: '', send: set(cache, product), status: 200 })
  })

  it('streams a list larger than the socket takes at once', async () => {
    const cache = await newCache()
    const filler = 'é'.repeat(100_000)
    for (let i = 0; i < 20; i++)
      await larder.send(...set(cache, { id: i, filler }))
    const answer = await larder.send('GET', `/api/get-cache?cache=${cache}`)
    expect(answer.headers['transfer-encoding']).toBe('chunked')
    expect(answer
      .json<{ key: string, value: { filler: string } }[]>()
      .map(({ key, value }) =>
        [key, value.filler === filler])).toEqual(Array.from({ length: 20 }, (_, i) => [String(i), true]))
  })
})

describe('cache-invalidation', () => {
  const drop = (cache: string, key = '10001', method = 'GET'): Step =>
    [method, `/api/cache-invalidation?cache=${cache}&key=${key}`]
  const cases: ((cache: string) => Case)[] = [
    ...['GET', 'DELETE', 'POST'].map(method =>
      (cache: string): Case =>
        ({
          name: `${method} drops`,
          given: [set(cache, product)],
          send: drop(cache, '10001', method),
          status: 200,
          body: '{"status":204}',
        })),
    cache =>
      ({
        name: 'dropped twice',
        given: [set(cache, product), drop(cache)],
        send: drop(cache),
        status: 404,
        body: problem(404, 'The requested resource was not found.'),
      }),
    cache =>
      ({
        name: 'no key',
        send: ['GET', `/api/cache-invalidation?cache=${cache}`],
        status: 400,
        body: problem(400, 'Enter a valid key name.'),
      }),
    cache => ({ name: 'empty key', send: drop(cache, ''), status: 400, body: problem(400, 'Enter a valid key name.') }),
    cache =>
      ({
        name: 'missing key',
        send: drop(cache, 'nope'),
        status: 404,
        body: problem(404, 'The requested resource was not found.'),
      }),
    () =>
      ({
        name: 'unknown cache',
        send: drop('nope'),
        status: 404,
        body: problem(404, 'The requested resource was not found.', { detail: 'Cache nope not found.' }),
      }),
    cache =>
      ({
        name: 'HEAD must not drop',
        given: [set(cache, product)],
        send: drop(cache, '10001', 'HEAD'),
        status: 405,
        headers: { Allow: 'GET, DELETE, POST' },
      }),
  ]
  it.each(cases.map(make => [make('').name, make] as const))('%s', async (_, make) => {
    await check(larder, make(await newCache()))
  })
})

describe('key and switches', () => {
  const requests: Step[] = [
    ['POST', '/api/set-cache', json({ cacheName: 'default', data: product })],
    ['GET', '/api/get-cache?cache=default&key=1'],
    ['GET', '/api/cache-invalidation?cache=default&key=1'],
  ]
  it.each(requests)('%s %s: 400 without a key, 401 with a wrong one, in the old form', async (
    method,
    path,
    options,
  ) => {
    const none = await larder.sendOpen(method, path, options)
    expect([none.status, none.json()]).toEqual([
      400,
      { ...problem(400, 'Missing Api-Key header.'), path: path.split('?')[0] },
    ])
    for (const wrong of ['wrong', '', 'ä'.repeat(10), 'lk_x_y_z']) {
      const answer = await larder.send(method, path, { ...options, headers: { 'Api-Key': wrong } })
      expect([answer.status, answer.json()]).toEqual([
        401,
        { ...problem(401, 'Invalid credentials.'), path: path.split('?')[0] },
      ])
    }
  })

  it.each(requests)('%s %s: 503 while everything or the cache is off, and back', async (method, path, options) => {
    const off = { status: 503, headers: { 'Retry-After': /^\d+$/ }, body: problem(503, 'Cache is disabled.') }
    await check(larder, {
      name: 'everything',
      given: [['PUT', '/admin/switch', json({ enabled: false })]],
      send: [method, path, options],
      ...off,
    })
    await check(larder, {
      name: 'cache',
      given: [
        ['PUT', '/admin/switch', json({ enabled: true })],
        ['PATCH', '/admin/caches/default', json({ enabled: false })],
      ],
      send: [method, path, options],
      ...off,
    })
    const back = await check(larder, {
      name: 'back',
      send: ['PATCH', '/admin/caches/default', json({ enabled: true })],
      status: 200,
    })
    expect(back.json()).toMatchObject({ enabled: true })
    expect((await larder.send(method, path, options)).status).not.toBe(503)
  })
})
