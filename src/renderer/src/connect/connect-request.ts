import type { SnippetRequest } from '../snippets/request'
import { encodeSegment } from '@shared/request-of'

/** The request to begin with: one that stores a value in a cache, or reads it. */
export function connectRequest(what: 'store' | 'read', origin: string, cache: string): SnippetRequest {
  const url = `${origin}/api/caches/${encodeSegment('cache', cache)}/entries/greeting`
  return what === 'read'
    ? { method: 'GET', url, headers: [], withKey: true }
    : {
        method: 'PUT',
        url,
        headers: [['Content-Type', 'application/json']],
        body: '{"hello":"world"}',
        withKey: true,
      }
}
