import type { OperationSpec } from '@shared/operations'
import type { Exchange } from './exchange'
import { invalidField } from '@shared/errors'
import { limits } from '@shared/limits'
import { z } from 'zod'
import { readBody } from './body'
import { parseJsonObject } from './json-body'
import { decodePart, readQuery, refuseUnknown } from './request-target'

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
  refuseUnknown(readQuery(exchange.target.query), {})
  const body = await readBody(exchange, bodyLimit ?? (scope === 'open' ? limits.openBody : limits.adminBody))
  if (body.length === 0)
    return {}
  return parseJsonObject(body)
}

function fromQuery(exchange: Exchange, spec: OperationSpec): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  const query = readQuery(exchange.target.query)
  refuseUnknown(query, fieldsOf(spec))
  for (const [name, text] of query)
    define(input, name, typed(text, fieldsOf(spec)[name]?.type))
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

type FieldShapes = Readonly<Record<string, { type?: unknown }>>
const knownFields = new WeakMap<OperationSpec, FieldShapes>()

function fieldsOf(spec: OperationSpec): FieldShapes {
  let fields = knownFields.get(spec)
  if (!fields) {
    fields = (z.toJSONSchema(spec.input, { io: 'input' }).properties ?? {}) as FieldShapes
    knownFields.set(spec, fields)
  }
  return fields
}
