import type { StorageFormat } from '@shared/formats'
import { formats, isTextual } from '@shared/formats'
import { parsesAsJson } from './json-source'

/** Content types that a form suggests. */
export const usualTypes = [
  'application/json',
  'text/plain; charset=utf-8',
  'text/html; charset=utf-8',
  'text/csv; charset=utf-8',
  'application/xml',
] as const

/** The content type of a text that a person wrote, in a cache that stores this format. */
export function typeOfText(text: string, format: StorageFormat | 'none'): string {
  if (format !== 'none' && isTextual(format))
    return formats[format].type
  return formats[parsesAsJson(text) ? 'json' : 'text'].type
}
