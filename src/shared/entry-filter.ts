import type { ScannedTerm, ScannedValue, Span } from './filter/scan'
import { compileEntryFilter, entryFilter } from './entry-language'
import { FilterError, scanFilter } from './filter'
import { checkClosed, checkLength, findField } from './filter/check'

/** Chooses entries by one property, or by the terms of a filter. */
export type EntrySelector = { prefix: string } | { glob: string } | { tag: string } | { filter: string }

/**
 * A filter for the server's list of entries, where in the text it is, and how many terms it has.
 */
export interface EntryFilter extends Span {
  selector: EntrySelector
  terms: number
  /** The text, if it is a single word that is searched for. */
  word: string | null
}

/**
 * Reads a filter of entries. A word is searched for inside keys, upper and lower case alike; with
 * `*` or `?` it is a pattern for the whole key, so `user:*` is a prefix. Returns null if everything
 * matches. A filter that is a prefix, a pattern or a tag becomes that, because the server answers
 * it faster. Throws FilterError.
 */
export function readEntryFilter(text: string): EntryFilter | null {
  checkLength(text)
  const broken = text.search(/\p{Surrogate}/u)
  if (broken !== -1)
    throw new FilterError('Half of this character is missing.', broken, broken + 1)
  const terms = scanFilter(text, entryFilter)
  const [term] = terms
  if (!term)
    return null
  checkClosed(term)
  const to = terms.at(-1)?.to ?? term.to
  const [value] = term.values
  const single = terms.length === 1 && value && !term.negated ? value : null
  const word = single && !term.field && isLiteral(single) ? literalOf(single) : null
  if (word === '')
    return null
  const selector = single && singleSelector(term, single, text)
  if (selector)
    return { selector, from: single.from, to: single.to, terms: 1, word }
  compileEntryFilter(text)
  return { selector: { filter: text.slice(term.from, to) }, from: term.from, to, terms: terms.length, word }
}

/** What the server knows a faster way to; null if it is another filter. */
function singleSelector({ field, values }: ScannedTerm, value: ScannedValue, text: string): EntrySelector | null {
  const { parts } = value
  const [first, second] = parts
  if (!field && parts.length === 2 && first?.kind === 'text' && second?.kind === 'run')
    return { prefix: first.text }
  if (!field)
    return isLiteral(value) ? null : { glob: patternOf(value) }
  const isWhole = values.length === 1 && (field.operator === ':' || field.operator === '=')
  switch (field.name.toLowerCase()) {
    case 'key':
      findField(field, values, entryFilter.fields)
      return isWhole ? { glob: patternOf(value) } : null
    case 'tag':
      findField(field, values, entryFilter.fields)
      return isWhole && isLiteral(value) ? { tag: literalOf(value) } : null
    case 'glob':
      checkAlone(field, values)
      return { glob: globOf(value, text) }
    case 'prefix':
      checkAlone(field, values)
      return { prefix: wordOf(field.name, value) }
    default:
      return null
  }
}

/** Throws FilterError unless the field is followed by one value. */
function checkAlone(field: NonNullable<ScannedTerm['field']>, values: readonly ScannedValue[]): void {
  const { name, operator, from, to } = field
  findField(field, values, entryFilter.fields)
  if (operator !== ':' && operator !== '=') {
    throw new FilterError(
      `Entries cannot be compared by ${name}: write ${name}: instead of ${name}${operator}`,
      from,
      to + operator.length,
    )
  }
  const [, second] = values
  if (second) {
    throw new FilterError(
      `${name}: takes one value. Put a text with a comma in quotation marks.`,
      second.from - 1,
      second.to,
    )
  }
}

function isLiteral({ parts }: ScannedValue): boolean {
  return parts.every(({ kind }) => kind === 'text')
}

function patternOf({ parts }: ScannedValue): string {
  return parts.map(part => part.kind === 'text' ? escapeGlob(part.text) : part.kind === 'run' ? '*' : '?').join('')
}

/** Throws FilterError if the value has wildcards. */
function wordOf(name: string, value: ScannedValue): string {
  if (!isLiteral(value)) {
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
function globOf({ from, to }: ScannedValue, text: string): string {
  let pattern = ''
  let quoted = false
  for (let at = from; at < to; at++) {
    const character = text.charAt(at)
    if (character === '"')
      quoted = !quoted
    else if (character === '\\')
      pattern += escapeGlob(text.charAt(++at))
    else
      pattern += quoted ? escapeGlob(character) : character
  }
  return pattern
}

function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&')
}
