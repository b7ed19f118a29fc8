import type { OperationSpec } from '@shared/operations'
import type { Exchange } from './exchange'
import { invalidField } from '@shared/errors'
import { limits } from '@shared/limits'
import { z } from 'zod'
import { readBody } from './body'
import { parseJson } from './json-body'
import { decodePart, readQuery } from './request-target'

/**
 * Assembles an operation's input from path, query (GET, DELETE) and JSON body (other methods). Does
 * not check it, because `invoke` does that by the schema. Throws LarderError `malformed-json`,
 * `bad-encoding`, `invalid-input`.
 */
export async function readOperationInput(exchange: Exchange, spec: OperationSpec): Promise<Record<string, unknown>> {
  const { route } = exchange
  const input: Record<string, unknown> = {}
  if (route.kind === 'control') {
    for (const [name, value] of Object.entries(route.params))
      define(input, name, decodePart(value, name))
  }
  const rest = spec.method === 'GET' || spec.method === 'DELETE'
    ? fromQuery(exchange, spec)
    : await fromBody(exchange, spec)
  for (const [name, value] of Object.entries(rest)) {
    if (Object.hasOwn(input, name))
      throw invalidField(name, 'is given by the path')
    define(input, name, value)
  }
  return input
}

/**
 * Defines a member even if it is named `__proto__`, so that the schema can refuse it. Assignment
 * would call the setter instead.
 */
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}

async function fromBody(exchange: Exchange, { scope, bodyLimit }: OperationSpec): Promise<object> {
  const body = await readBody(exchange, bodyLimit ?? (scope === 'open' ? limits.openBody : limits.adminBody))
  if (body.length === 0)
    return {}
  const value = parseJson(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidField('body', 'must be a JSON object')
  return value
}

function fromQuery(exchange: Exchange, spec: OperationSpec): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  for (const [name, text] of readQuery(exchange.target.query))
    define(input, name, typed(text, fieldType(spec, name)))
  return input
}

/**
 * Query parameters are text. If the schema wants a number or a boolean, text that is one is
 * converted.
 */
function typed(text: string, type: unknown): unknown {
  if ((type === 'integer' || type === 'number') && /^-?\d+(?:\.\d+)?$/.test(text))
    return Number(text)
  if (type === 'boolean' && (text === 'true' || text === 'false'))
    return text === 'true'
  return text
}

const fieldTypes = new WeakMap<OperationSpec, Record<string, { type?: unknown }>>()

function fieldType(spec: OperationSpec, name: string): unknown {
  let properties = fieldTypes.get(spec)
  if (!properties) {
    properties = (z.toJSONSchema(spec.input, { io: 'input' }).properties ?? {}) as Record<string, { type?: unknown }>
    fieldTypes.set(spec, properties)
  }
  return Object.hasOwn(properties, name) ? properties[name]?.type : undefined
}
