import type { FilterField, FilterLanguage } from './language'
import type { ScannedTerm, ScannedValue } from './scan'
import { checkClosed, checkLength, findField } from './check'
import { FilterError } from './language'
import { comparisons, literalOf, readNumbers } from './number'
import { compilePattern } from './pattern'
import { scanFilter } from './scan'

type Test<T> = (subject: T) => boolean

/**
 * Returns the predicate of a filter, which is true if all of its terms match. An empty filter
 * matches everything. A record that lacks a field matches no term about it, so it matches the
 * negated term. Throws FilterError.
 */
export function compileFilter<R>(text: string, language: FilterLanguage<R>): (record: R) => boolean {
  checkLength(text)
  const tests = scanFilter(text, language).map(term => compileTerm(term, language))
  return record => tests.every(test => test(record))
}

function compileTerm<R>(term: ScannedTerm, language: FilterLanguage<R>): Test<R> {
  checkClosed(term)
  const test = term.field ? compileFieldTerm(term, term.field, language) : compileFreeText(term, language)
  return term.negated !== (term.field?.operator === '!=') ? record => !test(record) : test
}

function compileFreeText<R>(
  { from, to, values: [value] }: ScannedTerm,
  { text, wholePatterns }: FilterLanguage<R>,
): Test<R> {
  if (!value || value.from === value.to)
    throw new FilterError('A minus must be directly before the term that it excludes, as in -cache:sessions.', from, to)
  const matches = wholePatterns && value.parts.some(({ kind }) => kind !== 'text')
    ? compilePattern(value.parts, false)
    : compilePattern([{ kind: 'run' }, ...value.parts, { kind: 'run' }], true)
  return record => text.some((read) => {
    const subject = read(record)
    return subject !== null && matches(subject)
  })
}

function compileFieldTerm<R>(
  { values }: ScannedTerm,
  term: NonNullable<ScannedTerm['field']>,
  { fields }: FilterLanguage<R>,
): Test<R> {
  const field = findField(term, values, fields)
  return field.kind === 'number'
    ? compileNumber(term, field, values)
    : compileText(term, field, values)
}

function compileText<R>(
  { name, operator, from }: NonNullable<ScannedTerm['field']>,
  field: Exclude<FilterField<R>, { kind: 'number' }>,
  values: readonly ScannedValue[],
): Test<R> {
  if (comparisons[operator]) {
    throw new FilterError(
      `${name} is not a number: write ${name}: instead of ${name}${operator}`,
      from,
      from + name.length + operator.length,
    )
  }
  const { read } = field
  const matchers = values.map((value) => {
    if (field.kind !== 'enum')
      return compilePattern(value.parts, field.ignoreCase === true)
    const word = literalOf(value).toLowerCase()
    const wanted = field.aliases && Object.hasOwn(field.aliases, word) ? field.aliases[word] : word
    if (wanted === undefined || !Object.hasOwn(field.values, wanted))
      throw new FilterError(`${name} must be one of: ${Object.keys(field.values).join(', ')}.`, value.from, value.to)
    return (subject: string) => subject === wanted
  })
  return (record) => {
    const subject = read(record)
    return typeof subject === 'string'
      ? matchers.some(matches => matches(subject))
      : subject !== null && subject.some(text => matchers.some(matches => matches(text)))
  }
}

function compileNumber<R>(
  term: NonNullable<ScannedTerm['field']>,
  field: Extract<FilterField<R>, { kind: 'number' }>,
  values: readonly ScannedValue[],
): Test<R> {
  const { read } = field
  const numbers = readNumbers(term, field, values)
  const [first = 0] = numbers
  const order = comparisons[term.operator]
  return (record) => {
    const subject = read(record)
    return subject !== null && (order ? order(subject, first) : numbers.includes(subject))
  }
}
