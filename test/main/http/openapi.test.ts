import type { DataOperationSpec } from '../../../src/shared/data-operations'
import type { OperationSpec } from '../../../src/shared/operations'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createDescriptions, createOpenApi } from '../../../src/main/http/openapi/document'
import { toYaml } from '../../../src/main/http/openapi/yaml'
import { dataOperations } from '../../../src/shared/data-operations'
import { errorRegistry, LarderError } from '../../../src/shared/errors'
import { operations } from '../../../src/shared/operations'

type Json = Record<string, unknown>
interface Found { path: string, method: string, operation: Json }

const description = createOpenApi({ version: '1.2.3', url: 'http://localhost:7777' })
// The document as a client receives it: the text, parsed.
const document = JSON.parse(JSON.stringify(description)) as Json
const found = operationsOf(document)
const dataRows = Object.entries<DataOperationSpec>(dataOperations)
const controlRows = Object.entries<OperationSpec>(operations)

describe('the tables', () => {
  it('describes every row of both, with its methods, and nothing else', () => {
    const wanted = [
      ...dataRows.flatMap(([, row]) => row.methods.map(method => `${method} ${row.path.replace('+', '')}`)),
      ...controlRows.map(([, row]) => `${row.method} ${row.path}`),
    ]
    expect(found.map(({ path, method }) => `${method.toUpperCase()} ${path}`).sort()).toEqual(wanted.sort())
    const names = found.map(({ operation }) => operation.operationId as string)
    expect(new Set(names).size).toBe(names.length)
    for (const [name] of [...dataRows, ...controlRows])
      expect(names.filter(id => id === name), name).toHaveLength(1)
  })

  it.each([...dataRows, ...controlRows])('%s: scope, successes and every error with its status', (name, row) => {
    const { operation } = at(name)
    expect(operation['x-larder-scope']).toBe(row.scope)
    expect(operation['x-larder-mutates']).toBe(row.mutates)
    expect(operation.security).toEqual(row.scope === 'open' ? [] : undefined)
    const responses = operation.responses as Json
    for (const status of 'answers' in row ? Object.keys(row.answers) : [String(row.status)])
      expect(responses, `status ${status}`).toHaveProperty(status)
    for (const code of row.errors)
      expect(Object.keys(examplesOf(responses[errorRegistry[code].status])), code).toContain(code)
  })

  // Red: without `sourceErrors` in errorsOf (openapi/data-paths.ts).
  it.each(dataRows.filter(([, row]) => asksSource(row)))('%s: what a source may answer', (name, row) => {
    const { responses } = at(name).operation
    const codes = Object.values(responses as Json).flatMap(response => Object.keys(examplesOf(response)))
    expect(codes).toEqual(expect.arrayContaining(row.mutates
      ? ['not-here', 'source-failed', 'source-resting', 'source-timeout']
      : ['not-held', 'source-failed', 'source-resting', 'source-timeout']))
    expect(Object.keys(responses as Json)).toEqual(expect.arrayContaining(['502', '503', '504']))
  })

  it('says that an atomic batch is refused where there is a source', () => {
    expect(at('entries.batch').operation.responses).toHaveProperty('501')
  })

  it('says for every error code what a real answer says', () => {
    for (const code of Object.keys(errorRegistry) as (keyof typeof errorRegistry)[]) {
      const example = (resolve(`#/components/examples/${code}`) as Json).value as Json
      expect(example).toEqual({
        ...new LarderError(code, example.detail as string).toProblem(),
        ...('errors' in example && { errors: example.errors }),
      })
      expect(violations(resolve('#/components/schemas/Problem') as Json, example), code).toEqual([])
    }
  })

  // Red: drop 'overloaded' from errorsOf in data-paths.ts, or add a code to errors.ts. What each
  // operation answers in tests, `requireDocumented` of test/helpers compares with the document.
  it('says of every error code which operations answer it, unless it belongs to none', () => {
    const ofNone = ['not-found', 'method-not-allowed']
    const codesOf = ({ operation }: Found): string[] =>
      Object.values(operation.responses as Json).flatMap(response => Object.keys(examplesOf(response)))
    const answered = new Set(found.flatMap(codesOf))
    expect(Object.keys(errorRegistry).filter(code => !answered.has(code))).toEqual(ofNone)
    const carrying = found.filter(({ operation: { requestBody, responses } }) => requestBody !== undefined
      || Object.values(responses as Json).some(answer => Object.keys(contentOf(answer)).includes('*/*')))
    expect(carrying.length).toBeGreaterThan(10)
    expect(carrying.filter(each => !codesOf(each).includes('overloaded')).map(({ path }) => path)).toEqual([])
  })

  it('puts the input\'s fields where they travel', () => {
    expect(parametersOf('caches.update')).toEqual(['path name'])
    expect(Object.keys(bodySchema('caches.update').properties as Json)).not.toContain('name')
    expect(bodySchema('caches.create').$ref).toBe('#/components/schemas/CacheCreate')
    expect(parametersOf('requests.list')).toEqual(['query after', 'query before', 'query limit', 'query filter'])
    expect(at('jobs.cancel').operation.requestBody).toBeUndefined()
    expect((resolve('#/components/schemas/CacheCreate') as Json).required).toEqual(['name', 'ttl'])
    expect(at('caches.delete').operation.responses).toHaveProperty('204', { description: 'No Content' })
  })

  it('says that an entry key takes the rest of the path', () => {
    const parameters = at('entries.get').operation.parameters as Json[]
    expect(parameters.find(p => p.name === 'key')).toMatchObject({
      'in': 'path',
      'required': true,
      'x-larder-rest': true,
    })
    expect(parameters.find(p => p.name === 'cache')).not.toHaveProperty('x-larder-rest')
  })

  it('answers in each face\'s own error body', () => {
    const classic = examplesOf((at('classic.set').operation.responses as Json)['400'])
    expect(values(classic)).toContainEqual(expect.objectContaining({
      error: '400 Bad Request',
      message: 'Key already exists.',
      status: 400,
    }))
    expect(values(classic)).toContainEqual(expect.objectContaining({ message: 'Missing Api-Key header.' }))
    for (const { operation } of found.filter(({ operation }) => (operation.tags as string[]).includes('Classic API'))) {
      for (const response of Object.values(operation.responses as Json)) {
        for (const example of values(examplesOf(response)))
          expect(violations(resolve('#/components/schemas/ClassicError') as Json, example)).toEqual([])
      }
    }
    expect(values(examplesOf((at('plain.get').operation.responses as Json)['404']))).toContain('given key not found\n')
    expect(Object.keys(contentOf((at('plain.get').operation.responses as Json)['404']))).toEqual(['text/plain'])
    expect(Object.keys(contentOf(
      (at('entries.get').operation.responses as Json)['503'],
    ))).toEqual(['application/problem+json'])
  })

  it('says which header fields describe an entry', () => {
    const headersOf = (id: string, status: number) =>
      Object.keys(followed((at(id).operation.responses as Json)[status]).headers ?? {})
    const before = ['ETag', 'Age', 'Larder-TTL']
    for (const id of ['entries.get', 'entries.get.head', 'plain.get'])
      expect(headersOf(id, 200), id).toEqual([...before, 'Larder-Kind', 'Larder-Tags', 'Cache-Status'])
    expect([
      headersOf('entries.put', 201),
      headersOf('plain.put', 201),
      headersOf('entries.patch', 204),
    ]).toEqual([['ETag'], ['ETag'], ['ETag']])
    expect([
      headersOf('entries.delete', 204),
      headersOf('entries.list', 200),
      headersOf('classic.get', 200),
    ]).toEqual([[], [], []])
    expect([
      headersOf('entries.get', 503),
      headersOf('session.create', 429),
    ]).toEqual([['Retry-After'], ['Retry-After']])
  })

  it('gives body examples that its own schemas accept', () => {
    const examples = found
      .flatMap(({ operation }) => values(contentOf(operation.requestBody)) as Json[])
      .filter(media => 'example' in media)
    expect(examples.length).toBeGreaterThan(1)
    for (const { schema, example } of examples)
      expect(violations(schema as Json, example)).toEqual([])
  })
})

describe('the document', () => {
  it('obeys the rules of OpenAPI 3.1', () => {
    expect(breaches(document)).toEqual([])
  })

  it.each<[string, (broken: Json) => void]>([
    [
      'a dangling reference',
      (broken) => { operationIn(broken, '/readyz').responses = { 200: { $ref: '#/components/responses/nowhere' } } },
    ],
    [
      'a path parameter that nobody declares',
      (broken) => { operationIn(broken, '/admin/caches/{name}').parameters = [] },
    ],
    [
      'a parameter that the path does not have',
      (
        broken,
      ) => { operationIn(broken, '/readyz').parameters = [{ name: 'x', in: 'path', required: true, schema: {} }] },
    ],
    [
      'an optional path parameter',
      (
        broken,
      ) => {
        operationIn(broken, '/admin/caches/{name}').parameters = [{
          name: 'name',
          in: 'path',
          required: false,
          schema: {},
        }]
      },
    ],
    ['an answer without description', (broken) => { operationIn(broken, '/readyz').responses = { 200: {} } }],
    [
      'an answer that is no status',
      (broken) => { operationIn(broken, '/readyz').responses = { ok: { description: '' } } },
    ],
    ['an operation id twice', (broken) => { operationIn(broken, '/readyz').operationId = 'health.live' }],
    ['an unknown tag', (broken) => { operationIn(broken, '/readyz').tags = ['Nowhere'] }],
    ['an unknown security scheme', (broken) => { operationIn(broken, '/readyz').security = [{ cookie: [] }] }],
    [
      'a schema of an unknown type',
      (broken) => { ((broken.components as Json).schemas as Json).Cache = { type: 'dictionary' } },
    ],
    [
      'a schema that requires what it does not have',
      (
        broken,
      ) => {
        ((broken.components as Json).schemas as Json).Cache = {
          type: 'object',
          required: ['a'],
          properties: {},
        }
      },
    ],
  ])('would not pass with %s', (_, breakIt) => {
    const broken = structuredClone(document)
    breakIt(broken)
    expect(breaches(broken)).not.toEqual([])
  })

  it('says who and where it is', () => {
    expect(document).toMatchObject({ openapi: '3.1.1', info: { title: 'Larder', version: '1.2.3' }, servers: [{ url: 'http://localhost:7777' }] })
  })

  it('has no undefined, no function and no __proto__', () => {
    expect(description).toStrictEqual(document)
    expect(JSON.stringify(document)).not.toContain('__proto__')
  })

  it('has no component that nothing refers to', () => {
    const references = new Set(nodes(document).map(node => node.$ref))
    const unused = Object.entries(document.components as Record<string, Json>)
      .filter(([group]) => group === 'schemas' || group === 'headers')
      .flatMap(([group, members]) => Object.keys(members).map(name => `#/components/${group}/${name}`))
      .filter(reference => !references.has(reference))
    expect(unused).toEqual([])
  })

  it('is the same as YAML, also to a reader of YAML 1.1', () => {
    const text = toYaml(description)
    expect(parse(text)).toEqual(document)
    expect(parse(text, { version: '1.1' })).toEqual(document)
    expect(text).not.toMatch(/[&*]a\d/)
  })

  it('is computed once, when it is first asked for', async () => {
    let asked = 0
    const descriptions = createDescriptions(() => ({ version: '0', url: `http://localhost:${++asked}` }))
    expect(asked).toBe(0)
    expect(parse(await descriptions.yaml())).toEqual(JSON.parse(descriptions.json()))
    expect(descriptions.json()).toBe(descriptions.json())
    expect(asked).toBe(1)
  })
})

/** Whether a row reads or writes one entry, which a source may have. */
function asksSource({ path, query, body }: DataOperationSpec): boolean {
  return path.includes('{key+}') || query?.key !== undefined || (body !== undefined && path.endsWith('set-cache'))
}

// ---- Reading the document
// -------------------------------------------------------------------------------

function operationsOf(root: Json): Found[] {
  return Object.entries(root.paths as Record<string, Json>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation: operation as Json })))
}

function at(id: string): Found {
  const match = found.find(({ operation }) => operation.operationId === id)
  if (!match)
    throw new Error(`${id} is not described`)
  return match
}

function operationIn(root: Json, path: string): Json {
  const match = operationsOf(root).find(operation => operation.path === path)
  if (!match)
    throw new Error(`${path} is not described`)
  return match.operation
}

function resolve(reference: string, root: Json = document): unknown {
  return reference.slice(2).split('/').reduce<unknown>((node, name) =>
    typeof node === 'object' && node !== null && Object.hasOwn(node, name) ? (node as Json)[name] : undefined, root)
}

function followed(node: unknown, root: Json = document): Json {
  const json = (node ?? {}) as Json
  return typeof json.$ref === 'string' ? resolve(json.$ref, root) as Json : json
}

function contentOf(node: unknown): Record<string, Json> {
  return (followed(node).content ?? {}) as Record<string, Json>
}

function examplesOf(response: unknown): Json {
  return Object.assign({}, ...Object.values(contentOf(response)).map(media => media.examples ?? {})) as Json
}

function values(examples: Json): unknown[] {
  return Object.values(examples).map(example => 'value' in followed(example) ? followed(example).value : example)
}

function parametersOf(id: string): string[] {
  return (at(id).operation.parameters as Json[]).map(parameter => `${parameter.in} ${parameter.name}`)
}

function bodySchema(id: string): Json {
  return contentOf(at(id).operation.requestBody)['application/json']?.schema as Json
}

function nodes(node: unknown): Json[] {
  if (typeof node !== 'object' || node === null)
    return []
  return [...(Array.isArray(node) ? [] : [node as Json]), ...Object.values(node).flatMap(nodes)]
}

// ---- The rules of OpenAPI 3.1 that tools rely on
// --------------------------------------------------------

function breaches(root: Json): string[] {
  const all = operationsOf(root)
  const ids = all.map(({ operation }) => operation.operationId)
  return [
    ...nodes(root)
      .filter(node => typeof node.$ref === 'string' && resolve(node.$ref, root) === undefined)
      .map(node => `${node.$ref} leads nowhere`),
    ...ids.filter((id, i) => ids.indexOf(id) !== i).map(id => `operationId ${id} twice`),
    ...all.flatMap(found => operationBreaches(found, root).map(text => `${found.method} ${found.path}: ${text}`)),
    ...Object.entries((root.components as Json).schemas as Record<string, Json>)
      .flatMap(([name, schema]) => schemaBreaches(schema).map(text => `${name}: ${text}`)),
    ...Object.values(root.components as Record<string, Json>)
      .flatMap(Object.keys)
      .filter(name => !/^[\w.-]+$/.test(name))
      .map(name => `${name} is no component name`),
  ]
}

function operationBreaches({ path, operation }: Found, root: Json): string[] {
  const text: string[] = []
  const parameters = (operation.parameters ?? []) as Json[]
  const inPath = parameters.filter(p => p.in === 'path')
  const template = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name)
  if (inPath.map(p => p.name).sort().join() !== template.sort().join())
    text.push('path parameters differ from the template')
  if (inPath.some(p => p.required !== true))
    text.push('a path parameter is not required')
  if (new Set(parameters.map(p => `${p.in} ${p.name}`)).size !== parameters.length)
    text.push('a parameter twice')
  if (parameters.some(p => !p.schema || !['path', 'query', 'header'].includes(p.in as string)))
    text.push('a parameter without place or schema')
  if (parameters.some(p => p.in === 'header' && /^(?:accept|content-type|authorization)$/i.test(p.name as string)))
    text.push('a header parameter that OpenAPI ignores')
  const tags = (root.tags as Json[]).map(tag => tag.name)
  if (!(operation.tags as string[]).every(tag => tags.includes(tag)))
    text.push('an unknown tag')
  const schemes = Object.keys((root.components as Json).securitySchemes as Json)
  if ((operation.security as Json[] | undefined)?.some(requirement =>
    Object.keys(requirement).some(name => !schemes.includes(name)))) {
    text.push('an unknown security scheme')
  }
  const responses = Object.entries(operation.responses as Json)
  if (responses.length === 0
    || responses.some(([status, response]) =>
      !/^[1-5]\d\d$/.test(status) || typeof followed(response, root)?.description !== 'string')) {
    text.push('a response without status or description')
  }
  const media = [
    operation.requestBody,
    ...Object.values(operation.responses as Json),
  ].flatMap(node => Object.entries((followed(node, root)?.content ?? {}) as Record<string, Json>))
  if (media.some(([type, content]) =>
    !/^[\w*.+-]+\/[\w*.+-]+/.test(type) || ('example' in content && 'examples' in content))) {
    text.push('a media type that is none, or with example and examples')
  }
  return [
    ...text,
    ...[
      ...parameters,
      ...media.map(([, content]) => content),
    ].flatMap(node => node.schema ? schemaBreaches(node.schema as Json) : []),
  ]
}

const types = new Set(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'])

function schemaBreaches(schema: Json): string[] {
  const text: string[] = []
  const { type, required, properties, pattern } = schema
  if (type !== undefined && ![type].flat().every(name => types.has(name as string)))
    text.push(`unknown type ${type}`)
  if (Array.isArray(required) && required.some(name => !Object.hasOwn((properties ?? {}) as Json, name as string)))
    text.push(`requires what it does not have: ${required}`)
  if (typeof pattern === 'string')
    void new RegExp(pattern, 'u')
  if ('nullable' in schema || '$schema' in schema || '$defs' in schema || '$id' in schema)
    text.push('a keyword that does not belong here')
  const inner = [
    ...Object.values((properties ?? {}) as Json),
    ...['items', 'additionalProperties', 'propertyNames'].map(name => schema[name]),
    ...['anyOf', 'oneOf', 'allOf'].flatMap(name => schema[name] ?? []),
  ]
  return [
    ...text,
    ...inner.filter(node => typeof node === 'object' && node !== null).flatMap(node => schemaBreaches(node as Json)),
  ]
}

/** Returns the parts of `value` that violate the schema; knows the keywords that examples need. */
function violations(schema: Json, value: unknown): string[] {
  if (typeof schema.$ref === 'string')
    return violations(resolve(schema.$ref) as Json, value)
  const options = (schema.anyOf ?? schema.oneOf) as Json[] | undefined
  if (options)
    return options.some(option => violations(option, value).length === 0) ? [] : ['no alternative fits']
  const text: string[] = []
  if (schema.type !== undefined && ![schema.type].flat().some(type => isA(type as string, value)))
    text.push(`${JSON.stringify(value)} is no ${schema.type}`)
  if (schema.enum && !(schema.enum as unknown[]).includes(value))
    text.push(`${value} is not in the enumeration`)
  if ('const' in schema && schema.const !== value)
    text.push(`${value} is not ${schema.const}`)
  if (Array.isArray(value))
    return [...text, ...value.flatMap(item => violations((schema.items ?? {}) as Json, item))]
  if (typeof value !== 'object' || value === null)
    return text
  const properties = (schema.properties ?? {}) as Record<string, Json>
  text.push(...((schema.required ?? []) as string[])
    .filter(name => !Object.hasOwn(value, name))
    .map(name => `${name} is missing`))
  for (const [name, inner] of Object.entries(value)) {
    const property = properties[name]
    if (property)
      text.push(...violations(property, inner))
    else if (schema.additionalProperties !== true)
      text.push(`${name} is not described`)
  }
  return text
}

function isA(type: string, value: unknown): boolean {
  const actual = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  return actual === type || (type === 'integer' && Number.isInteger(value))
}
