import type { Operator, Part } from './scan'

/** A term as it is meant; `scanFilter` reads back what `formatTerm` writes. */
export interface TermMeaning {
  negated: boolean
  field: { name: string, operator: Operator } | null
  /** At least one; exactly one without a field. */
  values: readonly (readonly Part[])[]
}

/**
 * Needs no quotes as a value behind an operator: nothing that ends it, escapes or stands for
 * something else, nor makes `>` into `>=`.
 */
const plainValue = /^[^\s"\\*?,=][^\s"\\*?,]*$/
/** Needs no quotes as free text: cannot be taken for a minus or a field either. */
const plainText = /^[\p{L}\p{N}_./][\p{L}\p{N}_./-]*$/u

/** A term as text. */
export function formatTerm({ negated, field, values }: TermMeaning): string {
  const plain = field ? plainValue : plainText
  const written = values.map(value => value.length === 0 ? '""' : value.map(part => formatPart(part, plain)).join(''))
  return `${negated ? '-' : ''}${field ? field.name + field.operator : ''}${written.join(',')}`
}

/** The term by which `name` is exactly `text`. */
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
