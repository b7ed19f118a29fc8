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

/** The environment variable from which snippets read the API key. */
export const keyVariable = 'LARDER_API_KEY'
