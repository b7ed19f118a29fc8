import type { IncomingMessage } from 'node:http'
import type { Fields } from '../base/http-caching/fields'
import { fieldValues } from '../base/http-caching/fields'

/** How the gateway's own answers are told to the page that asks. */
export interface ForPage {
  /** What lets the page read them; none where it may not, or where no page asks. */
  readonly fields: Fields
  /** Whether the page asks only whether it may ask; it has to hear yes to see the answer. */
  readonly isPreflight: boolean
}

/**
 * Answers of the origin say themselves who may read them. Those that the gateway makes, such as 503
 * while caching is off, can be read by pages of listed origins (Fetch §3.2).
 */
export function forPage({ method, rawHeaders }: IncomingMessage, origins: ReadonlySet<string>): ForPage {
  const [origin] = fieldValues(rawHeaders, 'origin')
  if (origin === undefined || !origins.has(origin))
    return { fields: [], isPreflight: false }
  const [wanted] = fieldValues(rawHeaders, 'access-control-request-method')
  const names = fieldValues(rawHeaders, 'access-control-request-headers')
  const isPreflight = method === 'OPTIONS' && wanted !== undefined
  return {
    isPreflight,
    fields: [
      ...['Access-Control-Allow-Origin', origin, 'Access-Control-Allow-Credentials', 'true', 'Vary', 'Origin'],
      ...isPreflight
        ? ['Access-Control-Allow-Methods', wanted, ...names.flatMap(list => ['Access-Control-Allow-Headers', list])]
        : ['Access-Control-Expose-Headers', 'Cache-Status, Retry-After'],
    ],
  }
}
