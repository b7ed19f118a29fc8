import { z } from 'zod'
import { durationForm, parseDuration } from './durations'
import { parseSize, sizeForm } from './sizes'

type Limit = z.ZodType<number | null, number | null>

/** The schema's values, and times as text such as `5m`; `none` where null is accepted. */
export function orTimeText<S extends Limit>(schema: S) {
  return orText(schema, parseDuration, durationForm)
}

/** The schema's values, and sizes as text such as `64MB`; `none` where null is accepted. */
export function orSizeText<S extends Limit>(schema: S) {
  return orText(schema, parseSize, sizeForm)
}

function orText<S extends Limit>(schema: S, parse: (text: string) => number, form: string) {
  const nullable = schema.safeParse(null).success
  const text = z.string().transform((text, context) => {
    const value = nullable && text === 'none' ? null : parse(text)
    if (!Number.isNaN(value))
      return value
    context.addIssue({ code: 'custom', message: `must be ${form}${nullable ? ', or none' : ''}` })
    return z.NEVER
  })
  return z.union([schema, text.pipe(schema)]).meta(schema.meta() ?? {})
}
