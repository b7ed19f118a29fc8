import type { EventPayload } from '../../src/shared/events'

type RequestRecord = EventPayload<'request'>

let seconds = 0

/** Returns a request, each one a second later than the previous one. */
export function recordOf(change: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: 1,
    at: new Date(Date.UTC(2026, 0, 1) + 1000 * seconds++).toISOString(),
    from: 'app',
    face: 'plain',
    method: 'GET',
    path: '/v1/user:7',
    operation: 'plain.get',
    cache: 'default',
    key: 'user:7',
    status: 200,
    result: 'hit',
    reason: null,
    detail: null,
    marks: [],
    duration: 120,
    requestBytes: 0,
    responseBytes: 5,
    keyId: 'k1',
    ttl: null,
    ...change,
  }
}
