import type { FieldShape, FilterWords } from './language'
import type { Operator, ScannedTerm, Span } from './scan'
import { formatTerm } from './format'
import { comparisons } from './number'
import { scanFilter } from './scan'

interface Completion {
  kind: 'field' | 'operator' | 'value'
  /** What replaces the span. */
  text: string
  summary: string
}
interface Completions extends Span { options: Completion[] }
/** A value of a field that only the caller knows, such as the existing caches. */
export interface KnownValue { text: string, summary: string }

const numberOperators: readonly [Operator, string][] = [
  ['=', 'is'],
  ['!=', 'is not'],
  ['>', 'more than'],
  ['>=', 'at least'],
  ['<', 'less than'],
  ['<=', 'at most'],
]
const wordOperators: readonly [Operator, string][] = [[':', 'is'], ['!=', 'is not']]
const textOperators: readonly [Operator, string][] = [[':', 'is; * stands for any characters'], ['!=', 'is not']]

/**
 * Returns what may be inserted at the cursor: fields, the operators of a field if its name is
 * complete, the values of a field after its operator. Never throws. Options that are there already
 * are left out, so an empty list means that there is nothing to choose.
 */
export function completeFilter(
  text: string,
  cursor: number,
  words: FilterWords,
  valuesOf: (field: string) => readonly KnownValue[] = () => [],
): Completions {
  const { fields } = words
  const term = scanFilter(text, words).find(({ from, to }) => from <= cursor && cursor <= to)
  const field = term?.field
  if (term && field && cursor > field.to)
    return completeValue(text, cursor, term, fields.get(field.name.toLowerCase()), valuesOf(field.name.toLowerCase()))
  const span = field ? { from: field.from, to: field.to } : wordOf(term, cursor)
  // Anything inserted before a minus would make the minus part of itself.
  if (cursor < span.from)
    return { from: cursor, to: cursor, options: [] }
  const typed = text.slice(span.from, cursor).toLowerCase()
  if (field) {
    return {
      ...span,
      options: fieldOptions(fields, typed)
        .map(option => ({ ...option, text: option.text.replace(/:$/, '') }))
        .filter(option => option.text !== field.name),
    }
  }
  const named = fields.get(typed)
  if (named && cursor === span.to) {
    return {
      from: span.to,
      to: span.to,
      options: operatorsOf(named).map(([operator, summary]) => ({ kind: 'operator', text: operator, summary })),
    }
  }
  return { ...span, options: [...fieldOptions(fields, typed), ...enumOptions(fields, typed)] }
}

function wordOf(term: ScannedTerm | undefined, cursor: number): Span {
  return term ? { from: term.negated ? term.from + 1 : term.from, to: term.to } : { from: cursor, to: cursor }
}

function fieldOptions(fields: FilterWords['fields'], typed: string): Completion[] {
  return [...fields]
    .filter(([name]) => name.startsWith(typed))
    .map(([name, field]) =>
      ({ kind: 'field', text: field.kind === 'number' ? name : `${name}:`, summary: field.summary }))
}

/** Somebody who types `mis` may mean `result:miss`. One letter is too little to guess from. */
function enumOptions(fields: FilterWords['fields'], typed: string): Completion[] {
  if (typed.length < 2)
    return []
  return [...fields].flatMap(([name, field]) => field.kind === 'enum'
    ? Object.entries(field.values)
        .filter(([value]) => value.startsWith(typed))
        .map(([value, summary]): Completion => ({ kind: 'value', text: `${name}:${value}`, summary }))
    : [])
}

function operatorsOf(field: FieldShape): readonly [Operator, string][] {
  if (field.kind !== 'number')
    return textOperators
  return field.moves
    ? [...numberOperators.filter(([operator]) => comparisons[operator]), ...field.words ? wordOperators : []]
    : numberOperators
}

/** The values of a field that are known from its description. */
function usualValues(field: FieldShape, operator: Operator): KnownValue[] {
  if (field.kind !== 'number')
    return Object.entries(field.values ?? {}).map(([text, summary]) => ({ text, summary }))
  const words = comparisons[operator] ? [] : Object.entries(field.words ?? {})
  return words.map(([text, { summary }]) => ({ text, summary }))
}

function completeValue(
  text: string,
  cursor: number,
  { values, field: named }: ScannedTerm,
  field: FieldShape | undefined,
  known: readonly KnownValue[],
): Completions {
  const value = values.findLast(({ from }) => from <= cursor) ?? { from: cursor, to: cursor }
  const typed = text.slice(value.from, cursor).replaceAll('"', '').toLowerCase()
  const usual = field && named ? usualValues(field, named.operator) : []
  const standing = text.slice(value.from, value.to)
  const options = [...usual, ...known]
    .filter(option =>
      option.text.toLowerCase().includes(typed)
      || (known.includes(option) && option.summary.toLowerCase().includes(typed)))
    .map((option): Completion => ({ kind: 'value', text: writtenValue(option.text), summary: option.summary }))
    .filter(option => option.text !== standing)
  return {
    from: value.from,
    to: value.to,
    options: options.sort((a, b) => Number(startsWith(b.text, typed)) - Number(startsWith(a.text, typed))),
  }
}

function startsWith(text: string, typed: string): boolean {
  return text.toLowerCase().startsWith(typed)
}

/** Values are written the same way after every operator. */
function writtenValue(text: string): string {
  return formatTerm({
    negated: false,
    field: { name: '', operator: ':' },
    values: [text === '' ? [] : [{ kind: 'text', text }]],
  }).slice(1)
}
