import type { Operator, Part } from './scan'

/** The meaning of a term; `scanFilter` reads back what `formatTerm` writes. */
export interface TermMeaning {
  negated: boolean
  field: { name: string, operator: Operator } | null
  /** At least one; exactly one without a field. */
  values: readonly (readonly Part[])[]
}

/**
 * Values that need no quotes after an operator: they contain nothing that ends the value, is an
 * escape or a wildcard, or would turn `>` into `>=`.
 */
const plainValue = /^[^\s"\\*?,=][^\s"\\*?,]*$/
/** Free text that needs no quotes: it cannot be mistaken for a minus or a field either. */
const plainText = /^[\p{L}\p{N}_./][\p{L}\p{N}_./-]*$/u

/** Writes a term as text. */
export function formatTerm({ negated, field, values }: TermMeaning): string {
  const plain = field ? plainValue : plainText
  const written = values.map(value => value.length === 0 ? '""' : value.map(part => formatPart(part, plain)).join(''))
  return `${negated ? '-' : ''}${field ? field.name + field.operator : ''}${written.join(',')}`
}

/** The term that matches if `name` is exactly `text`. */
export function exactTerm(name: string, text: string, negated = false): string {
  return formatTerm({ negated, field: { name, operator: ':' }, values: [text === '' ? [] : [{ kind: 'text', text }]] })
}

function formatPart(part: Part, plain: RegExp): string {
  switch (part.kind) {
    case 'run':
      return '*'
    case 'one':
      return '?'
    case 'text':
      return plain.test(part.text) ? part.text : `"${part.text.replace(/["\\]/g, '\\$&')}"`
  }
}
