import type { EntryTest } from '@shared/entry-language'
import type { PartSelector } from './ports'
import { hasPrefix } from '@shared/entry-key'
import { compileEntryFilter } from '@shared/entry-language'
import { invalidField } from '@shared/errors'
import { compileGiven } from '@shared/filter-problem'
import { compileGlob } from './glob'

/**
 * Whether an entry is one that a part chooses; times as in a filter. Throws LarderError
 * `invalid-input` for a malformed glob or filter.
 */
export function testOf(part: PartSelector): EntryTest['passes'] {
  if ('tag' in part)
    return entry => entry.tags.includes(part.tag)
  if ('keys' in part) {
    const keys = new Set(part.keys)
    return entry => keys.has(entry.key)
  }
  if ('prefix' in part)
    return entry => hasPrefix(entry.key, part.prefix)
  if ('filter' in part)
    return entryTest(part.filter).passes
  const matches = compileGlob(part.glob)
  return entry => matches(entry.key)
}

/**
 * The test of a filter. Throws LarderError `invalid-input` (field filter) if it is malformed or has
 * no term: whoever forgot the terms must not choose everything.
 */
export function entryTest(filter: string): EntryTest {
  const test = compileGiven(filter, compileEntryFilter)
  if (test === null)
    throw invalidField('filter', 'must not be empty')
  return test
}
