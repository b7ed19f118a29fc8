import type { z } from 'zod'
import type { FilterField, FilterLanguage } from './filter'
import type { RequestRecord, requestResults } from './schemas'

/** What of a request can be filtered by. */
export type FilteredRequest = Omit<z.output<typeof RequestRecord>, 'id' | 'at'>

const bytes = { '': 1, 'b': 1, 'kb': 1000, 'mb': 1_000_000, 'gb': 1_000_000_000 }
// The micro sign and the Greek letter look the same and are both typed.
const times = { us: 1, µs: 1, μs: 1, ms: 1000, s: 1_000_000 }

const results: Record<typeof requestResults[number], string> = {
  hit: 'Found fresh',
  stale: 'Found expired, within its grace time',
  miss: 'Not found',
  stored: 'Written',
  dropped: 'Deleted or invalidated',
  ok: 'Answered in another way',
  off: '503: a switch is off, or the server is overloaded',
  refused: 'Another 4xx',
  error: '5xx',
}
const missReasons = {
  absent: 'Never stored, or gone long ago',
  expired: 'It had expired',
  evicted: 'It had been evicted',
  flushed: 'The cache had been cleared',
  invalidated: 'It had been invalidated',
  disabled: 'Caching was off',
}
const verbs = { GET: '', HEAD: '', PUT: '', POST: '', PATCH: '', DELETE: '' }

const fields: Record<string, FilterField<FilteredRequest>> = {
  result: { kind: 'enum', summary: 'What the result was', values: results, read: request => request.result },
  reason: { kind: 'text', summary: 'Why it missed or was refused', values: missReasons, read: request => request.reason },
  status: { kind: 'number', summary: 'HTTP status', units: { '': 1 }, read: request => request.status },
  cache: { kind: 'text', summary: 'Name of the cache', read: request => request.cache },
  key: { kind: 'text', summary: 'Entry key', read: request => request.key },
  verb: { kind: 'text', summary: 'HTTP method', ignoreCase: true, values: verbs, read: request => request.method },
  path: { kind: 'text', summary: 'Path without its query', read: request => request.path },
  operation: { kind: 'text', summary: 'Operation of the API, such as entries.get', read: request => request.operation },
  duration: { kind: 'number', summary: 'Latency, such as 5ms', units: times, read: request => request.duration },
  size: { kind: 'number', summary: 'Size of the response body, such as 10kB', units: bytes, read: request => request.responseBytes },
  sent: { kind: 'number', summary: 'Size of the request body, such as 10kB', units: bytes, read: request => request.requestBytes },
  apikey: { kind: 'text', summary: 'Id of the API key', read: request => request.keyId },
}

/** What the request log can be filtered by. */
export const requestFilter: FilterLanguage<FilteredRequest> = {
  fields: new Map(Object.entries(fields)),
  text: [request => request.key, request => request.cache, request => request.path, request => request.reason],
}
