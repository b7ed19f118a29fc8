import type { RequestRecord } from '@shared/schemas'
import { typedKey } from '@shared/entry-key'
import { exactTerm } from '@shared/filter'
import { isWholeKey } from './repeat'

/** The columns of the list whose values can be filtered by, from left to right. */
export const filteredColumns = ['result', 'verb', 'cache', 'key', 'apikey'] as const
type FilteredColumn = (typeof filteredColumns)[number]

/**
 * The filter terms for what a request has in a column, or in all: each for those requests only that
 * have it too. A value that is cut off, or not there, has none.
 */
export function termsOfCell(record: RequestRecord, column: FilteredColumn | null): string[] {
  const { result, reason, method, cache, key, path, keyId } = record
  const values: Record<FilteredColumn, readonly (readonly [field: string, value: string | null])[]> = {
    result: [['result', result], ['reason', reason]],
    verb: [['verb', method || null]],
    cache: [['cache', cache]],
    key: key === null ? [['path', path || null]] : [['key', isWholeKey(key) ? typedKey(key) : null]],
    apikey: [['apikey', keyId]],
  }
  return (column === null ? filteredColumns : [column])
    .flatMap(each => values[each])
    .flatMap(([field, value]) => value === null ? [] : [exactTerm(field, value)])
}
