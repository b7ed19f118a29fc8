import { z } from 'zod'
import { grouped } from './grouped'
import { mapRows } from './rows'
import { orTimeText } from './written'
import './without-eval'

/** Longest time that anybody may be made to wait, in seconds. */
export const longestWait = 300

/** A number from `least` to `most`. */
export function within(least: number, most: number, unit = '', rest = ''): z.ZodType<number, number> {
  const rule = `must be from ${least} to ${grouped(most)}${unit}${rest}`
  return z.number(rule).min(least, rule).max(most, rule)
}

/**
 * One part of a setting that has several; `kind` says how a form shows it. `exact` is text whose
 * spaces count.
 */
export interface NestedSetting {
  kind: 'text' | 'exact' | 'choice' | 'time' | 'part' | 'near'
  schema: z.ZodType
  /** As input, where that is not a matter of the kind. */
  input?: z.ZodType
  /** What it is when the setting is given without it; undefined: it must be given. */
  initial: unknown
  label: string
  /** A sentence. */
  hint: string
  choices?: Readonly<Record<string, string>>
}

/** The schema of each part, with a description for the API. */
export function nestedSchemas<T extends Readonly<Record<string, NestedSetting>>>(
  rows: T,
): { [N in keyof T & string]: T[N]['schema'] } {
  return mapRows(rows, ({ schema, hint }) =>
    schema.meta({ description: hint })) as { [N in keyof T & string]: T[N]['schema'] }
}

/** The same for input, where times may also be text, and what has an initial value be left out. */
export function nestedInputs<T extends Readonly<Record<string, NestedSetting>>>(
  rows: T,
): { [N in keyof T & string]: T[N]['initial'] extends undefined ? T[N]['schema'] : z.ZodDefault<T[N]['schema']> } {
  const described: Readonly<Record<string, z.ZodType>> = nestedSchemas(rows)
  return mapRows(rows, ({ kind, initial, hint, input }, name) => {
    const schema = input?.meta({ description: hint }) ?? described[name] as z.ZodType
    const written = kind === 'time' ? orTimeText(schema as z.ZodType<number, number>) : schema
    return initial === undefined ? written : written.default(initial)
  }) as never
}
