import type { EntryTest } from '@shared/entry-language'
import type { PageQuery } from '../ports'
import type { StoredEntry } from '../store'
import { compileGlob } from '../glob'
import { entryTest } from '../part-test'

/** The entries that a query selects. */
interface Choice {
  /** All chosen keys begin with this prefix. */
  prefix: string
  /** Undefined if the prefix is the only condition that the entry alone decides. */
  accepts: ((entry: StoredEntry) => boolean) | undefined
  /** A condition that time is part of. */
  timed?: EntryTest & { nextTurn: NonNullable<EntryTest['nextTurn']> }
}

/** Throws LarderError `invalid-input` (field glob or filter) for a malformed one. */
export function choiceOf(filter: PageQuery['filter']): Choice {
  if (filter === undefined)
    return { prefix: '', accepts: undefined }
  if ('prefix' in filter)
    return { prefix: filter.prefix, accepts: undefined }
  if ('tag' in filter)
    return { prefix: '', accepts: entry => entry.tags.includes(filter.tag) }
  if ('filter' in filter) {
    const { passes, nextTurn } = entryTest(filter.filter)
    return nextTurn
      ? { prefix: '', accepts: undefined, timed: { passes, nextTurn } }
      : { prefix: '', accepts: entry => passes(entry, 0) }
  }
  const matches = compileGlob(filter.glob)
  return { prefix: '', accepts: entry => matches(entry.key) }
}
