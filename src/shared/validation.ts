import type { FieldError } from './errors'
import { z } from 'zod'
import { LarderError } from './errors'
import { sentenceOf } from './issue-sentences'

z.config({ customError: sentenceOf })

/** The most errors that an answer lists; the caller corrects these first. */
const mostErrors = 20

/**
 * Parses `value` with `schema`. Throws LarderError `invalid-input`, which names the wrong fields by
 * their dotted paths. `__proto__` is refused like any unknown field, even if JSON.parse made it an
 * own property.
 */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const errors: FieldError[] = []
  const data = check(schema, value, '', errors)
  if (errors.length > 0)
    throw refuse(errors)
  return data as z.output<S>
}

/**
 * Like `parseInput` for each of the values; `pathOf` gives the path of each. Stops when there are
 * as many errors as an answer lists.
 */
export function parseEach<S extends z.ZodType>(
  schema: S,
  values: readonly unknown[],
  pathOf: (index: number) => string,
): z.output<S>[] {
  const errors: FieldError[] = []
  const parsed: unknown[] = []
  for (const [index, value] of values.entries()) {
    parsed.push(check(schema, value, pathOf(index), errors))
    if (errors.length >= mostErrors)
      break
  }
  if (errors.length > 0)
    throw refuse(errors)
  return parsed as z.output<S>[]
}

/** Returns the parsed value; if it is invalid, returns undefined and adds its errors. */
function check(schema: z.ZodType, value: unknown, path: string, errors: FieldError[]): unknown {
  const forbidden = findProto(value)
  const result = forbidden === undefined ? schema.safeParse(value) : undefined
  if (result?.success)
    return result.data
  const found = forbidden === undefined
    ? result?.error?.issues.flatMap(toFieldErrors) ?? []
    : [{ field: forbidden, message: 'unknown field' }]
  errors.push(...found.slice(0, mostErrors).map(({ field, message }) => ({ field: under(path, field), message })))
  return undefined
}

function under(path: string, field: string): string {
  return path === '' || field === '' ? path + field : `${path}.${field}`
}

function refuse(found: FieldError[]): LarderError {
  const errors = found.slice(0, mostErrors)
  const detail = errors.map(e => e.field === '' ? e.message : `${e.field}: ${e.message}`).join('; ')
  return new LarderError('invalid-input', detail, { errors })
}

function toFieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const field = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => ({ field: field === '' ? key : `${field}.${key}`, message: 'unknown field' }))
  if (issue.code === 'invalid_union') {
    const nearest = nearestOf(issue)
    if (nearest.length > 0) {
      return nearest.flatMap(inner =>
        toFieldErrors({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue))
    }
  }
  return [{ field, message: issue.message }]
}

/**
 * The errors of the alternative that the value comes closest to: one of its type, with the fewest
 * errors. None if the union has a sentence of its own for values of any other type, or for those
 * that would be two of its alternatives if they had less.
 */
function nearestOf({ errors, message }: Extract<z.core.$ZodIssue, { code: 'invalid_union' }>): z.core.$ZodIssue[] {
  const isOfItsType = (issues: z.core.$ZodIssue[]): boolean =>
    !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0)
  const ofItsType = errors.filter(isOfItsType)
  const hasSentence = message !== 'Invalid input'
  const hasTooMuch = (issues: z.core.$ZodIssue[]): boolean => issues.every(({ code }) => code === 'unrecognized_keys')
  if (hasSentence && ofItsType.filter(hasTooMuch).length > 1)
    return []
  const candidates = ofItsType.length > 0 || hasSentence ? ofItsType : errors
  const weigh = (issues: z.core.$ZodIssue[]): number => issues.flatMap(toFieldErrors).length
  return candidates.toSorted((a, b) => weigh(a) - weigh(b))[0] ?? []
}

/**
 * The path of the first own property called `__proto__`, anywhere in the input. The JSON reader
 * limits the depth of the input.
 */
function findProto(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null)
    return undefined
  if (Object.hasOwn(value, '__proto__'))
    return '__proto__'
  for (const key in value) {
    const inner = findProto((value as Record<string, unknown>)[key])
    if (inner !== undefined)
      return `${key}.${inner}`
  }
  return undefined
}
