import type { SessionToken } from './session-token'
import { messageOf } from '@shared/errors'
import { resolveTarget } from './http-transport'

/** A request that a person composes in the Send panel of the documentation. */
export interface RawRequest {
  method: string
  /** Path and query, percent-encoded. */
  target: string
  headers: readonly (readonly [name: string, value: string])[]
  body: string | undefined
  /** API key to send; null = the session of this tab, if there is one. */
  key: string | null
}

export interface RawAnswer {
  status: number
  statusText: string
  headers: [name: string, value: string][]
  /** The body as text, cut after `bodyLimit` bytes; `cut` tells whether it was. */
  body: string
  cut: boolean
  /** Milliseconds until the whole response had arrived. */
  duration: number
}

/** Maximum number of response bytes that are shown. */
const bodyLimit = 256 * 1024

/**
 * Sends a request unchanged and returns the response, whatever its status. Throws an Error with a
 * readable message if the request cannot be sent.
 */
export async function sendRaw(
  request: RawRequest,
  { fetch, origin, session }: { fetch: typeof globalThis.fetch, origin: string, session: SessionToken },
): Promise<RawAnswer> {
  const started = performance.now()
  try {
    const headers = new Headers(request.headers.map(([name, value]): [string, string] => [name, value]))
    const token = session.get()
    if (request.key !== null)
      headers.set('Api-Key', request.key)
    else if (token !== null)
      headers.set('Authorization', `Bearer ${token}`)
    // What people try out shows in the request log as an app's request would.
    headers.set('Larder-As', 'app')
    const response = await fetch(resolveTarget(request.target, origin), {
      method: request.method,
      headers,
      body: request.body ?? null,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    })
    const { text, cut } = await readText(response, bodyLimit)
    return {
      status: response.status,
      statusText: response.statusText,
      headers: [...response.headers],
      body: text,
      cut,
      duration: performance.now() - started,
    }
  }
  catch (cause) {
    throw new Error(`The request could not be sent: ${messageOf(cause)}`, { cause })
  }
}

/** Reads up to the limit, so that an endless stream (/events) gives a result too. */
async function readText(response: Response, limit: number): Promise<{ text: string, cut: boolean }> {
  if (!response.body)
    return { text: '', cut: false }
  const endless = /^text\/event-stream\b/.test(response.headers.get('Content-Type') ?? '')
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (let bytes = 0; ;) {
    const { done, value } = await reader.read()
    if (done)
      return { text: text + decoder.decode(), cut: false }
    bytes += value.length
    text += decoder.decode(value.subarray(0, value.length - Math.max(0, bytes - limit)), { stream: true })
    if (endless || bytes > limit) {
      await reader.cancel()
      return { text, cut: true }
    }
  }
}
