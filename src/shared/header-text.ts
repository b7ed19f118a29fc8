import { invalidField } from './errors'

/**
 * Throws LarderError `invalid-input` of the field unless the text can be the value of a header
 * field: a browser would refuse it with an error that names nothing (Fetch Standard §2.2.2).
 */
export function requireAscii(field: string, text: string): void {
  if (!/^[\t\x20-\x7E]*$/.test(text))
    throw invalidField(field, 'must be plain ASCII')
}
