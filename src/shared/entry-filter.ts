import type { FilterWords } from './filter'
import type { ScannedTerm, ScannedValue, Span } from './filter/scan'
import { FilterError, scanFilter } from './filter'
import { checkClosed, checkLength, findField } from './filter/check'

/** Chooses entries by exactly one property. */
export type EntrySelector = { prefix: string } | { glob: string } | { tag: string }

/** The words of the entry filter. Keys often contain colons, so `user:1` is text. */
export const entryFilter: FilterWords = {
  fields: new Map([
    ['key', { kind: 'text', summary: 'The whole key; * stands for any characters' }],
    ['prefix', { kind: 'text', summary: 'How the key begins' }],
    ['glob', { kind: 'text', summary: 'Pattern: * any characters, ? one, [a-z] one of' }],
    ['tag', { kind: 'text', summary: 'A tag of the entry' }],
  ]),
  colonsInText: true,
}

/** A filter for the server's list of entries, and where in the text it is. */
export interface EntryFilter extends Span { selector: EntrySelector }

/**
 * Reads a filter of entries. A word is the beginning of keys, or a glob if it has `*`, `?` or `[`
 * outside of quotes; a field says which of them is meant. Returns null if everything matches.
 * Throws FilterError, also for filters that the grammar allows but that the server cannot answer:
 * more than one term, a minus, alternatives, comparisons.
 */
export function readEntryFilter(text: string): EntryFilter | null {
  checkLength(text)
  const broken = text.search(/\p{Surrogate}/u)
  if (broken !== -1)
    throw new FilterError('Half of this character is missing.', broken, broken + 1)
  const [term, second] = scanFilter(text, entryFilter)
  if (!term)
    return null
  if (second) {
    throw new FilterError(
      'Search by one condition at a time. Put a key with a space in quotation marks: "a b".',
      second.from,
      second.to,
    )
  }
  checkClosed(term)
  if (term.negated) {
    throw new FilterError(
      'Entries cannot be excluded here. Put a key that begins with a minus in quotation marks: "-a".',
      term.from,
      term.from + 1,
    )
  }
  const [value, other] = term.values
  if (!value)
    return null
  if (other) {
    throw new FilterError(
      'Search by one condition at a time. Put a text with a comma in quotation marks.',
      other.from - 1,
      other.to,
    )
  }
  if (!term.field && value.parts.length === 0)
    return null
  return {
    selector: term.field ? selectorOf(term.field, value, text) : textSelector(value, text),
    from: value.from,
    to: value.to,
  }
}

function textSelector(value: ScannedValue, text: string): EntrySelector {
  const glob = globOf(value, text)
  return glob.isPlain ? { prefix: literalOf(value) } : { glob: glob.pattern }
}

function selectorOf(field: NonNullable<ScannedTerm['field']>, value: ScannedValue, text: string): EntrySelector {
  const { name, operator, from, to } = field
  findField(field, [value], entryFilter.fields)
  if (operator !== ':' && operator !== '=') {
    throw new FilterError(
      `Entries cannot be compared by ${name}: write ${name}: instead of ${name}${operator}`,
      from,
      to + operator.length,
    )
  }
  switch (name.toLowerCase()) {
    case 'key':
      return {
        glob: value.parts
          .map(part => part.kind === 'text' ? escapeGlob(part.text) : part.kind === 'run' ? '*' : '?')
          .join(''),
      }
    case 'glob':
      return { glob: globOf(value, text).pattern }
    case 'tag':
      return { tag: wordOf(name, value) }
    default:
      return { prefix: wordOf(name, value) }
  }
}

/** Throws FilterError if the value has wildcards. */
function wordOf(name: string, value: ScannedValue): string {
  if (value.parts.some(({ kind }) => kind !== 'text')) {
    throw new FilterError(
      `${name}: takes no wildcards. Put * and ? in quotation marks to search for these characters.`,
      value.from,
      value.to,
    )
  }
  return literalOf(value)
}

function literalOf({ parts }: ScannedValue): string {
  return parts.map(part => part.kind === 'text' ? part.text : '').join('')
}

/**
 * The value in the syntax of the server's globs: quotes become backslashes, everything else stays,
 * including brackets.
 */
function globOf({ from, to }: ScannedValue, text: string): { pattern: string, isPlain: boolean } {
  let pattern = ''
  let quoted = false
  let isPlain = true
  for (let at = from; at < to; at++) {
    const character = text.charAt(at)
    if (character === '"')
      quoted = !quoted
    else if (character === '\\')
      pattern += escapeGlob(text.charAt(++at))
    else if (quoted)
      pattern += escapeGlob(character)
    else
      pattern += character
    isPlain &&= quoted || character === '\\' || !'*?['.includes(character)
  }
  return { pattern, isPlain }
}

function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&')
}
