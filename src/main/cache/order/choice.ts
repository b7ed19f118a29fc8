import type { PageQuery } from '../ports'
import type { StoredEntry } from '../store'
import { compileGlob } from '../glob'

/** Which entries a query asks for. */
interface Choice {
  /** All chosen keys begin with it. */
  prefix: string
  /** Absent where the prefix says it all. */
  accepts: ((entry: StoredEntry) => boolean) | undefined
}

/** Throws LarderError `invalid-input` (field glob) for a malformed glob. */
export function choiceOf(filter: PageQuery['filter']): Choice {
  if (filter === undefined)
    return { prefix: '', accepts: undefined }
  if ('prefix' in filter)
    return { prefix: filter.prefix, accepts: undefined }
  if ('tag' in filter)
    return { prefix: '', accepts: entry => entry.tags.includes(filter.tag) }
  const matches = compileGlob(filter.glob)
  return { prefix: '', accepts: entry => matches(entry.key) }
}
