import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Attempt } from '../driver'
import { Buffer } from 'node:buffer'
import { request } from 'node:http'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'
import { SourceError } from '../../serving/sources/source'
import { abandoned } from '../abort'
import { openAgent } from '../http-agent'

export interface OriginAnswer { status: number, headers: IncomingHttpHeaders, body: Buffer }

/** Requests to one origin. */
export interface HttpClient {
  /** Rejects with SourceError. Follows redirects that stay on the origin. */
  get: (url: URL, signal: AbortSignal) => Promise<OriginAnswer>
  close: () => void
}

/** The server closed an idle connection while the request was on its way. */
class ClosedMeanwhile extends SourceError {}

const mostSockets = 32
const mostRedirects = 5
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Opens the first socket step by step. Throws SourceError. */
export async function openHttpClient(
  origin: URL,
  headers: readonly (readonly [name: string, value: string])[],
  ca: string | undefined,
  attempt: Attempt,
): Promise<HttpClient> {
  const { host, port, agent, close } = await openAgent(origin, { mostSockets, ca }, attempt)
  const fields = [...headers.flat(), 'Host', origin.host, 'Accept-Encoding', 'identity']
  // Many servers refuse a request that has neither.
  for (const [name, value] of [['Accept', '*/*'], ['User-Agent', 'Larder']] as const) {
    if (!headers.some(([given]) => given.toLowerCase() === name.toLowerCase()))
      fields.push(name, value)
  }

  function send({ pathname, search }: URL, signal: AbortSignal): Promise<OriginAnswer> {
    return new Promise((resolve, reject) => {
      const path = `${pathname}${search}`
      const sent = request({ host, port, method: 'GET', path, agent, headers: fields, signal }, (response) => {
        bodyOf(response).then(
          body => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          (error: unknown) => {
            response.destroy()
            reject(lost(error, signal))
          },
        )
      })
      sent.on('error', (error: Error & { code?: string }) => reject(
        sent.reusedSocket && error.code === 'ECONNRESET' && !signal.aborted
          ? new ClosedMeanwhile('lost', 'The server closed the connection.', { cause: error })
          : lost(error, signal),
      ))
      sent.end()
    })
  }

  return {
    async get(url, signal) {
      let at = url
      for (let left = mostRedirects; ; left--) {
        if (signal.aborted)
          throw abandoned()
        const answer = await send(at, signal).catch((error: unknown) => {
          if (error instanceof ClosedMeanwhile)
            return send(at, signal)
          throw error
        })
        const { location } = answer.headers
        if (!redirects.has(answer.status) || location === undefined)
          return answer
        if (left === 0)
          throw new SourceError('refused', `It redirects more than ${mostRedirects} times.`)
        at = redirectedTo(location, at)
      }
    },
    close,
  }
}

/** Secrets are meant for this origin alone. Throws SourceError. */
function redirectedTo(location: string, from: URL): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (!to)
    throw new SourceError('refused', 'It redirects to what is no URL.')
  if (to.origin !== from.origin)
    throw new SourceError('refused', `It redirects to ${to.host || to.protocol}, another server.`)
  return to
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const tooLarge = `The answer is larger than ${grouped(limits.valueMax)} bytes, the most that a value may have.`
  if (Number(response.headers['content-length']) > limits.valueMax)
    throw new SourceError('refused', tooLarge)
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece)
    length += piece.length
    if (length > limits.valueMax)
      throw new SourceError('refused', tooLarge)
  }
  return Buffer.concat(pieces, length)
}

/** A socket that did not open says so itself. */
function lost(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted)
    return abandoned()
  if (error instanceof SourceError)
    return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return new SourceError('lost', code.startsWith('HPE_')
    ? 'What answers there is not HTTP, or broken.'
    : 'The connection broke before the answer came.', { cause: error })
}
