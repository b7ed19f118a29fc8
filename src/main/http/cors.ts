/** CORS for front ends under test: only what an API key's list of browser origins allows. */
const exposedHeaders =
  'ETag, Age, Cache-Status, Larder-TTL, Larder-Given-TTL, Larder-Grace, Larder-Given-Grace, Larder-Kind, '
  + 'Larder-Tags, Retry-After'

/** The answer to a preflight that names no headers. */
const usualHeaders = [
  'Api-Key',
  'Authorization',
  'Cache-Control',
  'Content-Type',
  'If-Match',
  'If-None-Match',
  'Larder-Grace',
  'Larder-Lease',
  'Larder-Tags',
  'Larder-TTL',
].join(', ')
/** Largest number of names that one preflight may list, and of characters in each. */
const mostNames = 100
const longestName = 100
const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE'

/** Headers that let the allowed origin read an answer. */
export function corsHeaders(origin: string): string[] {
  return ['Access-Control-Allow-Origin', origin, 'Access-Control-Expose-Headers', exposedHeaders]
}

/** Statuses that tell what is there. */
const tellsWhatIsThere = new Set([404, 409, 412])

/**
 * Whether an error only turns a request away, and tells nothing of what is stored. Each page that
 * some key allows may read those, whatever key it came with: a browser would call a wrong key a
 * failure of CORS.
 */
export function isRefusal(status: number): boolean {
  return !tellsWhatIsThere.has(status)
}

/**
 * Returns those of the names in the preflight that are field names (RFC 9110 §5.1). Tracing
 * libraries add headers of their own to every request (`traceparent`, `sentry-trace`, `baggage`),
 * and Larder ignores those of others.
 */
function echo(asked: string): string {
  return asked
    .split(',')
    .map(name => name.trim())
    .filter(name => name.length <= longestName && /^[\w!#$%&'*+.^`|~-]+$/.test(name))
    .slice(0, mostNames)
    .join(', ')
}

/**
 * Headers of the answer to a preflight from an allowed origin. Browsers keep it for a minute only,
 * because developers change the lists while they work.
 *
 * @param asked value of `Access-Control-Request-Headers`
 */
export function preflightHeaders(origin: string, asked: string | null): string[] {
  return [
    'Access-Control-Allow-Origin',
    origin,
    'Access-Control-Allow-Methods',
    allowedMethods,
    'Access-Control-Allow-Headers',
    asked === null ? usualHeaders : echo(asked),
    'Access-Control-Max-Age',
    '60',
    'Vary',
    'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
  ]
}
