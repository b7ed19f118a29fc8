import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Fields } from '../../base/http-caching/fields'
import type { Exchanged } from '../../base/http-caching/freshness'
import type { Attempt } from '../driver'
import type { SocketPlace } from '../http-agent'
import { Buffer } from 'node:buffer'
import { request } from 'node:http'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'
import { SourceError } from '../../serving/sources/source'
import { abandoned } from '../abort'
import { openAgent } from '../http-agent'
import { failureOf, faultOfCoding, lost, repeated } from '../http-failures'

export interface OriginAnswer extends Exchanged {
  status: number
  headers: IncomingHttpHeaders
  /** The same with all repetitions. */
  fields: Fields
  body: Buffer
}

/** Requests to one origin. */
export interface HttpClient {
  /** Rejects with SourceError. Follows redirects that stay on the origin. */
  get: (url: URL, signal: AbortSignal) => Promise<OriginAnswer>
  /** Where its sockets lead. */
  readonly place: SocketPlace
  close: () => void
}

const mostSockets = 32
const mostRedirects = 5
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * Opens the first socket step by step. Throws SourceError.
 *
 * @param wall milliseconds of the wall clock
 */
export async function openHttpClient(
  origin: URL,
  headers: readonly (readonly [name: string, value: string])[],
  ca: string | undefined,
  wall: () => number,
  attempt: Attempt,
): Promise<HttpClient> {
  const { place, agent, places, close } = await openAgent(origin, { mostSockets, ca }, attempt)
  const fields = [...headers.flat(), 'Host', origin.host, 'Accept-Encoding', 'identity']
  // Many servers refuse a request that has neither.
  for (const [name, value] of [['Accept', '*/*'], ['User-Agent', 'Larder']] as const) {
    if (!headers.some(([given]) => given.toLowerCase() === name.toLowerCase()))
      fields.push(name, value)
  }

  function send({ pathname, search }: URL, signal: AbortSignal): Promise<OriginAnswer> {
    const requested = wall()
    return new Promise((resolve, reject) => {
      const path = `${pathname}${search}`
      const { host, port } = place
      const sent = request({ host, port, method: 'GET', path, agent, headers: fields, signal }, (response) => {
        const { statusCode: status = 0, headers, rawHeaders: fields } = response
        const fault = faultOfCoding(response)
        if (fault)
          return reject(fault)
        const received = wall()
        bodyOf(response).then(
          body => resolve({ status, headers, fields, requested, received, body }),
          (error: unknown) => {
            response.destroy()
            reject(lost(error, signal))
          },
        )
      })
      sent.on('error', error => reject(failureOf(sent, error, signal)))
      sent.end()
    })
  }

  return {
    place,
    async get(url, signal) {
      let at = url
      for (let left = mostRedirects; ; left--) {
        if (signal.aborted)
          throw abandoned()
        const leave = await places.enter(signal)
        const answer = await repeated(() => send(at, signal), true).finally(leave)
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

/**
 * Secrets are meant for this origin alone. Throws SourceError, which does not say where it leads:
 * who may read a cache need not know where the connection leads.
 */
function redirectedTo(location: string, from: URL): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (!to)
    throw new SourceError('refused', 'It redirects to what is no URL.')
  if (to.protocol === 'https:' && from.protocol === 'http:' && to.hostname === from.hostname)
    throw new SourceError('refused', 'It redirects to https://, so the URL of the connection should begin with it.')
  if (to.origin !== from.origin)
    throw new SourceError('refused', 'It redirects to another server.')
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
