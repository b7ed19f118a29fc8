import type { OperationInput } from '@shared/operations'
import type { Key } from '@shared/schemas'
import type { FormErrors } from '../../error-text'
import { LarderError } from '@shared/errors'
import { toFormErrors } from '../../error-text'

export type Grant = Required<OperationInput<'keys.create'>>

export const scopes = [
  { name: 'read', label: 'Read', hint: 'Get and list entries, watch events and metrics.' },
  { name: 'write', label: 'Write', hint: 'Store, change and delete entries.' },
  { name: 'admin', label: 'Administer', hint: 'Everything that you may do, including this screen.' },
] as const

/** Reads browser origins, one per line; removes the trailing slash that address bars add. */
export function readOrigins(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).map(origin => origin.replace(/\/$/, '')).filter(origin => origin !== ''))]
}

/** Returns the fields that differ; undefined if none does. */
export function grantChanges(key: Key, grant: Grant): Partial<Grant> | undefined {
  const changed = (Object.keys(grant) as (keyof Grant)[]).filter(field =>
    JSON.stringify(grant[field]) !== JSON.stringify(key[field]))
  return changed.length === 0 ? undefined : Object.fromEntries(changed.map(field => [field, grant[field]]))
}

/**
 * Assigns errors to the fields of the form. An error of a list item goes to the list, with the item
 * in its message; not at its start, which the forms write in a capital.
 */
export function toKeyErrors(error: unknown, { origins }: Pick<Grant, 'origins'>): FormErrors {
  if (!(error instanceof LarderError) || !error.errors)
    return toFormErrors(error, [])
  const errors = error.errors.map(({ field, message }) => {
    const [list = '', index] = field.split('.')
    const item = list === 'origins' && index !== undefined ? origins[Number(index)] : undefined
    return { field: list, message: item === undefined ? message : `origin ${item}: ${message}` }
  })
  return toFormErrors(new LarderError(error.code, error.message, { errors }), ['label', 'scopes', 'caches', 'origins'])
}
