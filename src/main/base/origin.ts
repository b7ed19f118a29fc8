import type { Readable } from 'node:stream'
import type { Fields } from './http-caching/fields'

/** One request to the server that a gateway stands in front of. */
export interface OriginRequest {
  method: string
  /** Origin-form: path and query. */
  target: string
  /** Those that are sent on, without Host. */
  fields: Fields
  /** Null = none. */
  body: Readable | null
  /** Whether the secret header fields of the connection go with it. */
  secrets: boolean
}

/** An answer whose body is still coming. */
export interface OriginResponse {
  status: number
  reason: string
  fields: Fields
  /** Errors with SourceError where the connection breaks. Destroyed, it gives up the connection. */
  body: Readable
}

/** The one server behind a connection by HTTP. */
export interface Origin {
  /** `scheme://host`, with the port where it is not the scheme's own. */
  readonly url: string
  /**
   * Resolves when the head of the final answer has come. Redirects are answers, too. Rejects with
   * SourceError.
   *
   * @param onInterim gets what comes before it (RFC 9110 §15.2)
   */
  send: (
    request: OriginRequest,
    signal: AbortSignal,
    onInterim: (status: number, fields: Fields) => void,
  ) => Promise<OriginResponse>
}
