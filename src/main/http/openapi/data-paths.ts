import type { DataOperationName, DataOperationSpec } from '@shared/data-operations'
import type { ErrorCode } from '@shared/errors'
import type { DataDetails } from './data-details'
import type { SchemaBook } from './schema-book'
import type { Header, JsonSchema, MediaType, OperationObject, Parameter, Reference, ResponseObject } from './types'
import { dataOperations } from '@shared/data-operations'
import { eventTopics } from '@shared/events'
import { formatNames, formats } from '@shared/formats'
import { sourceErrors } from '@shared/source-errors'
import { z } from 'zod'
import { dataDetails, parameterSchemas } from './data-details'
import { classicAnswers, problemAnswers, textAnswers } from './error-answers'
import { guardErrors } from './guard-errors'

type DataMethod = DataOperationSpec['methods'][number]

const tags: Record<(typeof dataOperations)[DataOperationName]['face'], string> = {
  classic: 'Classic API',
  plain: 'Text key-value',
  native: 'Entries',
  events: 'Events',
}

/** Headers of an answer that contains an entry. */
export const entryHeaders: Record<string, Header> = {
  'ETag': { description: 'Version of the entry.', schema: { type: 'string' } },
  'Age': { description: 'Seconds since the entry was stored.', schema: { type: 'integer' } },
  'Larder-TTL': {
    description: 'Seconds of freshness left, negative when stale, or `none`.',
    schema: { type: 'string' },
  },
  'Larder-Kind': {
    description: 'The kind of an entry that is not bytes: hash, set or zset, stored over the Redis protocol.',
    schema: { type: 'string' },
  },
  'Larder-Tags': { description: 'Tags of the entry, comma separated.', schema: { type: 'string' } },
  'Cache-Status': { description: 'Hit or miss, and why (RFC 9211).', schema: { type: 'string' } },
}

/** Describes one method of a row of the data plane's table. */
export function describeData(
  name: DataOperationName,
  method: DataMethod,
  spec: DataOperationSpec,
  book: SchemaBook,
): OperationObject {
  const details = dataDetails[name] ?? {}
  const parameters = parametersOf(spec, book)
  const requestBody = bodyOf(spec, details, book)
  const usual = method === spec.methods[0]

  return {
    'operationId': usual ? name : `${name}.${method.toLowerCase()}`,
    'summary': method === 'HEAD' ? `${spec.summary} The header fields alone.` : spec.summary,
    'tags': [tags[dataOperations[name].face]],
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    'responses': { ...successesOf(spec, method, details, book), ...failuresOf(spec, details) },
    'x-larder-scope': spec.scope,
    'x-larder-mutates': spec.mutates,
  }
}

function parametersOf(spec: DataOperationSpec, book: SchemaBook): Parameter[] {
  const inPath = [...spec.path.matchAll(/\{(\w+)(\+?)\}/g)].map(([, name = '', rest]): Parameter => ({
    name,
    in: 'path',
    required: true,
    schema: resolve(parameterSchemas[name], book),
    ...(rest === '+'
      && {
        'description': 'Takes the rest of the path, percent-decoded: it may contain slashes.',
        'x-larder-rest': true,
      }),
  }))
  const inQuery = Object.entries(spec.query ?? {}).map(([name, description]): Parameter => {
    const schema = resolve(parameterSchemas[name], book)
    return {
      name,
      in: 'query',
      required: spec.required?.includes(name) ?? false,
      description,
      ...(schema.type === 'boolean' && { allowEmptyValue: true }),
      schema,
    }
  })
  const inHeader = Object.entries(spec.requestHeaders ?? {}).map(([name, description]): Parameter =>
    ({ name, in: 'header', required: false, description, schema: { type: 'string' } }))
  return [...inPath, ...inQuery, ...inHeader]
}

function bodyOf({ body }: DataOperationSpec, details: DataDetails, book: SchemaBook): OperationObject['requestBody'] {
  if (!body)
    return undefined
  const media: MediaType = {
    ...(details.body && { schema: resolve(details.body, book) }),
    ...(details.bodyExample !== undefined && { example: details.bodyExample }),
  }
  return { description: body.description, required: body.media !== '*/*', content: { [body.media]: media } }
}

function successesOf(
  spec: DataOperationSpec,
  method: DataMethod,
  details: DataDetails,
  book: SchemaBook,
): Record<string, ResponseObject> {
  const concernsEntry = spec.path.endsWith('{key+}')
  const readsEntry = concernsEntry && (method === 'GET' || method === 'HEAD')
  const storesEntry = concernsEntry && (method === 'PUT' || method === 'PATCH')
  const headers = readsEntry ? Object.keys(entryHeaders) : storesEntry ? ['ETag'] : []
  return Object.fromEntries(Object.entries(spec.answers).map(([status, description]): [string, ResponseObject] => {
    const content = status === '200' && method !== 'HEAD' ? contentOf(spec, readsEntry, details, book) : undefined
    return [
      status,
      { description, ...(headers.length > 0 && { headers: headerReferences(headers) }), ...(content && { content }) },
    ]
  }))
}

const convertedTypes = Object.fromEntries(formatNames.map(name => [formats[name].type, {}]))

/** The body of an answer with status 200; undefined if it is empty. */
function contentOf(
  spec: DataOperationSpec,
  readsEntry: boolean,
  details: DataDetails,
  book: SchemaBook,
): ResponseObject['content'] {
  if (details.answer) {
    return {
      'application/json': {
        schema: details.answer instanceof z.ZodType ? book.answer(details.answer) : details.answer,
      },
    }
  }
  if (spec.face === 'events') {
    return {
      'text/event-stream': {
        'schema': { type: 'string' },
        'x-larder-events': Object.fromEntries(Object.entries(eventTopics)
          .map(([topic, schema]) => [topic, book.answer(schema)])),
      },
    }
  }
  if (readsEntry)
    return { '*/*': {}, ...spec.converts && convertedTypes }
  // Apart from these, only the counter has a body.
  return spec.query?.op === undefined
    ? undefined
    : { 'text/plain': { schema: { type: 'string', pattern: '^-?\\d+$' } } }
}

function failuresOf(spec: DataOperationSpec, details: DataDetails): OperationObject['responses'] {
  const codes = errorsOf(spec)
  if (spec.face === 'classic')
    return classicAnswers(spec.path, codes, details.refusals ?? [])
  return spec.face === 'plain' ? textAnswers(codes) : problemAnswers(codes)
}

function errorsOf(spec: DataOperationSpec): ErrorCode[] {
  const hasKey = spec.path.endsWith('{key+}') || spec.query?.key !== undefined || spec.body !== undefined
  // All but the classic face look for parameters, to refuse what they do not know.
  const hasParameters = spec.face !== 'classic' || spec.query !== undefined
  const movesBytes = spec.body !== undefined || !spec.mutates || spec.query?.op !== undefined
  return [
    ...guardErrors({ open: false, scoped: true, mutates: spec.mutates }),
    'invalid-input',
    ...(movesBytes ? ['overloaded'] as const : []),
    ...(hasParameters ? ['bad-encoding'] as const : []),
    ...(hasKey ? ['key-too-long'] as const : []),
    ...(spec.body ? ['too-large', 'unsupported-media-type'] as const : []),
    ...(spec.body?.media.endsWith('json') ? ['malformed-json'] as const : []),
    ...(spec.face === 'classic' && spec.body === undefined ? ['entry-not-found'] as const : []),
    ...(spec.face === 'classic' ? ['cache-not-found'] as const : []),
    ...(spec.source ? sourceErrors[spec.source] : []),
    ...spec.errors,
  ]
}

function resolve(schema: z.ZodType | JsonSchema | undefined, book: SchemaBook): JsonSchema {
  if (schema instanceof z.ZodType)
    return book.request(schema)
  return schema ?? { type: 'string' }
}

function headerReferences(names: readonly string[]): Record<string, Reference> {
  return Object.fromEntries(names.map(name => [name, { $ref: `#/components/headers/${name}` }]))
}
