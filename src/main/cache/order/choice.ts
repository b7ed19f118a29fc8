import type { PageQuery } from '../ports'
import type { StoredEntry } from '../store'
import { compileGlob } from '../glob'
import { entryTest } from '../selector'

/** The entries that a query selects. */
interface Choice {
  /** All chosen keys begin with this prefix. */
  prefix: string
  /** Undefined if the prefix is the only condition. */
  accepts: ((entry: StoredEntry) => boolean) | undefined
}

/** Throws LarderError `invalid-input` (field glob or filter) for a malformed one. */
export function choiceOf(filter: PageQuery['filter']): Choice {
  if (filter === undefined)
    return { prefix: '', accepts: undefined }
  if ('prefix' in filter)
    return { prefix: filter.prefix, accepts: undefined }
  if ('tag' in filter)
    return { prefix: '', accepts: entry => entry.tags.includes(filter.tag) }
  if ('filter' in filter)
    return { prefix: '', accepts: entryTest(filter.filter) }
  const matches = compileGlob(filter.glob)
  return { prefix: '', accepts: entry => matches(entry.key) }
}
