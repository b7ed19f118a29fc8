import type { IncomingHttpHeaders } from 'node:http'
import type { Connection } from './connection'
import { request as httpRequest } from 'node:http'
import { messageOf } from '@shared/errors'
import { unreachableFailure } from './failure'

interface Question {
  method: string
  /** Percent-encoded path with its query. Sent as it is. */
  target: string
  headers?: Readonly<Record<string, string>>
  body?: Buffer
}
export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/** Milliseconds of silence after which a server counts as gone. */
const silence = 30_000

/**
 * One HTTP exchange. Not by `fetch`, which resolves `.` and `..` in paths even when they are
 * escaped: they are valid entry keys. Throws Failure (unreachable) when no whole answer comes.
 */
export async function callServer(
  { url, token, vouched, hint }: Connection,
  { method, target, headers = {}, body }: Question,
): Promise<HttpAnswer> {
  const credential: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
  const open = url.protocol === 'https:' ? (await import('node:https')).request : httpRequest
  const request = open(url, {
    method,
    path: url.pathname.replace(/\/$/, '') + target,
    headers: { ...headers, ...credential },
    // A connection of its own, closed at the end: nothing keeps a stopping server, or this process,
    // waiting.
    agent: false,
    rejectUnauthorized: !vouched,
    timeout: silence,
  })
  request.on('timeout', () => request.destroy(new Error(`no answer for ${silence / 1000} s`)))
  request.on('error', reject)
  request.on('response', async (response) => {
    try {
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(await response.toArray()),
      })
    }
    catch (error) {
      reject(error)
    }
  })
  request.end(body)
  try {
    return await promise
  }
  catch (error) {
    throw unreachableFailure(`No answer from ${url.origin} (${reasonOf(error)}). ${hint}`, error)
  }
}

/** Trying several addresses fails with an error that has a code, but no message. */
function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : messageOf(error)
}
