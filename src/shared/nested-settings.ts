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
  kind: 'text' | 'exact' | 'choice' | 'time' | 'part' | 'near' | 'every' | 'number' | 'list' | 'switch'
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

type Rows = Readonly<Record<string, NestedSetting>>
/** The schemas of parts, of which those with an initial value may be left out. */
type Schemas<T extends Rows> = {
  [N in keyof T & string]: T[N]['initial'] extends undefined ? T[N]['schema'] : z.ZodDefault<T[N]['schema']>
}

function schemasOf<T extends Rows>(rows: T, schemaOf: (row: NestedSetting) => z.ZodType): Schemas<T> {
  return mapRows(rows, (row) => {
    const schema = schemaOf(row).meta({ description: row.hint })
    return row.initial === undefined ? schema : schema.default(row.initial)
  }) as never
}

/**
 * The schema of each part as it is kept. What an older Larder has stored says nothing about parts
 * that came later: they have their initial value.
 */
export function nestedSchemas<T extends Rows>(rows: T): Schemas<T> {
  return schemasOf(rows, ({ schema }) => schema)
}

/** The same for input, where times may also be text. */
export function nestedInputs<T extends Rows>(rows: T): Schemas<T> {
  return schemasOf(rows, written)
}

/** The same for a change: what is left out stays as it is. */
export function nestedChanges<T extends Rows>(rows: T): { [N in keyof T & string]: z.ZodOptional<T[N]['schema']> } {
  return mapRows(rows, row => written(row).meta({ description: row.hint }).optional()) as never
}

function written({ kind, schema, input = schema }: NestedSetting): z.ZodType {
  return kind === 'time' ? orTimeText(input as z.ZodType<number, number>) : input
}
