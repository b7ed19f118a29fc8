import type { IncomingMessage } from 'node:http'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

interface LoopbackTarget {
  /** `http://localhost:7777` */
  url: string
  /** Sent if the page gives no key of its own. */
  credential: string
}

/**
 * Headers that belong to a connection rather than its request (RFC 9110 §7.6.1), or that the
 * browser sends about a page that the server does not know.
 */
const notForwarded = /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|host|content-length|cookie|origin|referer|sec-.*)$/

/**
 * Sends a request of the window's page to the server over loopback, as an app under test would, so
 * that the console gets the same answers as apps. Bodies stream both ways, and if the page aborts,
 * the request ends. Rejects if there is no server or it cannot be reached.
 */
export function createLoopback(
  target: () => LoopbackTarget | undefined,
): (request: Request, path: string) => Promise<Response> {
  return async (request, path) => {
    const found = target()
    if (!found)
      throw new Error('The server is not running')
    const { protocol, hostname, port } = new URL(found.url)
    const headers = Object.fromEntries([...request.headers].filter(([name]) => !notForwarded.test(name)))
    if (!('api-key' in headers) && !('authorization' in headers))
      headers.authorization = `Bearer ${found.credential}`

    const secure = protocol === 'https:'
    const outgoing = (secure ? requestHttps : requestHttp)({
      // An address instead of the name, because a request must never leave this machine.
      host: hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (secure ? 443 : 80) : port,
      path,
      method: request.method,
      headers,
      signal: request.signal,
      // This is our own server in this process; its certificate names another host.
      ...(secure && { rejectUnauthorized: false }),
    })
    const answered = new Promise<IncomingMessage>((resolve, reject) =>
      outgoing.once('response', resolve).on('error', reject))
    if (request.body)
      // An answer may come before the whole body is read, and then the rest is refused. Only the
      // answer matters.
      pipeline(Readable.fromWeb(request.body), outgoing).catch(() => {})
    else
      outgoing.end()
    return toResponse(await answered, request.method)
  }
}

function toResponse(message: IncomingMessage, method: string): Response {
  const { statusCode: status = 502, statusMessage: statusText = '', rawHeaders } = message
  const headers = new Headers()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (!/^(?:connection|keep-alive|transfer-encoding)$/i.test(name))
      headers.append(name, rawHeaders[at + 1] ?? '')
  }
  const bodiless = method === 'HEAD' || status === 204 || status === 205 || status === 304
  if (bodiless)
    message.resume()
  const body = bodiless ? null : Readable.toWeb(message) as ReadableStream<Uint8Array>
  return new Response(body, { status, statusText, headers })
}
