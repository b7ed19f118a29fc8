import type { TestLarder } from '../../helpers/start-larder'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { patience } from '../../helpers/patience'
import { ownerKey, startLarder } from '../../helpers/start-larder'

let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder()
})
afterAll(() => larder.dispose())

function message(method: string, path: string, body = ''): string {
  return `${method} ${path} HTTP/1.1\r\nHost: localhost:${larder.port}\r\nApi-Key: ${ownerKey}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

/**
 * Returns the response to a client that closes its sending side, as `nc -N` does; undefined if the
 * server does not end the connection in time.
 */
async function sendAndHalfClose(text: string): Promise<string | undefined> {
  const client = connect({ port: larder.port, host: '127.0.0.1', allowHalfOpen: true })
  const chunks: Buffer[] = []
  client.on('data', (chunk: Buffer) => chunks.push(chunk))
  client.end(text)
  try {
    await once(client, 'end', { signal: AbortSignal.timeout(patience) })
    return Buffer.concat(chunks).toString()
  }
  catch {
    return undefined
  }
  finally {
    client.destroy()
  }
}

const statusesIn = (text: string | undefined): string[] => text?.match(/(?<=HTTP\/1\.1 )\d{3}/g) ?? []

// RFC 9293 §3.6: "the user who CLOSEs may continue to RECEIVE". Red without `httpAllowHalfOpen` in
// src/main/http/server.ts.
it.each<[string, () => string, string[]]>([
  ['the data plane', () => message('PUT', '/v1/a', 'one'), ['201']],
  ['the control plane', () => message('GET', '/admin/caches'), ['200']],
  ['what is written and takes its time', () => message('POST', '/admin/caches', '{"name":"half","ttl":60}'), ['201']],
  ['the console', () => message('GET', '/'), ['200']],
  [
    'many at once',
    () =>
      `${message('PUT', '/v1/b', 'one')}${message('GET', '/v1/b')}${message('GET', '/admin/caches')}${message('DELETE', '/v1/b')}${message('GET', '/v1/b')}`,
    ['201', '200', '200', '200', '404'],
  ],
])('answers a client that closes its half of the connection: %s', async (_, text, expected) => {
  expect(statusesIn(await sendAndHalfClose(text()))).toEqual(expected)
})

it.each<[string, () => string, string[]]>([
  ['before the head is whole', () => message('GET', '/v1/a').slice(0, 30), ['400']],
  ['before the body is whole', () => message('PUT', '/v1/c', 'whole').slice(0, -2), ['400']],
  ['without a word', () => '', []],
])('ends the connection of a client that closes its half %s', async (_, text, expected) => {
  const answer = await sendAndHalfClose(text())
  expect(answer).toBeDefined()
  expect(statusesIn(answer)).toEqual(expected)
  expect((await larder.send('GET', '/v1/c')).status).toBe(404)
})

// Red without the socket's 'end', and without its `readableEnded`, in
// src/main/http/event-stream.ts.
it.each<[string, () => string, string[]]>([
  ['while it is open', () => message('GET', '/events'), ['200']],
  [
    'before it is',
    () =>
      `${message('PUT', '/v1/d', 'one')}${message('PATCH', '/admin/caches/default', '{"enabled":true}')}${message('GET', '/events')}`,
    ['201', '200', '200'],
  ],
])('ends the event stream of a client that has gone %s', async (_, text, expected) => {
  const answer = await sendAndHalfClose(text())
  expect(answer).toContain('text/event-stream')
  expect(statusesIn(answer)).toEqual(expected)
})
