import { invalidField } from '@shared/errors'

/**
 * Returns the `data` of the classic API: a JSON object whose `id` is the entry's key. If `id` is
 * missing, it is inserted at the start; the rest stays unchanged byte for byte. Throws LarderError
 * `invalid-input` for the field `value` or `key`.
 */
export function withId(text: string, key: string): string {
  const value = parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidField('value', 'must be a JSON object, such as {"name":"pear"}')
  if (!Object.hasOwn(value, 'id')) {
    if (key === '')
      throw invalidField('key', 'must not be empty')
    const rest = text.trim().slice(1).trimStart()
    return `{"id":${JSON.stringify(key)}${rest.startsWith('}') ? '' : ','}${rest}`
  }
  const { id } = value as { id: unknown }
  if (key !== '' && String(id) !== key)
    throw invalidField('key', `must be the id of the value: ${String(id)}`)
  return text.trim()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  }
  catch (cause) {
    throw invalidField('value', `must be a JSON object: ${cause instanceof Error ? cause.message : 'not JSON'}`)
  }
}
