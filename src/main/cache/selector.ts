import type { EntryTest } from '@shared/entry-language'
import type { Selector } from './ports'
import type { Store, StoredEntry } from './store'
import { hasPrefix } from '@shared/entry-key'
import { compileEntryFilter } from '@shared/entry-language'
import { invalidField } from '@shared/errors'
import { compileGiven } from '@shared/filter-problem'
import { compileGlob } from './glob'

/** The entries that a selector chooses, whether or not they have expired. */
interface Chosen {
  /** Handles of all these entries that are there at the call, and possibly of others. */
  handles: Iterable<number>
  /** `now` is the time that counts for the entry (`timeOf`). */
  accepts: (entry: StoredEntry, now: number) => boolean
}

/**
 * Chooses all entries if there is no selector. Throws LarderError `invalid-input` for a malformed
 * glob or filter.
 */
export function chosenBy(store: Store, selector: Exclude<Selector, { expired: true }> | undefined): Chosen {
  if (selector !== undefined && 'tag' in selector)
    return { handles: store.tagged(selector.tag), accepts: () => true }
  const handles = below(store.handles)
  if (selector === undefined)
    return { handles, accepts: () => true }
  if ('prefix' in selector)
    return { handles, accepts: entry => hasPrefix(entry.key, selector.prefix) }
  if ('filter' in selector)
    return { handles, accepts: entryTest(selector.filter).passes }
  const matches = compileGlob(selector.glob)
  return { handles, accepts: entry => matches(entry.key) }
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

function* below(end: number): Generator<number> {
  for (let handle = 0; handle < end; handle++)
    yield handle
}
