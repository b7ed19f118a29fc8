import type { OperationName, OperationSpec } from '../../../src/shared/operations'
import { describe, expect, it } from 'vitest'
import { createApiClient } from '../../../src/renderer/src/api/client'
import { createHttpTransport, resolveTarget } from '../../../src/renderer/src/api/http-transport'
import { createSessionToken } from '../../../src/renderer/src/api/session-token'
import { LarderError } from '../../../src/shared/errors'
import { operations } from '../../../src/shared/operations'
import { requestOf } from '../../../src/shared/request-of'
import { memoryStorage } from './memory-storage'

const origin = 'http://localhost:7777'

function setUp(answer: (request: Request) => Response | Promise<Response>) {
  const requests: Request[] = []
  const session = createSessionToken(memoryStorage())
  let ended = 0
  const transport = createHttpTransport({
    origin,
    session,
    onSessionEnd: () => ended++,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      requests.push(request)
      return await answer(request)
    },
  })
  return { client: createApiClient(transport), transport, session, requests, ended: () => ended }
}

function problem(status: number, body: object, headers: Record<string, string> = {}): Response {
  return new Response(
    JSON.stringify(body),
    { status, headers: { 'Content-Type': 'application/problem+json; charset=utf-8', ...headers } },
  )
}

const names = Object.keys(operations) as OperationName[]
const sample = { name: 'a b/ü', id: 'k1', ttl: 60, enabled: false }

describe('http transport', () => {
  it.each(names)('%s: sends what its row says and reads what it promises', async (name) => {
    const spec: OperationSpec = operations[name]
    const { client, session, requests } = setUp(() => spec.status === 204
      ? new Response(null, { status: 204 })
      : spec.media === undefined ? Response.json({ it: 'works' }, { status: spec.status }) : new Response('some text'))
    session.set({ token: 'ls_token', user: 'u' })
    const answer = await client[name](sample as never)

    expect(answer).toEqual(spec.status === 204 ? undefined : spec.media === undefined ? { it: 'works' } : 'some text')
    const [request] = requests
    const wanted = requestOf(name, sample as never)
    expect(request?.method).toBe(spec.method)
    expect(request?.url).toBe(origin + wanted.path + wanted.query)
    expect(decodeURIComponent(new URL(request?.url ?? '').pathname)).toBe(spec.path
      .replace('{name}', sample.name)
      .replace('{id}', sample.id))
    expect(await request?.text()).toBe(wanted.body ?? '')
    expect(request?.headers.get('Content-Type')).toBe(wanted.body === undefined ? null : 'application/json')
    expect(request?.headers.get('Authorization')).toBe('Bearer ls_token')
    expect(request?.cache).toBe('no-store')
    expect(request?.credentials).toBe('omit')
  })

  it('says when nobody is there', async () => {
    const sent: (string | null)[] = []
    let there = true
    const transport = createHttpTransport({
      origin,
      session: createSessionToken(memoryStorage()),
      onSessionEnd: () => {},
      attended: () => there,
      fetch: async (_, init) => {
        sent.push(new Headers(init?.headers).get('Larder-Unattended'))
        return Response.json([])
      },
    })
    const client = createApiClient(transport)
    await client['caches.list']()
    there = false
    await client['caches.list']()
    // Red when http-transport.ts does not set the header.
    expect(sent).toEqual([null, '1'])
  })

  it('sends no bearer while nobody is signed in', async () => {
    const { client, requests } = setUp(() => Response.json([]))
    await client['caches.list']()
    expect(requests[0]?.headers.has('Authorization')).toBe(false)
  })

  it('turns problem+json into the error it stands for', async () => {
    const { client } = setUp(() =>
      problem(
        429,
        { code: 'too-many-attempts', detail: 'Wait.', errors: [{ field: 'ttl', message: 'bad' }, { field: 7 }, null] },
        { 'Retry-After': '30' },
      ))
    const error = await client['caches.list']().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(LarderError)
    expect(error).toMatchObject({
      code: 'too-many-attempts',
      message: 'Wait.',
      retryAfter: 30,
      errors: [{ field: 'ttl', message: 'bad' }],
    })
  })

  it.each<[string, () => Response, string]>([
    ['an unknown code', () => problem(418, { code: 'teapot', detail: 'x' }), 'The server answered 418'],
    ['a code from the prototype', () => problem(500, { code: 'toString', detail: 'x' }), 'The server answered 500'],
    [
      'invalid JSON',
      () => new Response('{', { status: 500, headers: { 'Content-Type': 'application/problem+json' } }),
      'The server answered 500',
    ],
    [
      'JSON null',
      () => new Response('null', { status: 500, headers: { 'Content-Type': 'application/problem+json' } }),
      'The server answered 500',
    ],
    [
      'a page of something in between',
      () => new Response('<h1>Bad Gateway</h1>', { status: 502, statusText: 'Bad Gateway' }),
      'The server answered 502 Bad Gateway',
    ],
  ])('reports %s by its status', async (_, answer, message) => {
    await expect(setUp(answer).client['caches.list']()).rejects.toMatchObject({ code: 'internal', message })
  })

  it('takes the title where the detail is missing', async () => {
    await expect(setUp(() =>
      problem(404, { code: 'cache-not-found' })).client['caches.get']({ name: 'x' })).rejects.toThrow('Cache not found')
  })

  it.each<[string, () => Response]>([
    ['nobody listens', () => { throw new TypeError('Failed to fetch') }],
    [
      'the answer breaks off',
      () => new Response(new ReadableStream({ start: controller => controller.error(new TypeError('network error')) })),
    ],
    ['the answer is no JSON', () => new Response('hello')],
  ])('says that the server cannot be reached when %s', async (_, answer) => {
    await expect(setUp(answer).client['caches.list']()).rejects.toMatchObject({ code: 'not-ready' })
  })

  it('tells that the session ended, but not for a bearer that has been replaced since', async () => {
    const refused = setUp(() => problem(401, { code: 'key-invalid', detail: 'x' }))
    await refused.client['caches.list']().catch(() => {})
    expect(refused.ended()).toBe(0)
    refused.session.set({ token: 'old', user: 'u' })
    await refused.client['caches.list']().catch(() => {})
    expect(refused.ended()).toBe(1)

    const late = setUp(() => {
      late.session.set({ token: 'new', user: 'u' })
      return problem(401, { code: 'key-invalid', detail: 'x' })
    })
    late.session.set({ token: 'old', user: 'u' })
    await late.client['caches.list']().catch(() => {})
    expect(late.ended()).toBe(0)

    const wrongPassword = setUp(() => problem(401, { code: 'sign-in-failed', detail: 'x' }))
    wrongPassword.session.set({ token: 'mine', user: 'u' })
    await wrongPassword.client['session.create']({ name: 'a', password: 'b' }).catch(() => {})
    expect(wrongPassword.ended()).toBe(0)
  })

  it.each(['.', '..'])('refuses a cache named %s instead of asking another route', async (name) => {
    const { client, requests } = setUp(() => Response.json({ matched: 0 }))
    await expect(client['caches.flush']({ name })).rejects.toMatchObject({ code: 'bad-encoding' })
    expect(requests).toEqual([])
  })

  it.each(['//evil.example/x', 'http://evil.example/', '/a/../b', '/a b'])('does not send to %s', (target) => {
    expect(() => resolveTarget(target, origin)).toThrow(LarderError)
  })
})
