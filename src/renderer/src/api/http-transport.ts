import type { OperationInput, OperationName, OperationOutput, OperationSpec } from '@shared/operations'
import type { SessionToken } from './session-token'
import type { Transport } from './transport'
import { LarderError } from '@shared/errors'
import { operations } from '@shared/operations'
import { requestOf } from '@shared/request-of'
import { errorFromResponse } from './problem'

/** Sends a request to a data-plane target (path and query, percent-encoded) as this tab's user. */
export type SendRequest = (
  target: string,
  init: Pick<RequestInit, 'method' | 'headers' | 'body' | 'signal'>,
) => Promise<Response>

interface HttpTransportOptions {
  fetch: typeof fetch
  /** Scheme, host and port of the server. */
  origin: string
  session: SessionToken
  /**
   * Called when the server refuses the current bearer: the session timed out or was ended
   * elsewhere.
   */
  onSessionEnd: () => void
  /**
   * Whether somebody is using the page, so that requests count as use of the session.
   * @default always
   */
  attended?: () => boolean
}

interface HttpTransport extends Transport {
  /**
   * Sends a request and returns the response if it is a success. Throws as `call` does; an
   * `AbortError` passes through unchanged.
   */
  request: SendRequest
  /** Opens a response whose body is read as it arrives. Throws as `call` does. */
  open: (target: string, signal: AbortSignal) => Promise<Response>
  /** Reads JSON that is not the result of an operation. Throws as `call` does. */
  read: (target: string) => Promise<unknown>
}

export function createHttpTransport({
  fetch,
  origin,
  session,
  onSessionEnd,
  attended = () => true,
}: HttpTransportOptions): HttpTransport {
  const request: SendRequest = async (target, init) => {
    const token = session.get()
    const headers = new Headers(init.headers)
    if (token !== null)
      headers.set('Authorization', `Bearer ${token}`)
    if (!attended())
      headers.set('Larder-Unattended', '1')
    const response = await reach(() =>
      fetch(resolveTarget(target, origin), {
        ...init,
        headers,
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
      }))
    if (response.ok)
      return response
    const error = await reach(() => errorFromResponse(response))
    // A late refusal of a bearer that has since been replaced says nothing about the current one.
    if (error.code === 'key-invalid' && token !== null && token === session.get())
      onSessionEnd()
    throw error
  }

  return {
    request,
    async call<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationOutput<N>> {
      const spec: OperationSpec = operations[name]
      const { method, path, query, body } = requestOf(name, input)
      const response = await request(
        path + query,
        body === undefined ? { method } : { method, body, headers: { 'Content-Type': 'application/json' } },
      )
      return await reach(() => readAnswer(spec, response)) as OperationOutput<N>
    },
    open: (target, signal) => request(target, { signal }),
    async read(target) {
      const response = await request(target, {})
      return await reach(() => response.json())
    },
  }
}

async function readAnswer(spec: OperationSpec, response: Response): Promise<unknown> {
  if (spec.status === 204)
    return undefined
  return spec.media === undefined ? await response.json() : await response.text()
}

/** Turns failures below HTTP into `not-ready`; an `AbortError` passes through unchanged. */
async function reach<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  }
  catch (cause) {
    if (cause instanceof LarderError || (cause instanceof DOMException && cause.name === 'AbortError'))
      throw cause
    throw new LarderError('not-ready', 'The server cannot be reached.', { cause })
  }
}

/**
 * Returns the absolute URL of a target. URL parsers resolve the segments `.` and `..`, even when
 * written as %2E (WHATWG URL §4.4), so the request would go to a different route. Throws
 * `bad-encoding` for such a target.
 */
export function resolveTarget(target: string, origin: string): string {
  const url = new URL(target, origin)
  if (url.origin !== origin || url.pathname + url.search !== target)
    throw new LarderError('bad-encoding', `A browser cannot send a request to ${target}`)
  return url.href
}
