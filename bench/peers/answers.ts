import type { Answer, Peer } from './start'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { request } from 'node:http'
import { key } from './start'

/** Node itself writes these, the same for every server. */
const written = new Set(['date', 'connection', 'keep-alive'])

/** Returns a server's answer, so that another server can give the same. */
export async function ask(peer: Peer, method: string, path: string, body?: string): Promise<Answer> {
  const asked = request({
    host: '127.0.0.1',
    port: peer.port,
    method,
    path,
    headers: {
      'Api-Key': key,
      ...(body !== undefined && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
    },
  })
  asked.end(body)
  const [response] = await once(asked, 'response') as [import('node:http').IncomingMessage]
  let text = ''
  response.setEncoding('latin1')
  for await (const part of response)
    text += part as string
  const headers: string[] = []
  for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) {
    const [name = '', value = ''] = response.rawHeaders.slice(i, i + 2)
    if (!written.has(name.toLowerCase()))
      headers.push(name, value)
  }
  return { status: response.statusCode ?? 0, headers, body: text }
}

/** Throws unless both answer with as many bytes, whatever Date, ETag and Age say. */
export async function requireSameBytes(a: Peer, b: Peer, method: string, path: string, body?: string): Promise<void> {
  const [first, second] = await Promise.all([ask(a, method, path, body), ask(b, method, path, body)])
  // The age has another digit every ten seconds, which pass quickly on a busy machine.
  const sizeOf = ({ status, headers, body }: Answer): string =>
    `${status} ${headers.filter((_, at) => headers[at - 1]?.toLowerCase() !== 'age').join('').length} ${body.length}`
  if (sizeOf(first) !== sizeOf(second)) {
    throw new Error(
      `${a.name} and ${b.name} do not answer ${method} ${path} alike: ${sizeOf(first)}, ${sizeOf(second)}`,
    )
  }
}
