import type { NumberShape } from './language'
import type { Operator, ScannedValue } from './scan'
import { FilterError } from './language'

type Compare = (left: number, right: number) => boolean

/** How an operator compares by size; undefined for one that asks whether values are equal. */
export const comparisons: Partial<Record<Operator, Compare>> = {
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
}

/** The numbers that a term compares a field with: exactly one if by size. Throws FilterError. */
export function readNumbers(
  { name, operator, from }: { name: string, operator: Operator, from: number },
  shape: NumberShape,
  values: readonly ScannedValue[],
): number[] {
  const bySize = comparisons[operator] !== undefined
  const words = new Map(Object.entries(shape.words ?? {}))
  const numbers = values.map((value) => {
    const word = words.get(literalOf(value).toLowerCase())
    if (word && bySize) {
      throw new FilterError(
        `${literalOf(value)} is not a number: write ${name}: or ${name}!= instead of ${name}${operator}`,
        value.from,
        value.to,
      )
    }
    const number = word?.value ?? numberOf(name, value, shape)
    if (!word && !bySize && shape.moves) {
      throw new FilterError(
        `${name} changes all the time: write ${name}< or ${name}> instead of ${name}${operator}`,
        from,
        from + name.length + operator.length,
      )
    }
    return number
  })
  const [, second] = values
  if (bySize && second)
    throw new FilterError(`${name}${operator} takes one number.`, second.from, second.to)
  return numbers
}

/** Throws FilterError. */
function numberOf(name: string, value: ScannedValue, { units, words = {}, parse, form }: NumberShape): number {
  if (parse) {
    const number = parse(literalOf(value))
    if (number === null)
      throw new FilterError(`${name} must be ${form}.`, value.from, value.to)
    return number
  }
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)(\D*)$/.exec(literalOf(value)) ?? []
  const known = new Map(Object.entries(units))
  const factor = known.get(unit.toLowerCase())
  if (digits !== '' && factor !== undefined)
    return Number(digits) * factor
  const names = [...known.keys()].filter(each => each !== '')
  const others = Object.keys(words).map(word => `, or ${word}`).join('')
  throw new FilterError(
    names.length === 0
      ? `${name} must be a whole number, such as 400.`
      : `${name} must be a number${known.has('') ? ', optionally' : ''} with a unit: ${names.join(', ')}${others}.`,
    value.from,
    value.to,
  )
}

/**
 * The text of a value. A wildcard is kept as `*`: a value with wildcards is not a plain word, and
 * must not become one by leaving them out.
 */
export function literalOf({ parts }: ScannedValue): string {
  return parts.map(part => part.kind === 'text' ? part.text : '*').join('')
}
