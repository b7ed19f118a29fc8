import type { OperationInput, OperationName, OperationSpec } from './operations'
import { isKey, percentEncode } from './entry-key'
import { invalidField } from './errors'
import { operations } from './operations'

/**
 * An operation as an HTTP request. The target is `path + query`; `body` is JSON text and requires
 * `Content-Type: application/json`.
 */
interface OperationRequest {
  method: OperationSpec['method']
  /** Percent-encoded. */
  path: string
  /** Empty, or starts with a question mark. */
  query: string
  body: string | undefined
}

/**
 * Distributes the input of an operation over path, query (GET, DELETE) or JSON body, according to
 * its row in the table. Does not check the input against its schema, which the server does. Leaves
 * out fields that are `undefined`.
 *
 * Throws LarderError `invalid-input` for a field that cannot be sent: missing or not text in the
 * path, an object in the query, a lone surrogate.
 */
export function requestOf<N extends OperationName>(name: N, input: OperationInput<N>): OperationRequest {
  const { method, path: template }: OperationSpec = operations[name]
  const fields = new Map<string, unknown>(Object.entries(input).filter(([, value]) => value !== undefined))

  const path = template.replace(/\{(\w+)\}/g, (_, field: string) => {
    const value = fields.get(field)
    fields.delete(field)
    if (typeof value !== 'string')
      throw invalidField(field, value === undefined ? 'is missing' : 'must be text')
    return encodeSegment(field, value)
  })

  if (method === 'GET' || method === 'DELETE')
    return { method, path, query: encodeQuery(fields), body: undefined }
  return { method, path, query: '', body: fields.size === 0 ? undefined : JSON.stringify(Object.fromEntries(fields)) }
}

/**
 * Encodes one path segment. `.` and `..` are escaped too, so that no intermediary takes them for
 * navigation; WHATWG URL parsers, including the one of `fetch`, resolve even the escaped form.
 * Bytes of a key that are not text become `%FF`. Throws LarderError `invalid-input` for other lone
 * surrogates, and for empty text, which would turn the path of one thing into the path of all.
 */
export function encodeSegment(field: string, text: string): string {
  if (text === '')
    throw invalidField(field, 'must not be empty')
  if (!isKey(text))
    throw invalidField(field, 'must be well-formed Unicode')
  const encoded = percentEncode(text)
  return /^\.{1,2}$/.test(encoded) ? encoded.replaceAll('.', '%2E') : encoded
}

function encodeQuery(fields: ReadonlyMap<string, unknown>): string {
  const pairs = [...fields].map(([field, value]) => {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      throw invalidField(field, 'must be text, a number, true or false')
    const text = String(value)
    if (!text.isWellFormed() || !field.isWellFormed())
      throw invalidField(field, 'must be well-formed Unicode')
    return `${encodeURIComponent(field)}=${encodeURIComponent(text)}`
  })
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
