import type { RawRequest } from '../../api/raw-request'
import type { DocumentedOperation, Media, Schemas } from './open-api'
import { encodeSegment } from '@shared/request-of'
import { answerTypes, exampleOf } from './open-api'

/** The values that a person filled in: text by parameter name, and the body. */
interface Draft { values: Readonly<Record<string, string>>, body: string }

/**
 * Composes the request of an operation from a draft. Throws LarderError `invalid-input` for values
 * that cannot be put into a path.
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
  const accept = answerTypes(operation).length > 0 ? values.Accept : ''
  const wanted: [string, string][] = accept ? [['Accept', accept]] : []
  const headers = [...type, ...wanted, ...filled('header')]
  return { method, target, headers, body: sendsBody ? body : undefined, key }
}

/** Returns the media type in which this screen writes the request body. */
export function mediaOf(operation: DocumentedOperation['operation']): [name: string, media: Media] | undefined {
  return Object.entries(operation.requestBody?.content ?? {})[0]
}

/** Returns a draft that works without changes, as far as the description allows. */
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
