import type { FilterField, FilterLanguage, FilterWords } from './filter'
import type { FieldShape } from './filter/language'
import { compileFilter, FilterError, scanFilter } from './filter'
import { byteUnits } from './request-filter'

/** What an entry can be filtered by: all that changes with the entry only, not with time. */
interface FilteredEntry {
  readonly key: string
  readonly tags: readonly string[]
  readonly contentType: string
  /** Bytes of the value. */
  readonly size: number
  readonly hits: number
}

const fields: Record<string, FilterField<FilteredEntry>> = {
  key: { kind: 'text', summary: 'The whole key; * stands for any characters', read: entry => entry.key },
  tag: { kind: 'text', summary: 'A tag of the entry', read: entry => entry.tags },
  type: { kind: 'text', summary: 'Content type', ignoreCase: true, read: entry => entry.contentType },
  size: { kind: 'number', summary: 'Size of the value, such as 10kB', units: byteUnits, read: entry => entry.size },
  hits: { kind: 'number', summary: 'Reads that found the entry', units: { '': 1 }, read: entry => entry.hits },
}

const language: FilterLanguage<FilteredEntry> = {
  fields: new Map(Object.entries(fields)),
  text: [entry => entry.key],
  colonsInText: true,
  wholePatterns: true,
}

/** The words of the entry filter. Keys often contain colons, so `user:1` is text. */
export const entryFilter: FilterWords = {
  fields: new Map<string, FieldShape>([
    ...language.fields,
    ['prefix', { kind: 'text', summary: 'How the key begins; stands alone' }],
    ['glob', { kind: 'text', summary: 'Pattern with [a-z] for one of these; stands alone' }],
  ]),
  colonsInText: true,
}

/** The predicate of a filter over entries; null if it has no term. Throws FilterError. */
export function compileEntryFilter(filter: string): ((entry: FilteredEntry) => boolean) | null {
  const terms = scanFilter(filter, entryFilter)
  for (const { field } of terms) {
    if (field && !language.fields.has(field.name.toLowerCase()) && entryFilter.fields.has(field.name.toLowerCase())) {
      throw new FilterError(
        `${field.name}: stands alone. Beside other terms write key: with * for any characters, as in key:user:*`,
        field.from,
        field.to,
      )
    }
  }
  return terms.length === 0 ? null : compileFilter(filter, language)
}
