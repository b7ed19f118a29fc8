import type { IncomingHttpHeaders } from 'node:http'
import type { Connection } from './connection'
import { request as httpRequest } from 'node:http'
import { messageOf } from '@shared/errors'
import { unreachableFailure } from './failure'

interface Question {
  method: string
  /** Percent-encoded path with its query. Sent unchanged. */
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
 * Makes one HTTP exchange. Does not use `fetch`, which resolves `.` and `..` in paths even if they
 * are escaped, although they are valid entry keys. Throws Failure (unreachable) if no complete
 * answer comes.
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
    // A separate connection, closed at the end, keeps neither a stopping server nor this process
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

/** If all of several addresses fail, the error has a code but no message. */
function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : messageOf(error)
}
