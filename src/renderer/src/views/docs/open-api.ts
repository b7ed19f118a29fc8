/**
 * The part of OpenAPI 3.1 that this screen reads. The document comes from our own server, which has
 * the same version as this page, so it is not validated again.
 */
export interface ShownDocument {
  info: { title: string, version: string, description?: string }
  tags: { name: string, description?: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

export interface Operation {
  'operationId': string
  'summary': string
  'tags': string[]
  'parameters'?: Parameter[]
  'requestBody'?: { description?: string, required?: boolean, content: Record<string, Media> }
  'responses': Record<string, Answer>
  'x-larder-scope': string
}

interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  description?: string
  schema: Schema
}
export interface Media { schema?: Schema, example?: unknown, examples?: Record<string, unknown> }
interface Answer { description: string, content?: Record<string, Media> }

/** The part of JSON Schema 2020-12 that is shown. */
interface Schema {
  $ref?: string
  type?: string | string[]
  description?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  default?: unknown
  examples?: unknown[]
}

/** An operation with its method and path from the document. */
export interface DocumentedOperation {
  id: string
  method: string
  path: string
  operation: Operation
  /** HEAD answers the same without a body, so it has no row of its own. */
  head: boolean
  /** Lower case, for the search. */
  text: string
}
/** The media types among which Accept can choose; empty if there is only one. */
export function answerTypes({ responses }: Operation): string[] {
  const types = Object.keys(responses['200']?.content ?? {})
  return types.length > 1 ? types.filter(type => type !== '*/*') : []
}

/** The operations of one tag. */
export interface OperationGroup { name: string, description: string, entries: DocumentedOperation[] }

/** Groups the operations by tag, in the order of the document; HEAD is one with its GET. */
export function groupOperations({ tags, paths }: Pick<ShownDocument, 'tags' | 'paths'>): OperationGroup[] {
  const entries = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).filter(([verb]) => verb !== 'head' || !item.get).map(([verb, operation]) =>
      documented(path, verb, operation, verb === 'get' && item.head !== undefined)))
  return tags.map(({ name, description = '' }) =>
    ({ name, description, entries: entries.filter(entry => entry.operation.tags.includes(name)) }))
}

function documented(path: string, verb: string, operation: Operation, head: boolean): DocumentedOperation {
  const method = verb.toUpperCase()
  const parameters = (operation.parameters ?? []).map(p => p.name)
  const words = [method, ...head ? ['HEAD'] : [], path, operation.operationId, operation.summary, ...parameters]
  return { id: operation.operationId, method, path, operation, head, text: words.join(' ').toLowerCase() }
}

/** Keeps only operations that contain every word of the search; omits empty groups. */
export function searchOperations(groups: readonly OperationGroup[], search: string): OperationGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(word => word !== '')
  return groups
    .map(group =>
      ({ ...group, entries: group.entries.filter(entry => words.every(word => entry.text.includes(word))) }))
    .filter(group => group.entries.length > 0)
}

export interface Field { name: string, type: string, required: boolean, description: string }
export type Schemas = ShownDocument['components']['schemas']

/** Returns the fields of an object, or of the objects in a list; empty for anything else. */
export function fieldsOf(schema: Schema | undefined, schemas: Schemas): Field[] {
  const target = resolve(schema?.type === 'array' ? schema.items : schema, schemas)
  return Object.entries(target?.properties ?? {}).map(([name, property]) => ({
    name,
    type: typeOf(property, schemas),
    required: target?.required?.includes(name) ?? false,
    description: resolve(property, schemas)?.description ?? '',
  }))
}

/** Describes a schema in a few words: `text`, `number or null`, `list of Cache`, `"a" or "b"`. */
export function typeOf(schema: Schema | undefined, schemas: Schemas): string {
  if (!schema)
    return 'any'
  const reference = schema.$ref?.split('/').at(-1)
  if (reference !== undefined) {
    const target = schemas[reference]
    return target?.properties || !target ? reference : typeOf(target, schemas)
  }
  if (schema.enum)
    return schema.enum.map(value => JSON.stringify(value)).join(' or ')
  if (schema.const !== undefined)
    return JSON.stringify(schema.const)
  const alternatives = schema.anyOf ?? schema.oneOf
  if (alternatives)
    return [...new Set(alternatives.map(alternative => typeOf(alternative, schemas)))].join(' or ')
  if (schema.type === 'array')
    return `list of ${typeOf(schema.items, schemas)}`
  const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? 'any']
  return types.map(type => type === 'string' ? 'text' : type).join(' or ')
}

function resolve(schema: Schema | undefined, schemas: Schemas): Schema | undefined {
  const name = schema?.$ref?.split('/').at(-1)
  return name === undefined
    ? schema
    : { ...schemas[name], ...(schema?.description !== undefined && { description: schema.description }) }
}

/**
 * Returns a value of a schema to start from: its example or default if it has one. Omits optional
 * fields.
 */
export function exampleOf(schema: Schema | undefined, schemas: Schemas): unknown {
  const target = resolve(schema, schemas)
  if (!target)
    return ''
  if (target.examples?.length)
    return target.examples[0]
  if (target.default !== undefined || target.const !== undefined)
    return target.default ?? target.const
  if (target.enum?.length)
    return target.enum[0]
  const alternative = target.anyOf?.[0] ?? target.oneOf?.[0]
  if (alternative)
    return exampleOf(alternative, schemas)
  if (target.properties) {
    return Object.fromEntries(Object.entries(target.properties)
      .filter(([name]) => target.required?.includes(name))
      .map(([name, property]) => [name, exampleOf(property, schemas)]))
  }
  const type = Array.isArray(target.type) ? target.type[0] : target.type
  return { string: 'text', number: 1, integer: 1, boolean: true, array: [], object: {}, null: null }[type ?? 'string']
    ?? ''
}
