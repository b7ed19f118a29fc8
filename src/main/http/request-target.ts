import { percentDecode } from '@shared/entry-key'
import { invalidField, LarderError } from '@shared/errors'

/**
 * Percent-decodes one part of a target as UTF-8. Throws LarderError `bad-encoding` that names
 * `field` for half an escape, bytes that are not UTF-8, and characters that are not allowed in a
 * target (RFC 3986 §2).
 */
export function decodePart(text: string, field: string): string {
  if (!text.includes('%')) {
    if (isPlain(text))
      return text
  }
  else if (isPlain(text)) {
    try {
      return decodeURIComponent(text)
    }
    catch (cause) {
      throw new LarderError(
        'bad-encoding',
        `${field}: must be percent-encoded UTF-8`,
        { cause, errors: [{ field, message: 'must be percent-encoded UTF-8' }] },
      )
    }
  }
  throw new LarderError(
    'bad-encoding',
    `${field}: must be percent-encoded ASCII`,
    { errors: [{ field, message: 'must be percent-encoded ASCII' }] },
  )
}

/**
 * Percent-decodes an entry key, or a part of one, from any bytes into the canonical spelling of
 * keys. Throws LarderError `bad-encoding` that names `field` for half an escape and for characters
 * that are not allowed in a target.
 */
export function decodeKeyPart(text: string, field: string): string {
  if (!text.includes('%') || !isPlain(text))
    return decodePart(text, field)
  const key = percentDecode(text)
  if (key !== null)
    return key
  const message = 'has a % without two hexadecimal digits'
  throw new LarderError('bad-encoding', `${field}: ${message}`, { errors: [{ field, message }] })
}

function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code <= 0x20 || code >= 0x7F)
      return false
  }
  return true
}

/**
 * Reads a query in the encoding of forms (`+` is a space). A repeated name is refused, because
 * Larder would have to guess which value counts. Throws LarderError `bad-encoding` or
 * `invalid-input` with the parameter's name.
 *
 * @param keys names of parameters that contain keys or parts of keys, and so any bytes
 */
export function readQuery(query: string, keys: readonly string[] = []): Map<string, string> {
  const parameters = new Map<string, string>()
  if (query === '')
    return parameters
  for (const pair of query.split('&')) {
    if (pair === '')
      continue
    const equals = pair.indexOf('=')
    const rawName = equals < 0 ? pair : pair.slice(0, equals)
    const name = decodePart(rawName.replaceAll('+', '%20'), rawName.slice(0, 64))
    const decode = keys.includes(name) ? decodeKeyPart : decodePart
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1).replaceAll('+', '%20'), name)
    if (parameters.has(name))
      throw invalidField(name, 'is given twice')
    parameters.set(name, value)
  }
  return parameters
}

/** Throws `invalid-input` for the first parameter that the operation does not know. */
export function refuseUnknown(parameters: Map<string, string>, known: Readonly<Record<string, unknown>>): void {
  for (const name of parameters.keys()) {
    if (!Object.hasOwn(known, name))
      throw invalidField(name, 'unknown parameter')
  }
}

/**
 * `?soft`, `?soft=1` and `?soft=true` mean yes; `0` and `false` mean no. Throws `invalid-input` for
 * anything else.
 */
export function readFlag(query: Map<string, string>, name: string): boolean {
  const value = query.get(name)
  if (value === undefined || value === '0' || value === 'false')
    return false
  if (value === '' || value === '1' || value === 'true')
    return true
  throw invalidField(name, 'must be true or false')
}
