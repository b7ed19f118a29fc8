import type { DataOperationName, DataOperationSpec } from '@shared/data-operations'
import type { OperationSpec } from '@shared/operations'
import type { Method, OpenApiDocument, OperationObject, PathItem } from './types'
import { dataOperations } from '@shared/data-operations'
import { operations } from '@shared/operations'
import { describeControl } from './control-paths'
import { describeData, entryHeaders } from './data-paths'
import { errorComponents } from './error-answers'
import { createSchemaBook } from './schema-book'

export interface OpenApiOptions {
  /** Larder's own version. */
  version: string
  /** Base URL of this server, without a slash at the end. */
  url: string
}

const tags = [
  { name: 'Entries', description: 'The native API: every property of an entry, in terms of HTTP.' },
  { name: 'Classic API', description: 'For clients of the classic JSON cache API; errors have their own body.' },
  { name: 'Text key-value', description: 'A text key-value store over the cache default; errors are a line of text.' },
  { name: 'Events', description: 'Changes as they happen.' },
  {
    name: 'Control plane',
    description: 'Caches, API keys, users, settings, statistics, health. Keeps working while caching is off.',
  },
]

/**
 * The OpenAPI 3.1 description of everything in the tables of operations, generated from their
 * schemas. Throws Error if the tables contradict each other (two rows for one method and path).
 */
export function createOpenApi({ version, url }: OpenApiOptions): OpenApiDocument {
  const book = createSchemaBook()
  const paths: Record<string, PathItem> = {}

  function add(path: string, method: Method, operation: OperationObject): void {
    // OpenAPI has no way to say "the rest of the path"; the parameter's description and
    // x-larder-rest do.
    const item = paths[path.replace('+}', '}')] ??= {}
    if (item[method])
      throw new Error(`Two operations answer ${method} ${path}`)
    item[method] = operation
  }

  for (const [name, spec] of Object.entries(dataOperations) as [DataOperationName, DataOperationSpec][]) {
    for (const method of spec.methods)
      add(spec.path, method.toLowerCase() as Method, describeData(name, method, spec, book))
  }
  for (const [name, spec] of Object.entries<OperationSpec>(operations))
    add(spec.path, spec.method.toLowerCase() as Method, describeControl(name, spec, book))

  return {
    openapi: '3.1.1',
    info: {
      title: 'Larder',
      version,
      summary: 'A local cache server that a developer can see into.',
      description: 'All times are in seconds unless a unit is written. Send an API key in `Api-Key` or as `Authorization: Bearer …`; `x-larder-scope` says which scope an operation needs. HEAD works wherever GET does.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url, description: 'This Larder' }],
    security: [{ apiKey: [] }, { bearer: [] }],
    tags,
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'Api-Key', description: 'An API key.' },
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key or the token of a session.' },
      },
      schemas: { ...book.components(), ...errorComponents.schemas },
      headers: { ...entryHeaders, ...errorComponents.headers },
      responses: errorComponents.responses,
      examples: errorComponents.examples,
    },
  }
}

interface Descriptions {
  json: () => string
  yaml: () => Promise<string>
}

/** The description in both forms, each computed on first use. */
export function createDescriptions(options: () => OpenApiOptions): Descriptions {
  const document = once(() => createOpenApi(options()))
  return {
    json: once(() => JSON.stringify(document())),
    yaml: once(async () => (await import('./yaml')).toYaml(document())),
  }
}

function once<T>(compute: () => T): () => T {
  let result: { value: T } | undefined
  return () => (result ??= { value: compute() }).value
}
