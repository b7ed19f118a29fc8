import type { StorageFormat } from '@shared/formats'
import { formats } from '@shared/formats'

interface FirstValue { type: string, body: string }

/** By what the values of a cache may be. Larder converts JSON into the other formats. */
const values = {
  text: { type: 'text/plain; charset=utf-8', body: 'hello' },
  any: { type: 'application/json', body: '{"hello":"world"}' },
  rows: { type: 'application/json', body: '[{"hello":"world"}]' },
} as const satisfies Record<string, FirstValue>

/** A value to begin with, which a cache of this storage format takes. */
export function firstValue(format: StorageFormat | 'none'): FirstValue {
  return values[format === 'none' ? 'text' : formats[format].holds]
}
