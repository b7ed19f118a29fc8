import type { StorageFormat } from '@shared/formats'
import type { RedisSnippet } from '../snippets/redis'
import type { SnippetRequest } from '../snippets/request'
import { encodeSegment } from '@shared/request-of'
import { firstValue } from '../snippets/first-value'

const key = 'greeting'

/** The request to begin with: one that stores a value in a cache, or reads it. */
export function connectRequest(
  what: 'store' | 'read',
  origin: string,
  cache: string,
  format: StorageFormat | 'none',
): SnippetRequest {
  const { type, body } = valueOf(format)
  const url = `${origin}/api/caches/${encodeSegment('cache', cache)}/entries/${key}`
  return what === 'read'
    ? { method: 'GET', url, headers: [], withKey: true }
    : { method: 'PUT', url, headers: [['Content-Type', type]], body, withKey: true }
}

/** The same as a command of Redis. */
export function connectCommand(what: 'store' | 'read', format: StorageFormat | 'none'): RedisSnippet['words'] {
  return what === 'read' ? ['GET', key] : ['SET', key, valueOf(format).body]
}

/** What takes anything begins with what apps store most. */
function valueOf(format: StorageFormat | 'none'): ReturnType<typeof firstValue> {
  return firstValue(format === 'none' ? 'json' : format)
}
