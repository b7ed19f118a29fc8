import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { createServer } from 'node:http'
import process from 'node:process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export type ProtocolHandler = (request: Request) => Response | Promise<Response>

/**
 * A port to listen on, so that the origin is the same as in an earlier start. If it is occupied,
 * another port is used.
 */
export const portVariable = 'LARDER_STANDIN_PORT'

export interface AppServer {
  /**
   * Returns the address in Chromium that represents an address of the app's own scheme;
   * `fromBrowser` is the inverse. Others stay unchanged.
   */
  toBrowser: (url: string) => string
  fromBrowser: (url: string) => string
}

/**
 * Serves a custom scheme in Chromium without Electron: a server on loopback whose origin represents
 * the scheme's. A name below `localhost` is a secure context of its own and needs no resolver.
 * Bodies stream both ways; if a response fails, the connection is cut, which the page sees as a
 * network error.
 */
export async function serveScheme(origin: string, handler: () => ProtocolHandler | undefined): Promise<AppServer> {
  const server: Server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  const listen = (port: number): Promise<unknown> => once(server.listen(port, '127.0.0.1').unref(), 'listening')
  await listen(Number(process.env[portVariable] ?? 0)).catch(() => listen(0))
  const name = origin.replace(/^(\w+):\/\//, '$1-').toLowerCase()
  const base = `http://${name}.localhost:${(server.address() as AddressInfo).port}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request
    const handle = handler()
    if (`http://${headers.host}` !== base || !handle)
      throw new Error('Not for us')
    const abortion = new AbortController()
    response.once('close', () => response.writableFinished || abortion.abort())
    const given = new Headers()
    for (const [header, value] of Object.entries(headers))
      given.set(header, String(value))
    const body = method === 'GET' || method === 'HEAD' ? null : Readable.toWeb(request) as ReadableStream<Uint8Array>
    const answered = await handle(new Request(origin + url, {
      method,
      headers: given,
      signal: abortion.signal,
      ...(body && { body, duplex: 'half' }),
    }))
    response.writeHead(answered.status, answered.statusText, [...answered.headers].flat())
    if (answered.body)
      await pipeline(Readable.fromWeb(answered.body), response)
    else
      response.end()
  }

  const swap = (url: string, from: string, to: string): string =>
    url === from || url.startsWith(`${from}/`) ? to + url.slice(from.length) : url
  return { toBrowser: url => swap(url, origin, base), fromBrowser: url => swap(url, base, origin) }
}
