import type { RequestFields } from '../../src/main/serving/log/request-ring'

/** A hit of the user ann, as it is recorded. */
export const requestFields: RequestFields = {
  user: 'ann',
  ring: 'served',
  from: 'app',
  face: 'plain',
  method: 'GET',
  path: '/v1/pear',
  operation: 'plain.get',
  cache: 'default',
  key: 'pear',
  status: 200,
  result: 'hit',
  reason: null,
  detail: null,
  marks: [],
  duration: 41.5,
  requestBytes: 0,
  responseBytes: 5,
  keyId: 'k1',
  ttl: 42.5,
}

/** A user with a credential of the scope admin; by default no administrator. */
export function logReader(userId: string, admin = false) {
  return { userId, admin, scopes: new Set(['admin'] as const) }
}
