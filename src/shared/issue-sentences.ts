import type { z } from 'zod'
import { grouped } from './grouped'

type RawIssue = z.core.$ZodRawIssue

const types: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

/** Units that are counted where a size is limited. */
const units: Readonly<Record<string, string>> = { string: 'characters', array: 'items' }

/**
 * What zod's own issues are called in answers. Each sentence continues the name of the field, as in
 * `by: must be a whole number`. Schemas that bring a message of their own keep it.
 */
export function sentenceOf(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${types[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return orMissing(issue, `must be ${oneOf(issue.values)}`)
    case 'invalid_union':
      return discriminated(issue)
    case 'too_big':
      return `must be at most ${amount(issue.maximum, issue.origin)}`
    case 'too_small':
      return issue.minimum === 1 && units[issue.origin]
        ? 'must not be empty'
        : `must be at least ${amount(issue.minimum, issue.origin)}`
    case 'invalid_format':
      return `must be ${issue.format}`
    default:
      return undefined
  }
}

function discriminated(issue: Extract<RawIssue, { code: 'invalid_union' }>): string | undefined {
  return Array.isArray(issue.options)
    ? orMissing({ input: memberOf(issue.input, issue.discriminator) }, `must be ${oneOf(issue.options)}`)
    : issue.input === undefined ? 'is missing' : undefined
}

function memberOf(input: unknown, name: string | undefined): unknown {
  return typeof input === 'object' && input !== null && name !== undefined
    ? (input as Record<string, unknown>)[name]
    : undefined
}

function orMissing({ input }: { input?: unknown }, rule: string): string {
  return input === undefined ? `is missing; it ${rule}` : rule
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`
}

function amount(number: number | bigint, origin: string): string {
  const unit = units[origin]
  return unit === undefined ? grouped(Number(number)) : `${grouped(Number(number))} ${unit}`
}
