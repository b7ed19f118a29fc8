import type { FilterField, FilterLanguage, FilterWords } from './filter'
import type { FieldShape } from './filter/language'
import type { ScannedTerm } from './filter/scan'
import { durationUnits } from './durations'
import { compileFilter, FilterError, scanFilter } from './filter'
import { readNumbers } from './filter/number'
import { byteShape } from './request-filter'

/** What an entry can be filtered by, together with the time. */
interface FilteredEntry {
  readonly key: string
  readonly tags: readonly string[]
  readonly contentType: string
  /** Bytes of the value. */
  readonly size: number
  readonly hits: number
  /** Milliseconds, comparable with the time that counts for the entry. */
  readonly storedAt: number
  /** As `storedAt`; Infinity = never stale. */
  readonly freshUntil: number
}

/** An entry at a moment, in milliseconds of the time that counts for the entry. */
interface Judged { entry: FilteredEntry, now: number }

type EntryField = FilterField<Judged> & {
  /** In a field that time changes: when it passes this many seconds; NaN or infinite for never. */
  passes?: (entry: FilteredEntry, seconds: number) => number
}

const fields: Record<string, EntryField> = {
  key: { kind: 'text', summary: 'The whole key; * stands for any characters', read: ({ entry }) => entry.key },
  tag: { kind: 'text', summary: 'A tag of the entry', read: ({ entry }) => entry.tags },
  type: { kind: 'text', summary: 'Content type', ignoreCase: true, read: ({ entry }) => entry.contentType },
  size: {
    ...byteShape,
    summary: 'Size of the value, such as 10kB or 1KiB',
    read: ({ entry }) => entry.size,
  },
  hits: { kind: 'number', summary: 'Reads that found the entry', units: { '': 1 }, read: ({ entry }) => entry.hits },
  ttl: {
    kind: 'number',
    summary: 'Time left until it is stale, such as 1m',
    units: durationUnits,
    words: { none: { value: Infinity, summary: 'Never expires' } },
    moves: true,
    read: ({ entry, now }) => (entry.freshUntil - now) / 1000,
    passes: ({ freshUntil }, seconds) => freshUntil - seconds * 1000,
  },
  age: {
    kind: 'number',
    summary: 'Time since it was stored, such as 1h',
    units: durationUnits,
    moves: true,
    read: ({ entry, now }) => (now - entry.storedAt) / 1000,
    passes: ({ storedAt }, seconds) => storedAt + seconds * 1000,
  },
  state: {
    kind: 'enum',
    summary: 'Whether its TTL is over',
    values: { fresh: 'Within its TTL', stale: 'Past its TTL, but still served' },
    read: ({ entry, now }) => now < entry.freshUntil ? 'fresh' : 'stale',
    passes: ({ freshUntil }) => freshUntil,
  },
}

const language: FilterLanguage<Judged> = {
  fields: new Map(Object.entries(fields)),
  text: [({ entry }) => entry.key],
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

/** A filter over entries. Times are in milliseconds of the time that counts for the entry. */
export interface EntryTest {
  /** Whether the entry matches at this moment. */
  passes: (entry: FilteredEntry, now: number) => boolean
  /**
   * The first moment after `now` at which time alone may change whether the entry matches; Infinity
   * for never. Null if time changes nothing about any entry.
   */
  nextTurn: ((entry: FilteredEntry, now: number) => number) | null
}

/** Compiles a filter over entries; null if it has no term. Throws FilterError. */
export function compileEntryFilter(filter: string): EntryTest | null {
  const terms = scanFilter(filter, entryFilter)
  for (const { field } of terms) {
    if (field && !language.fields.has(field.name.toLowerCase()) && entryFilter.fields.has(field.name.toLowerCase())) {
      throw new FilterError(
        terms.length === 1
          ? `${field.name}: is a parameter of its own. Give ${field.name}=… in place of filter=${field.name}:…`
          : `${field.name}: stands alone. Beside other terms write key: with * for any characters, as in key:user:*`,
        field.from,
        field.to,
      )
    }
  }
  if (terms.length === 0)
    return null
  const matches = compileFilter(filter, language)
  const turns = terms.flatMap(turnsOf)
  return {
    passes: (entry, now) => matches({ entry, now }),
    nextTurn: turns.length === 0
      ? null
      : (entry, now) => turns.reduce((next, turn) => {
          const at = turn(entry)
          return at > now && at < next ? at : next
        }, Infinity),
  }
}

/** When time may change whether an entry fits this term, which is correct. */
function turnsOf({ field: named, values }: ScannedTerm): ((entry: FilteredEntry) => number)[] {
  const field = named && fields[named.name.toLowerCase()]
  const passes = field?.passes
  if (!named || !field || !passes)
    return []
  const seconds = field.kind === 'number' ? readNumbers(named, field, values) : [0]
  return seconds.map(each => entry => passes(entry, each))
}
