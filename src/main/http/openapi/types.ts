/**
 * The part of OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1) that Larder's description uses.
 */
export interface OpenApiDocument {
  openapi: '3.1.1'
  info: {
    title: string
    version: string
    summary: string
    description: string
    license: { name: string, identifier: string }
  }
  servers: { url: string, description: string }[]
  security: SecurityRequirement[]
  tags: { name: string, description: string }[]
  paths: Record<string, PathItem>
  components: {
    securitySchemes: Record<string, Record<string, string>>
    schemas: Record<string, JsonSchema>
    headers: Record<string, Header>
    responses: Record<string, ResponseObject>
    examples: Record<string, Example>
  }
}

export type Method = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete'
export type PathItem = Partial<Record<Method, OperationObject>>
type SecurityRequirement = Record<string, string[]>
/** JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
export type JsonSchema = Readonly<Record<string, unknown>>
export interface Reference { $ref: string }
export interface Example { summary?: string, value: unknown }
export interface Header { description: string, schema: JsonSchema }

export interface OperationObject {
  'operationId': string
  'summary': string
  'tags': string[]
  'security'?: SecurityRequirement[]
  'parameters'?: Parameter[]
  'requestBody'?: { description?: string, required: boolean, content: Record<string, MediaType> }
  'responses': Record<string, ResponseObject | Reference>
  /** `open`, `any`, `read`, `write` or `admin`. */
  'x-larder-scope': string
  /**
   * Whether it changes state, so that the cross-origin guard applies whatever the method.
   */
  'x-larder-mutates': boolean
}

export interface Parameter {
  'name': string
  'in': 'path' | 'query' | 'header'
  'required'?: boolean
  'description'?: string
  'allowEmptyValue'?: boolean
  'schema': JsonSchema
  /** The parameter takes the rest of the path, slashes included; OpenAPI cannot say that. */
  'x-larder-rest'?: true
}

export interface MediaType {
  'schema'?: JsonSchema
  'example'?: unknown
  'examples'?: Record<string, Example | Reference>
  /** Payload of each topic of the event stream. */
  'x-larder-events'?: Record<string, JsonSchema>
}

export interface ResponseObject {
  description: string
  headers?: Record<string, Reference>
  content?: Record<string, MediaType>
}
