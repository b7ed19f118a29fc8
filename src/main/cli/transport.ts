import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Connection } from './connection'
import type { Failure } from './failure'
import { request as httpRequest } from 'node:http'
import { messageOf } from '@shared/errors'
import { unreachableFailure } from './failure'

export interface HttpQuestion {
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

/** One HTTP exchange. Throws Failure (unreachable) when no whole answer comes. */
export async function callServer(
  connection: Connection,
  question: HttpQuestion,
  signal?: AbortSignal,
): Promise<HttpAnswer> {
  return await wholeAnswer(connection, await openAnswer(connection, question, signal))
}

/**
 * Asks, and resolves with the answer as soon as its head is there; its body is the reader's. Not by
 * `fetch`, which resolves `.` and `..` in paths even when they are escaped: they are valid entry
 * keys. Throws Failure (unreachable) when no head comes. When the signal aborts, the exchange ends.
 */
export async function openAnswer(
  connection: Connection,
  { method, target, headers = {}, body }: HttpQuestion,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const { url, token, vouched } = connection
  const credential: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
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
    ...signal && { signal },
  })
  request.on('timeout', () => request.destroy(new Error(`no answer for ${silence / 1000} s`)))
  request.on('error', reject)
  request.on('response', resolve)
  request.end(body)
  try {
    return await promise
  }
  catch (error) {
    throw noAnswer(connection, error)
  }
}

/** The whole answer. Throws Failure (unreachable) when it breaks off. */
export async function wholeAnswer(connection: Connection, response: IncomingMessage): Promise<HttpAnswer> {
  const { statusCode = 0, headers } = response
  try {
    return { status: statusCode, headers, body: Buffer.concat(await response.toArray()) }
  }
  catch (error) {
    throw noAnswer(connection, error)
  }
}

function noAnswer({ url, hint }: Connection, error: unknown): Failure {
  return unreachableFailure(`No answer from ${url.origin} (${reasonOf(error)}). ${hint}`, error)
}

/** If all of several addresses fail, the error has a code but no message. */
function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : messageOf(error)
}
