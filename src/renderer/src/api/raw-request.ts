import type { SessionToken } from './session-token'
import { messageOf } from '@shared/errors'
import { resolveTarget } from './http-transport'

/** A request as a person writes it, for the documentation's Send panel. */
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
  /** The body as text, cut after `bodyLimit` bytes. */
  body: string
  cut: boolean
  /** Milliseconds until the whole answer was there. */
  duration: number
}

/** Bytes of an answer that are shown. */
const bodyLimit = 256 * 1024

/**
 * Sends a request as it is and tells what came back, whatever the status. Throws an Error with a
 * sentence when it cannot be sent.
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

/** Stops reading at the limit, so that an endless stream (/events) answers too. */
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
