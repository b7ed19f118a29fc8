import type { RawRequest } from '../../api/raw-request'
import type { DocumentedOperation, Media, Schemas } from './open-api'
import { encodeSegment } from '@shared/request-of'
import { exampleOf } from './open-api'

/** What a person filled in: parameter name → text, and the body. */
interface Draft { values: Readonly<Record<string, string>>, body: string }

/**
 * The request of an operation as it was filled in. Throws LarderError `invalid-input` for what
 * cannot be put into a path.
 */
export function composeRequest(
  { method, path, operation }: DocumentedOperation,
  { values, body }: Draft,
  key: string | null,
): RawRequest {
  const parameters = operation.parameters ?? []
  const filled = (place: string): [string, string][] => parameters
    .filter(parameter => parameter.in === place)
    .map((parameter): [string, string] => [parameter.name, values[parameter.name] ?? ''])
    .filter(([, value]) => value !== '')
  const query = filled('query')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')
  const inPath = new Map(filled('path'))
  const target = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeSegment(name, inPath.get(name) ?? '')) + (query
    && `?${query}`)
  const media = mediaOf(operation)?.[0]
  const sendsBody = media !== undefined && body !== ''
  const type: [string, string][] = sendsBody
    ? [['Content-Type', media === '*/*' ? 'text/plain; charset=utf-8' : media]]
    : []
  return { method, target, headers: [...type, ...filled('header')], body: sendsBody ? body : undefined, key }
}

/** The media type that a request body is written in here. */
export function mediaOf(operation: DocumentedOperation['operation']): [name: string, media: Media] | undefined {
  return Object.entries(operation.requestBody?.content ?? {})[0]
}

/** A draft that works as it stands, as far as the description knows. */
export function startDraft({ operation }: DocumentedOperation, schemas: Schemas): Draft {
  const examples: Record<string, string> = { cache: 'default', key: 'greeting', name: 'default', op: 'increment' }
  const needed = (operation.parameters ?? []).filter(parameter => parameter.required)
  const values = Object.fromEntries(needed.map(({ name }) => [name, examples[name] ?? '']))
  const [type, media] = mediaOf(operation) ?? []
  if (!media)
    return { values, body: '' }
  if (type === '*/*')
    return { values, body: 'hello' }
  return { values, body: JSON.stringify(media.example ?? exampleOf(media.schema, schemas), null, 2) }
}
