import type { ScannedTerm, ScannedValue } from './scan'
import { grouped } from '../grouped'
import { FilterError, filterLimit } from './language'

/** Throws FilterError. */
export function checkLength(text: string): void {
  if (text.length > filterLimit)
    throw new FilterError(`A filter must be at most ${grouped(filterLimit)} characters long.`, filterLimit, text.length)
}

/** Throws FilterError if the text ends in an open quotation mark or a backslash. */
export function checkClosed(term: ScannedTerm): void {
  for (const { open } of term.values) {
    if (open) {
      throw new FilterError(
        open.by === 'quote'
          ? 'This quotation mark is not closed.'
          : 'A backslash escapes the next character, but there is none.',
        open.from,
        open.to,
      )
    }
  }
}

/**
 * Returns the field that a term names. Throws FilterError if there is no such field or a value is
 * missing.
 */
export function findField<F>(
  { name, operator, from, to }: NonNullable<ScannedTerm['field']>,
  values: readonly ScannedValue[],
  fields: ReadonlyMap<string, F>,
): F {
  const field = fields.get(name.toLowerCase())
  if (!field) {
    throw new FilterError(
      `There is no field ${name}. The fields are: ${[...fields.keys()].join(', ')}. To search for the text itself, put it in quotation marks.`,
      from,
      to,
    )
  }
  for (const { from: start, to: end } of values) {
    if (start === end)
      throw new FilterError(`A value is missing after ${name}${operator}`, from, start)
  }
  return field
}
