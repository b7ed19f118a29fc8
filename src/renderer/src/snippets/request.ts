/** A request to show as code. The writers reproduce it byte for byte. */
export interface SnippetRequest {
  method: string
  /** Absolute and percent-encoded. */
  url: string
  /** Printable ASCII, each name once. */
  headers: readonly (readonly [name: string, value: string])[]
  /** Text is sent as UTF-8. */
  body?: string | Uint8Array | undefined
  /**
   * Whether to send the API key. Every snippet reads it from the environment, because copied code
   * gets committed.
   */
  withKey: boolean
}

/**
 * What a snippet sends besides the key. A body without a type gets the one that a browser would
 * send: clients have defaults of their own, and curl, axios and Python say that it is a form.
 */
export function headersOf({ headers, body }: SnippetRequest): SnippetRequest['headers'] {
  if (body === undefined || headers.some(([name]) => name.toLowerCase() === 'content-type'))
    return headers
  const type = typeof body === 'string' ? 'text/plain;charset=UTF-8' : 'application/octet-stream'
  return [['Content-Type', type], ...headers]
}

/** The environment variable from which snippets read the API key. */
export const keyVariable = 'LARDER_API_KEY'
