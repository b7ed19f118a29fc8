import type { RequestRecord } from '@shared/schemas'
import type { SnippetRequest } from '../../snippets/request'
import { isKey, percentEncode } from '@shared/entry-key'

/** A logged request to send again, as far as the log contains it. */
interface Repeat {
  request: SnippetRequest
  /** A sentence about what must be filled in; empty if nothing must. */
  lacks: string
}

/** The lengths at which the server cuts paths and keys. */
const longestPath = 512
const longestKey = 256

/** Whether the log has all of a key. */
export function isWholeKey(key: string): boolean {
  return key.length < longestKey
}

/**
 * Operations with a query, which the log does not keep, and an example of one. The query of the
 * classic face follows from cache and key. The example for dropping entries only counts them,
 * because an empty prefix would select all of them.
 */
const examples = new Map<string | null, string>([
  ['entries.list', ''],
  ['entries.post', 'op=increment&by=1'],
  ['entries.invalidate', 'prefix=&dryRun=true'],
])

/**
 * Returns the request as far as its record contains it: without query, headers and body (S12 of
 * docs/guarantees.md). Null if its path was cut off, so that nothing is sent to another path by
 * mistake.
 *
 * @param gateway the base URL of the gateway that it came by, if it still has one
 */
export function repeatOf(
  { face, method, path, operation, cache, key, requestBytes }: RequestRecord,
  origin: string,
  gateway?: string,
): Repeat | null {
  if (path === '' || (face === 'gateway' && gateway === undefined))
    return null
  const classic = operation?.startsWith('classic.') === true && operation !== 'classic.set'
  if (path.length >= longestPath || (classic && key !== null && !isWholeKey(key)))
    return null
  const byGateway = face === 'gateway'
  const example = byGateway ? '' : examples.get(operation)
  const query = classic ? classicQuery(cache, key) : example ?? ''
  const lacks = [
    ...example === undefined ? [] : [example === '' ? 'the query may be missing' : 'the query is an example'],
    ...requestBytes > 0 ? ['the body is missing'] : [],
    ...requestBytes > 0 || method === 'PATCH' ? ['the headers are missing'] : [],
  ]
  return {
    request: {
      method,
      url: `${byGateway ? gateway : origin}${path}${query === '' ? '' : `?${query}`}`,
      headers: [],
      body: undefined,
      withKey: !byGateway,
    },
    lacks: lacks.length === 0 ? '' : `The log keeps no queries, headers or bodies: ${lacks.join(', ')}.`,
  }
}

function classicQuery(cache: string | null, key: string | null): string {
  return [['cache', cache], ['key', key]]
    .flatMap(([name, value]) =>
      value === null || value === undefined
        ? []
        : [`${name}=${percentEncode(isKey(value) ? value : value.toWellFormed())}`])
    .join('&')
}
