import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLarder } from '../../helpers/start-larder'

let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder()
})
afterAll(() => larder.dispose())

interface Waited { count: number, requests: { key: string }[], last: number }

function send(path: string, body: object): ReturnType<TestLarder['send']> {
  return larder.send('POST', path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
}

// Red: in src/main/serving/log/request-waits.ts tell only the first waiter.
it('answers a thousand callers, each by the request that fulfils it and by no other', async () => {
  const keys = Array.from({ length: 1000 }, (_, index) => `key-${index}`)
  const { last } = (await larder.send('GET', '/admin/requests/count')).json<Waited>()
  const answers = keys.map(async (key) => {
    const answer = await send('/admin/requests/wait', { filter: `key:${key}`, after: last, timeout: '2m' })
    return { key, answer }
  })
  await Promise.all(keys.toReversed().map(key => larder.send('GET', `/v1/${key}`)))
  for (const { key, answer } of await Promise.all(answers)) {
    expect(answer.status).toBe(200)
    expect(answer.json<Waited>().requests.map(request => request.key)).toEqual([key])
  }
})

it('answers 408 with what came instead, and lets the connection go on', async () => {
  const waited = send('/admin/requests/wait', { filter: 'key:never', timeout: 0.2 })
  const answer = await waited
  expect(answer.status).toBe(408)
  expect(answer.json()).toMatchObject({
    code: 'wait-timeout',
    detail: expect.stringMatching(/^0 of 1 request matched in time\./),
  })
})

it('exports JSON lines', async () => {
  await larder.send('GET', '/v1/exported')
  const answer = await larder.send('GET', '/admin/requests/export?filter=key:exported')
  expect(answer.headers['content-type']).toBe('application/x-ndjson')
  expect(JSON.parse(answer.text)).toMatchObject({ key: 'exported', result: 'miss' })
})

it('clears what one user sees', async () => {
  await larder.send('GET', '/v1/before')
  const cleared = (await larder.send('DELETE', '/admin/requests')).json<{ cleared: number }>()
  expect(cleared.cleared).toBeGreaterThan(0)
  expect((await larder.send('GET', '/admin/requests/count?filter=key:before')).json()).toMatchObject({ count: 0 })
})

it('does not hold up the stop of the server', async () => {
  const other = await startLarder()
  const waited = other.send('POST', '/admin/requests/wait', {
    body: JSON.stringify({ timeout: 300 }),
    headers: { 'content-type': 'application/json' },
  })
  // Counted only once the other question is waiting.
  await other.send('GET', '/admin/requests/count')
  await other.dispose()
  expect((await waited).status).toBe(503)
})

/** An API key with the scope admin, and what it is answered about a request that comes later. */
async function waitWithKey(key: string) {
  const { id, secret } = (await larder.send('POST', '/admin/keys', {
    body: JSON.stringify({ label: key, scopes: ['admin'] }),
    headers: { 'content-type': 'application/json' },
  })).json<{ id: string, secret: string }>()
  const waited = larder.send('POST', '/admin/requests/wait', {
    body: JSON.stringify({ filter: `key:${key}`, timeout: '1m' }),
    headers: { 'content-type': 'application/json', 'api-key': secret },
  })
  // Answered later than the question was read, as it came later on a connection of the same kind.
  await larder.send('GET', '/admin/requests/count', { headers: { 'api-key': secret } })
  return { id, waited }
}

// Red: in src/main/http/control-plane.ts leave checkAccess out.
it.each([
  ['revoked', (id: string) => larder.send('DELETE', `/admin/keys/${id}`), 401],
  ['without its scope', (id: string) => larder.send('PATCH', `/admin/keys/${id}`, {
    body: JSON.stringify({ scopes: ['read'] }),
    headers: { 'content-type': 'application/json' },
  }), 403],
] as const)('tells a key nothing that is %s while it waits', async (what, end, status) => {
  const key = `later-${status}`
  const { id, waited } = await waitWithKey(key)
  expect((await end(id)).status, what).toBeLessThan(300)
  await larder.send('GET', `/v1/${key}`)
  const answer = await waited
  expect(answer.status).toBe(status)
  expect(answer.text).not.toContain(key)
})

it.each([
  ['timeout', { timeout: 0 }],
  ['timeout', { timeout: 301 }],
  ['timeout', { timeout: 'soon' }],
  ['timeout', { timeout: null }],
  ['count', { count: 0 }],
  ['count', { count: 1.5 }],
  ['count', { count: '3' }],
  ['after', { after: -1 }],
  ['filter', { filter: 'colour:red' }],
  ['filter', { filter: '\u{1F600}'.repeat(3000) }],
  ['filter', { filter: ['key:a'] }],
  ['until', { until: 5 }],
])('names the field %s of bad input', async (field, input) => {
  const answer = await send('/admin/requests/wait', input)
  expect(answer.status).toBe(400)
  expect(answer.json()).toMatchObject({ code: 'invalid-input', errors: [{ field }] })
})
