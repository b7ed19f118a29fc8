import type { EntryFilter } from '@shared/entry-filter'
import type { Sentence } from '../../../sentence'
import { withKeys } from '../../../sentence'

/** Says how a filter of entries is read; without one, how to write one. */
export function readingOf(filter: EntryFilter | null): Sentence {
  if (filter === null)
    return 'A word is searched for inside keys; user:* is a prefix.'
  const { selector, word, terms } = filter
  if ('prefix' in selector)
    return withKeys`Keys that begin with ${{ key: selector.prefix }}`
  if ('glob' in selector)
    return withKeys`Keys that match the whole pattern ${{ key: selector.glob }}`
  if ('tag' in selector)
    return withKeys`Entries with the tag ${{ key: selector.tag }}`
  if (word !== null)
    return withKeys`Keys that contain ${{ key: word }} (upper or lower case)`
  return terms === 1 ? 'Entries that match this condition' : `Entries that match all ${terms} terms`
}
