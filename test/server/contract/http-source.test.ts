import type { TestLarder } from '../../helpers/start-larder'
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLarder } from '../../helpers/start-larder'
import { manage } from '../security/support'

/** An API whose answers say in their path how long they live. */
const asked = new Map<string, number>()
let isDown = false
const api = createServer(({ url = '' }, response) => {
  asked.set(url, (asked.get(url) ?? 0) + 1)
  const control = decodeURIComponent(url.slice(1)).split('/').at(-1) ?? ''
  if (isDown)
    return void response.writeHead(503).end()
  response.setHeader('Cache-Control', control).setHeader('Content-Type', 'application/json')
  response.end(JSON.stringify({ asked: asked.get(url) }))
})
let larder: TestLarder
const entry = (control: string): string => `/api/caches/api/entries/${encodeURIComponent(control)}`
const connection = { name: 'api', driver: 'http' }

beforeAll(async () => {
  await new Promise<void>(resolve => api.listen(0, '127.0.0.1', resolve))
  larder = await startLarder()
  const url = `http://127.0.0.1:${(api.address() as { port: number }).port}/{key}`
  await manage(larder, 'POST', '/admin/connections', { ...connection, url })
  await manage(larder, 'POST', '/admin/caches', { name: 'api', ttl: 300, source: { connection: 'api' } })
})
afterAll(async () => {
  await larder.dispose()
  api.closeAllConnections()
  api.close()
})

// Red: in src/main/upstreams/http/source.ts leave `freshnessOf` out.
it.each([
  ['max-age=60', 2, /; hit; ttl=/, [53, 60]],
  ['', 2, /; hit; ttl=/, [269, 330]],
  ['no-store', 2, /fwd=miss/, null],
  ['private, max-age=9', 2, /fwd=miss/, null],
  ['max-age=0', 2, /fwd=miss/, null],
])('an API that answers Cache-Control: %s is asked as it says', async (control, reads, status, ttl) => {
  let last
  for (let read = 0; read < reads; read++)
    last = await larder.send('GET', entry(`x/${control}`))
  expect(last?.headers['cache-status']).toMatch(status)
  expect(asked.get(`/${encodeURIComponent(`x/${control}`)}`)).toBe(ttl === null ? reads : 1)
  if (ttl !== null) {
    const left = Number(last?.headers['larder-ttl'])
    expect([left >= (ttl[0] as number), left <= (ttl[1] as number)]).toEqual([true, true])
  }
})

it('what may be served stale is, while the API is down, and what must be asked for is not', async () => {
  for (const control of ['max-age=1, stale-if-error=60', 'max-age=1, must-revalidate'])
    expect((await larder.send('GET', entry(control))).status).toBe(200)
  isDown = true
  await expect.poll(async () => (await larder.send('GET', entry('max-age=1, must-revalidate'))).status).toBe(502)
  await expect.poll(async () => {
    const { status, headers } = await larder.send('GET', entry('max-age=1, stale-if-error=60'))
    return [status, Number(headers['larder-ttl']) < 0]
  }).toEqual([200, true])
  isDown = false
})

it.each([
  ['source.mode', { source: { connection: 'api', mode: 'write-through' } }, 'must be read: HTTP takes no writes'],
  [
    'backend.connection',
    { backend: { connection: 'api', prefix: 'x:' } },
    'must be another one: HTTP keeps no entries of caches',
  ],
])('%s is refused', async (field, settings, message) => {
  const { status, text } = await larder.send('POST', '/admin/caches', {
    body: JSON.stringify({ name: 'other', ttl: 60, ...settings }),
    headers: { 'Content-Type': 'application/json' },
  })
  expect([status, JSON.parse(text)]).toMatchObject([400, { errors: [{ field, message }] }])
})
