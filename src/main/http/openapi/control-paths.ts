import type { ErrorCode } from '@shared/errors'
import type { OperationSpec } from '@shared/operations'
import type { SchemaBook } from './schema-book'
import type { JsonSchema, OperationObject, Parameter, ResponseObject } from './types'
import { STATUS_CODES } from 'node:http'
import { problemAnswers } from './error-answers'
import { guardErrors } from './guard-errors'

/** Describes a row of the operation table. */
export function describeControl(name: string, spec: OperationSpec, book: SchemaBook): OperationObject {
  const fields = book.requestFields(spec.input)
  const inPath = [...spec.path.matchAll(/\{(\w+)\}/g)].map(([, field = '']) => field)
  const inQuery = spec.method === 'GET' || spec.method === 'DELETE'
  const parameters = [
    ...inPath.map(field => parameterOf('path', field, fields)),
    ...(inQuery
      ? propertyNames(fields).filter(field => !inPath.includes(field)).map(field => parameterOf('query', field, fields))
      : []),
  ]
  const requestBody = inQuery ? undefined : bodyOf(spec, fields, inPath, book)

  return {
    'operationId': name,
    'summary': spec.summary,
    'tags': ['Control plane'],
    ...(spec.scope === 'open' && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    'responses': {
      [spec.status]: successOf(spec, book),
      ...problemAnswers(errorsOf(spec, inQuery)),
    },
    'x-larder-scope': spec.scope,
    'x-larder-mutates': spec.mutates,
  }
}

function parameterOf(place: 'path' | 'query', name: string, fields: JsonSchema): Parameter {
  const schema = propertiesOf(fields)[name]
  if (!schema)
    throw new Error(`The parameter ${name} is not a field of the input`)
  return { name, in: place, required: place === 'path' || requiredOf(fields).includes(name), schema }
}

/** The fields that are not in the path; undefined if there are none. */
function bodyOf(
  spec: OperationSpec,
  fields: JsonSchema,
  inPath: readonly string[],
  book: SchemaBook,
): OperationObject['requestBody'] {
  if (fields.type !== 'object')
    return { required: true, content: { 'application/json': { schema: book.request(spec.input) } } }
  const rest = Object.entries(propertiesOf(fields)).filter(([name]) => !inPath.includes(name))
  if (rest.length === 0)
    return undefined
  const required = requiredOf(fields).filter(name => !inPath.includes(name))
  const schema = inPath.length === 0
    ? book.request(spec.input)
    : { ...fields, properties: Object.fromEntries(rest), required }
  return { required: required.length > 0, content: { 'application/json': { schema } } }
}

function successOf(spec: OperationSpec, book: SchemaBook): ResponseObject {
  const description = STATUS_CODES[spec.status] ?? 'Success'
  return spec.status === 204
    ? { description }
    : { description, content: { [spec.media ?? 'application/json']: { schema: book.answer(spec.output) } } }
}

/** Every operation looks for parameters and bodies, to refuse what it does not know. */
function errorsOf(spec: OperationSpec, inQuery: boolean): ErrorCode[] {
  return [
    ...guardErrors({
      open: spec.scope === 'open',
      scoped: spec.scope !== 'open' && spec.scope !== 'any',
      mutates: spec.mutates,
    }),
    ...(spec.reach === 'server' ? ['admin-only'] as const : []),
    'bad-encoding',
    'invalid-input',
    ...(inQuery ? [] : ['malformed-json', 'too-large', 'unsupported-media-type'] as const),
    ...(!inQuery || spec.status !== 204 ? ['overloaded'] as const : []),
    ...spec.errors,
  ]
}

function propertiesOf(schema: JsonSchema): Record<string, JsonSchema> {
  return (schema.properties ?? {}) as Record<string, JsonSchema>
}

function propertyNames(schema: JsonSchema): string[] {
  return Object.keys(propertiesOf(schema))
}

function requiredOf(schema: JsonSchema): string[] {
  return (schema.required ?? []) as string[]
}
