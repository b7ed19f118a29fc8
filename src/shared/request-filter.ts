import type { FilterField, FilterLanguage } from './filter'
import type { NumberShape } from './filter/language'
import type { RequestResult } from './request-results'
import type { RequestRecord } from './schemas'
import { callOperations } from './call-operations'
import { typedKey } from './entry-key'
import { faces } from './faces'
import { compileFilter, scanFilter } from './filter'
import { missReasons } from './miss-reasons'
import { requestResults, senders } from './request-results'
import { mapRows, rowOf } from './rows'
import { parseSize } from './sizes'

/** The fields of a request that can be filtered by. */
export interface FilteredRequest extends Readonly<Omit<RequestRecord, 'id' | 'at' | 'marks' | 'ttl'>> {
  /** ISO time, or milliseconds since 1970. */
  readonly at: string | number
  readonly marks: readonly string[]
}

/** A field that is compared with a number of bytes: sizes are written as in settings. */
export const byteShape = {
  kind: 'number',
  units: {},
  parse: (text: string) => {
    const bytes = parseSize(text)
    return Number.isNaN(bytes) ? null : bytes
  },
  form: 'a number of bytes, such as 400, 10kB, 1.5MB or 64KiB',
} as const satisfies Partial<NumberShape>

// The micro sign and the Greek letter look the same, and people type both.
const times = { us: 1, µs: 1, μs: 1, ms: 1000, s: 1_000_000 }

const results = mapRows(requestResults, row => row.meaning)
const verbs = { GET: '', HEAD: '', PUT: '', POST: '', PATCH: '', DELETE: '' }

const writtenTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/i

/** Milliseconds since 1970; null if it is no time with a zone, which means the same everywhere. */
function readTime(text: string): number | null {
  const time = writtenTime.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? null : time
}

/** What people type is looked for in this. */
function shownKey({ key }: FilteredRequest): string | null {
  return key === null ? null : typedKey(key)
}

const fields: Record<string, FilterField<FilteredRequest>> = {
  result: {
    kind: 'enum',
    summary: 'What the result was',
    values: results,
    // The word that the console and the counters have for it.
    aliases: { deleted: 'dropped' } satisfies Record<string, RequestResult>,
    read: request => request.result,
  },
  reason: {
    kind: 'text',
    summary: 'Why it missed or was refused',
    values: missReasons,
    read: request => request.reason,
  },
  detail: { kind: 'text', summary: 'Sentence that the client got with an error', read: request => request.detail },
  status: { kind: 'number', summary: 'HTTP status', units: { '': 1 }, read: request => request.status },
  cache: { kind: 'text', summary: 'Name of the cache', read: request => request.cache },
  key: { kind: 'text', summary: 'Entry key; \\\\xFF for a byte that is no text', read: shownKey },
  from: { kind: 'enum', summary: 'Who sent it', values: senders, read: request => request.from },
  face: { kind: 'enum', summary: 'Protocol it came by', values: faces, read: request => request.face },
  verb: { kind: 'text', summary: 'HTTP method', ignoreCase: true, values: verbs, read: request => request.method },
  path: { kind: 'text', summary: 'Path without its query', read: request => request.path },
  operation: { kind: 'text', summary: 'Operation of the API, such as entries.get', read: request => request.operation },
  mark: { kind: 'text', summary: 'What was done to it on its way', read: request => request.marks },
  duration: { kind: 'number', summary: 'Latency, such as 5ms', units: times, read: request => request.duration },
  size: {
    ...byteShape,
    summary: 'Size of the response body, such as 10kB or 1KiB',
    read: request => request.responseBytes,
  },
  sent: {
    ...byteShape,
    summary: 'Size of the request body, such as 10kB or 1KiB',
    read: request => request.requestBytes,
  },
  time: {
    kind: 'number',
    summary: 'When it was answered, such as 2026-01-31T23:15:00Z',
    units: {},
    parse: readTime,
    form: 'a date and a time with their zone, such as 2026-01-31T23:15:00Z',
    read: ({ at }) => typeof at === 'number' ? at : Date.parse(at),
  },
  apikey: { kind: 'text', summary: 'Id of the API key', read: request => request.keyId },
}

/** The filter language of the request log. */
export const requestFilter: FilterLanguage<FilteredRequest> = {
  fields: new Map(Object.entries(fields)),
  text: [
    shownKey,
    request => request.cache,
    request => request.path,
    request => request.reason,
    request => request.detail,
  ],
}

/**
 * Whether it is one of the console's own reads, which nobody counts and a filter has to ask for.
 * What the console changes stands among the requests of apps, as it changes what they find.
 */
export function isOwnRead(
  { from, operation, result }: Pick<RequestRecord, 'from' | 'operation' | 'result'>,
): boolean {
  if (from !== 'console')
    return false
  const spec = rowOf(callOperations, operation)
  return spec === undefined || !spec.mutates || result === spec.unchanged
}

/** Whether a filter says which senders it wants: then the console's own reads are not left out. */
export function asksForSenders(filter: string): boolean {
  return scanFilter(filter, requestFilter).some(({ field }) => field?.name.toLowerCase() === 'from')
}

/**
 * The predicate of a filter over requests: without a term about `from`, the console's own reads are
 * left out. Throws FilterError.
 */
export function compileRequestFilter(filter: string): (request: FilteredRequest) => boolean {
  const passes = compileFilter(filter, requestFilter)
  return asksForSenders(filter) ? passes : request => !isOwnRead(request) && passes(request)
}
