/** CORS for front ends under test: only what an API key's list of browser origins allows. */
const exposedHeaders = 'ETag, Age, Cache-Status, Larder-TTL, Larder-Tags, Retry-After'

const allowedHeaders = 'Api-Key, Authorization, Cache-Control, Content-Type, If-Match, If-None-Match, Larder-Lease, Larder-Tags, Larder-TTL'
const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE'

/** Headers that let the allowed origin read an answer. */
export function corsHeaders(origin: string): string[] {
  return ['Access-Control-Allow-Origin', origin, 'Access-Control-Expose-Headers', exposedHeaders]
}

/**
 * Headers of the answer to a preflight from an allowed origin. Kept for a minute only: lists change
 * while one is at work.
 */
export function preflightHeaders(origin: string): string[] {
  return [
    'Access-Control-Allow-Origin',
    origin,
    'Access-Control-Allow-Methods',
    allowedMethods,
    'Access-Control-Allow-Headers',
    allowedHeaders,
    'Access-Control-Max-Age',
    '60',
    'Vary',
    'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
  ]
}
