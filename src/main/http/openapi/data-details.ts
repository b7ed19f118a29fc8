import type { DataOperationName } from '@shared/data-operations'
import type { z } from 'zod'
import type { JsonSchema } from './types'
import { Batch, BatchAnswer, entryOrders, EntryPage, entrySorts } from '@shared/entries'
import { CacheName, Invalidated } from '@shared/schemas'

/**
 * The shape of the JSON, which the data plane's table does not give: a zod schema, or JSON Schema
 * if there is none.
 */
export interface DataDetails {
  body?: z.ZodType | JsonSchema
  bodyExample?: unknown
  /** The JSON of an answer with status 200. */
  answer?: z.ZodType | JsonSchema
  /** Messages of the classic face for a wrong request, word for word. */
  refusals?: readonly string[]
}

const anyJson: JsonSchema = { description: 'Any JSON value.' }
const product = { cacheName: 'products', data: { id: '10001', name: 'Pear' } }
const classicStore: JsonSchema = {
  type: 'object',
  required: ['cacheName', 'data'],
  properties: {
    cacheName: { type: 'string', minLength: 1, description: 'Name of the cache.' },
    data: {
      type: 'object',
      required: ['id'],
      properties: { id: { type: ['string', 'number'], description: 'The entry key.' } },
      additionalProperties: true,
    },
  },
}
const classicAll: JsonSchema = {
  type: 'array',
  items: { type: 'object', required: ['key', 'value'], properties: { key: { type: 'string' }, value: anyJson } },
}

export const dataDetails: Partial<Record<DataOperationName, DataDetails>> = {
  'classic.set': {
    body: classicStore,
    bodyExample: product,
    answer: classicStore,
    refusals: ['Key already exists.', 'Missing cache name.', 'Missing data.id.'],
  },
  'classic.get': {
    answer: {
      description: 'The value under `key`; without `key` all fresh entries, in insertion order.',
      anyOf: [classicAll, anyJson],
    },
    refusals: ['Missing cache param.'],
  },
  'classic.invalidate': {
    answer: { type: 'object', required: ['status'], properties: { status: { const: 204 } } },
    refusals: ['Missing cache param.', 'Enter a valid key name.'],
  },
  'entries.list': { answer: EntryPage },
  'entries.invalidate': { answer: Invalidated },
  'entries.batch': {
    body: Batch,
    bodyExample: {
      operations: [{ op: 'set', key: 'pear', value: { text: 'green' }, ttl: 60 }, { op: 'get', key: 'pear' }],
      atomic: true,
    },
    answer: BatchAnswer,
  },
}

const flag: JsonSchema = { type: 'boolean' }

/** Schemas of query and path parameters by name; a parameter that is not listed is text. */
export const parameterSchemas: Readonly<Record<string, z.ZodType | JsonSchema>> = {
  cache: CacheName,
  key: { type: 'string', minLength: 1 },
  op: { type: 'string', enum: ['increment', 'touch'] },
  by: { type: 'integer', default: 1 },
  sort: { type: 'string', enum: entrySorts, default: entrySorts[0] },
  order: { type: 'string', enum: entryOrders, default: entryOrders[0] },
  limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
  offset: { type: 'integer', minimum: 0, default: 0 },
  progress: flag,
  expired: flag,
  soft: flag,
  dryRun: flag,
}
