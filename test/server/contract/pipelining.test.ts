import type { TestLarder } from '../../helpers/start-larder'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendRaw } from '../../helpers/http-client'
import { ownerKey, startLarder } from '../../helpers/start-larder'

let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder()
})
afterAll(() => larder.dispose())

type Step = [method: string, path: string, body?: string]

function message([method, path, body]: Step, isLast: boolean): string {
  const length = body === undefined ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`
  return `${method} ${path} HTTP/1.1\r\nHost: localhost:${larder.port}\r\nApi-Key: ${ownerKey}\r\n${length}${isLast ? 'Connection: close\r\n' : ''}\r\n${body ?? ''}`
}

/** Returns status and body of each response. */
function answersIn(text: string): string[] {
  return text
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .map(answer => `${answer.slice(9, 12)} ${answer.slice(answer.indexOf('\r\n\r\n') + 4)}`.trim())
}

const native = '/api/caches/default/entries/native'
const large = 'x'.repeat(40_000)

// RFC 9112 §9.3.2. Red when src/main/base/answers/pipelining.ts handles every request at once.
it.each<[string, Step[], string[]]>([
  [
    'a read finds what was written before it',
    [['PUT', '/v1/a', 'one'], ['GET', '/v1/a'], ['PUT', '/v1/a', 'two'], ['GET', '/v1/a']],
    ['201', '200 one', '201', '200 two'],
  ],
  [
    'a deletion drops what was written before it',
    [['PUT', '/v1/b', 'one'], ['DELETE', '/v1/b'], ['GET', '/v1/b']],
    ['201', '200', '404 given key not found'],
  ],
  [
    'a flush too',
    [['PUT', '/v1/c', 'one'], ['DELETE', '/flush'], ['GET', '/v1/c']],
    ['201', '200', '404 given key not found'],
  ],
  [
    'a body that comes in many pieces',
    [['PUT', '/v1/d', large], ['GET', '/v1/d'], ['DELETE', '/v1/d'], ['GET', '/v1/d']],
    ['201', `200 ${large}`, '200', '404 given key not found'],
  ],
  [
    'the native face',
    [['PUT', native, 'one'], ['GET', native], ['DELETE', native], ['HEAD', native]],
    ['201', '200 one', '204', '404'],
  ],
  [
    'reads before a write',
    [['PUT', '/v1/f', 'one'], ['GET', '/v1/f'], ['HEAD', '/v1/f'], ['PUT', '/v1/f', 'two'], ['GET', '/v1/f']],
    ['201', '200 one', '200', '201', '200 two'],
  ],
  [
    'operations that answer later',
    [
      ['PATCH', '/admin/caches/default', '{"enabled":false}'],
      ['GET', '/v1/e'],
      ['PATCH', '/admin/caches/default', '{"enabled":true}'],
      ['PUT', '/v1/e', 'one'],
      ['GET', '/v1/e'],
    ],
    ['200', '503', '200', '201', '200 one'],
  ],
])('pipelined requests act in their order: %s', async (_, steps, expected) => {
  const text = await sendRaw(larder.port, steps.map((step, at) => message(step, at === steps.length - 1)).join(''))
  // For long problems the status is enough.
  expect(answersIn(text).map((answer, at) =>
    expected[at]?.length === 3 ? answer.slice(0, 3) : answer)).toEqual(expected)
})

// Red without `countAsPending` in src/main/base/answers/pipelining.ts, for writes.
it.each(['GET', 'DELETE'])('reads no more than a piece of what waits behind an answer that never ends: %s', async (
  method,
) => {
  const client = connect(larder.port, '127.0.0.1')
  try {
    client.write(message(['GET', '/events'], false))
    await once(client, 'data')
    const thousand = message([method, '/v1/a'], false).repeat(1000)
    let taken = 0
    // Some megabytes are on their way in the system's buffers. A server that kept reading would
    // take more of them in some of these turns.
    async function isDrained(): Promise<boolean> {
      for (let turns = 0; turns < 100 && client.writableNeedDrain; turns++)
        expect((await larder.send('GET', '/healthz')).status).toBe(200)
      return !client.writableNeedDrain
    }
    for (; taken < 300 && await isDrained(); taken++)
      client.write(thousand)
    expect(taken).toBeLessThan(150)
  }
  finally {
    client.destroy()
  }
})
