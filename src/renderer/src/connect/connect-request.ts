import type { StorageFormat } from '@shared/formats'
import type { SnippetRequest } from '../snippets/request'
import { encodeSegment } from '@shared/request-of'
import { firstValue } from '../snippets/first-value'

/** The request to begin with: one that stores a value in a cache, or reads it. */
export function connectRequest(
  what: 'store' | 'read',
  origin: string,
  cache: string,
  format: StorageFormat | 'none',
): SnippetRequest {
  // What takes anything begins with what apps store most.
  const { type, body } = firstValue(format === 'none' ? 'json' : format)
  const url = `${origin}/api/caches/${encodeSegment('cache', cache)}/entries/greeting`
  return what === 'read'
    ? { method: 'GET', url, headers: [], withKey: true }
    : { method: 'PUT', url, headers: [['Content-Type', type]], body, withKey: true }
}
