import type { z } from 'zod'
import type { FieldError } from './errors'
import { LarderError } from './errors'

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
    // Show the alternative that came closest: the one with the fewest errors.
    const nearest = [...issue.errors].sort((a, b) => a.length - b.length)[0] ?? []
    if (nearest.length > 0) {
      return nearest.flatMap(inner =>
        toFieldErrors({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue))
    }
  }
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return [{ field, message: issue.message.startsWith('Invalid input') ? 'is missing' : issue.message }]
  return [{ field, message: plain(issue.message) }]
}

/** Shortens zod's own wording: the field is named already. */
function plain(message: string): string {
  return message
    .replace(/^Invalid input: /, '')
    .replace(/^Invalid option: /, 'must be one of: ')
    .replace(/^expected/, 'must be a')
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
