import type { ErrorCode } from '@shared/errors'
import { STATUS_CODES } from 'node:http'
import { errorRegistry } from '@shared/errors'

/** Messages that clients of the classic API know; other codes keep our own sentence. */
const messages: Partial<Record<ErrorCode, string>> = {
  'key-missing': 'Missing Api-Key header.',
  'key-invalid': 'Invalid credentials.',
  'malformed-json': 'Malformed JSON.',
  'cache-not-found': 'The requested resource was not found.',
  'entry-not-found': 'The requested resource was not found.',
  'caching-off': 'Cache is disabled.',
  'cache-off': 'Cache is disabled.',
}

/** The classic API answers 400, not 401, when the key header is missing. */
export function classicStatus(code: ErrorCode): number {
  return code === 'key-missing' ? 400 : errorRegistry[code].status
}

/** The message of an error, as clients of the classic API know it. */
export function classicSentence(code: ErrorCode, detail: string): string {
  return messages[code] ?? detail
}

/**
 * The error body of the classic API.
 *
 * @param at wall-clock milliseconds; written with six decimals, as clients of this API expect
 */
export function classicError(code: ErrorCode, detail: string, path: string, at: number): Record<string, unknown> {
  const status = classicStatus(code)
  return {
    error: `${status} ${STATUS_CODES[status]}`,
    message: classicSentence(code, detail),
    path,
    status,
    timestamp: new Date(at).toISOString().replace('T', ' ').replace(/(\d{3})Z$/, '$1000'),
    ...(code === 'cache-not-found' ? { detail } : {}),
  }
}
