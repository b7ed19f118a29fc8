import type { Problem } from '../../src/shared/errors'
import type { Answer } from './http-client'
import { createOpenApi } from '../../src/main/http/openapi/document'
import { createRouteTable } from '../../src/main/http/route-table'

const routeOf = createRouteTable(new Set())
/** By operation, then by status: the codes of its errors. Made when it is first needed. */
let documented: Map<string, Map<number, Set<string>>> | undefined

/**
 * Throws if an answer of an operation is an error that the OpenAPI document does not tell of it.
 * The classic and the text face name no code, so that only their status is looked at.
 */
export function requireDocumented(method: string, path: string, { status, headers, text }: Answer): void {
  // RFC 9110 §10.1.1 and §15.5.9: what the machinery of HTTP answers belongs to no operation.
  if (status < 400 || status === 408 || status === 417)
    return
  const route = routeOf(method, path.split('?')[0] ?? '')
  if (route.kind !== 'data' && route.kind !== 'control')
    return
  documented ??= read()
  const codes = documented.get(route.name)?.get(status)
  const isProblem = headers['content-type'] === 'application/problem+json' && text !== ''
  const code = isProblem ? (JSON.parse(text) as Problem).code : undefined
  if (codes === undefined || (code !== undefined && !codes.has(code)))
    throw new Error(`The OpenAPI document does not say that ${route.name} answers ${status} ${code ?? ''}`)
}

function read(): NonNullable<typeof documented> {
  const { paths, components } = createOpenApi({ version: '0', url: 'http://localhost' })
  const all = Object.values(paths).flatMap(item => Object.values(item))
  return new Map(all.map(({ operationId, responses }) => [
    operationId,
    new Map(Object.entries(responses).map(([status, response]) => {
      const name = '$ref' in response ? response.$ref.split('/').at(-1) ?? '' : null
      const { content = {} } = name === null ? response as { content?: object } : components.responses[name] ?? {}
      const media: { examples?: object }[] = Object.values(content)
      return [Number(status), new Set(media.flatMap(({ examples = {} }) => Object.keys(examples)))]
    })),
  ]))
}
