import type { FilterWords } from './language'

/**
 * The grammar, the same for every language:
 *
 *     filter  = { white space | term }
 *     term    = [ "-" ] ( name operator value { "," value } | value )
 *     name    = letter { letter | digit | "_" | "-" }
 *     operator = ":" | "=" | "!=" | ">" | ">=" | "<" | "<="
 *     value   = { character | "*" | "?" | "\" any character | quoted }
 *     quoted  = '"' { character | "\" any character } '"'
 *
 * Scanning never fails: an error is recorded in the term that it concerns, so that completion works
 * on half-typed text.
 */
export type Operator = ':' | '=' | '!=' | '>' | '>=' | '<' | '<='

/**
 * A piece of a value: literal characters, any run of characters (`*`), or any one character (`?`).
 */
export type Part = { kind: 'text', text: string } | { kind: 'run' } | { kind: 'one' }

export interface Span { from: number, to: number }
export interface ScannedValue extends Span {
  parts: Part[]
  /** The open quotation mark or the backslash at the end of the text. */
  open: Span & { by: 'quote' | 'escape' } | null
}
export interface ScannedTerm extends Span {
  negated: boolean
  /** Null for free text, which has exactly one value. */
  field: Span & { name: string, operator: Operator } | null
  values: ScannedValue[]
}

const space = /\s/
const fieldStart = /([A-Z][\w-]*)(!=|>=|<=|[:=<>])/iy

/**
 * The terms of a filter in order. Without `words`, anything that looks like a field is taken for
 * one.
 */
export function scanFilter(text: string, words?: FilterWords): ScannedTerm[] {
  const terms: ScannedTerm[] = []
  for (let at = 0; at < text.length;) {
    if (space.test(text.charAt(at))) {
      at++
      continue
    }
    const term = scanTerm(text, at, words)
    terms.push(term)
    at = term.to
  }
  return terms
}

function scanTerm(text: string, from: number, words: FilterWords | undefined): ScannedTerm {
  const negated = text[from] === '-'
  let at = negated ? from + 1 : from
  fieldStart.lastIndex = at
  const [whole = '', name = '', operator = ''] = fieldStart.exec(text) ?? []
  if (whole === '' || (operator === ':' && words?.colonsInText && !words.fields.has(name.toLowerCase()))) {
    const value = scanValue(text, at, false)
    return { from, to: value.to, negated, field: null, values: [value] }
  }
  const field = { name, operator: operator as Operator, from: at, to: at + name.length }
  at += whole.length
  const values = [scanValue(text, at, true)]
  for (at = values[0]?.to ?? at; text[at] === ','; at = values.at(-1)?.to ?? at)
    values.push(scanValue(text, at + 1, true))
  return { from, to: at, negated, field, values }
}

/**
 * Reads up to the next white space outside of quotes, or up to the next comma if that separates
 * values.
 */
function scanValue(text: string, from: number, endsAtComma: boolean): ScannedValue {
  const parts: Part[] = []
  let quote: number | null = null
  let open: ScannedValue['open'] = null
  let literal = ''
  let at = from

  function push(part: Part): void {
    if (literal !== '')
      parts.push({ kind: 'text', text: literal })
    literal = ''
    parts.push(part)
  }

  for (; at < text.length; at++) {
    const character = text.charAt(at)
    if (quote === null && (space.test(character) || (endsAtComma && character === ',')))
      break
    if (character === '"')
      quote = quote === null ? at : null
    else if (character === '\\' && at + 1 < text.length)
      literal += text.charAt(++at)
    else if (character === '\\')
      open = { by: 'escape', from: at, to: at + 1 }
    else if (quote === null && character === '*')
      push({ kind: 'run' })
    else if (quote === null && character === '?')
      push({ kind: 'one' })
    else
      literal += character
  }
  if (literal !== '')
    parts.push({ kind: 'text', text: literal })
  if (quote !== null)
    open ??= { by: 'quote', from: quote, to: at }
  return { from, to: at, parts, open }
}
