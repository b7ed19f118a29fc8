import { LarderError, messageOf } from '@shared/errors'

const absent = new Set(['must not be empty', 'is missing'])

/**
 * Explains why a request cannot be shown yet. An empty field is presented as the next step, not as
 * a mistake.
 */
export function incompleteText(error: unknown, nameOf: (field: string) => string = field => field): string {
  const empty = error instanceof LarderError && error.errors?.find(({ message }) => absent.has(message))
  if (!empty)
    return messageOf(error)
  const name = nameOf(empty.field)
  return `Fill in ${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name} to see the request.`
}

/** The errors of a form: messages by field, and one for the form as a whole. */
export interface FormErrors { fields: ReadonlyMap<string, string>, form: string }

export const noErrors: FormErrors = { fields: new Map(), form: '' }

/**
 * What the server tells apps about a field, in the words of the forms: these have no null, and call
 * scopes permissions.
 */
const inForms: ReadonlyMap<string, string> = new Map([
  ['must name at least one cache, or be null', 'Choose at least one cache.'],
  ['must name at least one scope', 'Choose at least one permission.'],
  ['is missing', 'must not be empty'],
])

/** Errors that are about one field as a whole. */
const fieldOf: ReadonlyMap<string, string> = new Map([
  ['wrong-format', 'value'],
  ['unsupported-media-type', 'Content-Type'],
])

/**
 * Assigns an error to the fields of a form: one of an item of a list is said at the list. Messages
 * about fields that the form does not show go to the form as a whole, so that none is lost.
 */
export function toFormErrors(error: unknown, shown: readonly string[]): FormErrors {
  const whole = error instanceof LarderError ? fieldOf.get(error.code) : undefined
  if (whole !== undefined && shown.includes(whole))
    return { fields: new Map([[whole, messageOf(error)]]), form: '' }
  if (!(error instanceof LarderError) || !error.errors)
    return { fields: new Map(), form: messageOf(error) }
  const fields = new Map<string, string>()
  const rest: string[] = []
  for (const { field, message: told } of error.errors) {
    const message = inForms.get(told) ?? told
    const own = [field, field.replace(/\.\d+$/, '')].find(name => shown.includes(name))
    const before = own === undefined ? undefined : fields.get(own)
    if (own !== undefined)
      fields.set(own, before === undefined || before === message ? message : `${before}; ${message}`)
    else
      rest.push(field === '' ? message : `${field}: ${message}`)
  }
  return { fields, form: rest.join('; ') }
}
