import type { z } from 'zod'
import type { FieldError } from './errors'
import { LarderError } from './errors'

/**
 * Parses `value` by `schema`. Throws LarderError `invalid-input` that names every field which is wrong, by its dotted path.
 * `__proto__` is refused as any unknown field is, also where JSON.parse made it an own property.
 */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const forbidden = findProto(value, '')
  if (forbidden !== undefined)
    throw refuse([{ field: forbidden, message: 'unknown field' }])
  const result = schema.safeParse(value)
  if (!result.success)
    throw refuse(result.error.issues.flatMap(toFieldErrors))
  return result.data
}

function refuse(errors: FieldError[]): LarderError {
  const detail = errors.map(e => e.field === '' ? e.message : `${e.field}: ${e.message}`).join('; ')
  return new LarderError('invalid-input', detail, { errors })
}

function toFieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const field = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => ({ field: field === '' ? key : `${field}.${key}`, message: 'unknown field' }))
  if (issue.code === 'invalid_union') {
    // Show the alternative that came closest: the one with the fewest complaints.
    const nearest = [...issue.errors].sort((a, b) => a.length - b.length)[0] ?? []
    if (nearest.length > 0)
      return nearest.flatMap(inner => toFieldErrors({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue))
  }
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return [{ field, message: issue.message.startsWith('Invalid input') ? 'is missing' : issue.message }]
  return [{ field, message: plain(issue.message) }]
}

/** zod's own wording, shortened: the field is named already. */
function plain(message: string): string {
  return message.replace(/^Invalid input: /, '').replace(/^Invalid option: /, 'must be one of: ').replace(/^expected/, 'must be a')
}

/** Path of the first own property called `__proto__`, anywhere in the input. Input depth is bounded by the JSON reader. */
function findProto(value: unknown, path: string): string | undefined {
  if (typeof value !== 'object' || value === null)
    return undefined
  for (const key of Object.keys(value)) {
    const here = path === '' ? key : `${path}.${key}`
    if (key === '__proto__')
      return here
    const inner = findProto((value as Record<string, unknown>)[key], here)
    if (inner !== undefined)
      return inner
  }
  return undefined
}
