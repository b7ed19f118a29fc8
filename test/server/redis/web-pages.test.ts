import type { RedisConnection } from '../../helpers/redis-connection'
import type { TestLarder } from '../../helpers/start-larder'
import { Buffer } from 'node:buffer'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectRedis } from '../../helpers/redis-connection'
import { startLarder } from '../../helpers/start-larder'
import { portOf } from './ports'

/**
 * A page in a browser runs no command, whatever it sends, where everybody may read and write. What
 * it wants is to set the key `stolen`.
 */
let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
  await larder.send('PATCH', '/admin/settings', {
    body: JSON.stringify({ anonymous: { enabled: true, scopes: ['read', 'write'] } }),
    headers: { 'Content-Type': 'application/json' },
  })
})
afterAll(() => larder.dispose())

const lines = (...parts: string[]): string => parts.join('\r\n')
const wanted = '*3\r\n$3\r\nSET\r\n$6\r\nstolen\r\n$1\r\n1\r\n'
function head(first: string): string {
  return lines(
    first,
    'Host: localhost:7379',
    'Connection: keep-alive',
    'Origin: http://evil.example',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36',
    'Accept: */*',
    '',
    '',
  )
}

const sent: [string, string | Buffer][] = [
  ['a form of plain text', `${head('POST / HTTP/1.1')}SET stolen 1\r\n=\r\n`],
  ['a form of several parts', `${head('POST /SET HTTP/1.1')}------b\r\n\r\nSET stolen 1\r\n------b--\r\n`],
  ['a fetch that carries the protocol', `${head('POST / HTTP/1.1')}${wanted}`],
  ['a link', `${head('GET /SET%20stolen%201 HTTP/1.1')}`],
  ['a preflight', head('OPTIONS / HTTP/1.1')],
  ...['SET', 'set', 'PING', 'FLUSHALL', 'APPEND', 'PUT', 'DELETE', 'QUERY'].map((method): [string, string] =>
    [`the method ${method}, after DNS rebinding`, `${head(`${method} /stolen HTTP/1.1`)}SET stolen 1\r\n`]),
  ['a method that begins like the protocol', `${head('*3 / HTTP/1.1')}${wanted}`],
  ['a method that begins like a length', `${head('$3 / HTTP/1.1')}${wanted}`],
  ['an old HTTP', `SET /stolen HTTP/1.0\r\n\r\n${wanted}`],
  ['line ends without CR', `SET stolen HTTP/1.1\nSET stolen 1\n`],
  ['a head that begins with its fields', `Host: localhost:7379\r\n\r\nSET stolen 1\r\n`],
  ['a WebSocket', `${head('GET /chat HTTP/1.1')}SET stolen 1\r\n`],
  ['a path beyond 64 KB', `${head(`GET /${'a'.repeat(70_000)} HTTP/1.1`)}SET stolen 1\r\n`],
  ['HTTP/2 without asking', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${wanted}`],
  ['a TLS hello', Buffer.concat([Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]), Buffer.from(`\r\n${wanted}`)])],
]

async function closedAfter(connection: RedisConnection, bytes: string | Buffer, size: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += size)
    connection.socket.write(bytes.slice(at, at + size))
  await connection.closed
}

// Red: in src/main/redis/request-parser.ts throw no ForeignClient for a line, or for a first byte;
// or drop `HTTP/` from what a line is asked for.
it.each(sent)('%s runs no command', async (_, bytes) => {
  for (const size of [bytes.length, 5]) {
    const connection = await connectRedis(portOf(larder))
    connection.socket.on('data', data => expect(String(data)).toMatch(/^-ERR Protocol error: /))
    await closedAfter(connection, bytes, size)
  }
  const { requests } = (await larder.send('GET', '/admin/requests?limit=50')).json() as {
    requests: { face: string }[]
  }
  expect(requests.filter(({ face }) => face === 'redis')).toEqual([])
})
