/** What the client uses of Node, so that neither it nor its types need Node. */
interface NodeResponse {
  statusCode?: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  complete: boolean
  on: ((event: 'data', listener: (chunk: Uint8Array) => void) => void)
    & ((event: 'end', listener: () => void) => void)
    & ((event: 'error', listener: (error: Error) => void) => void)
}

interface NodeRequest {
  on: (event: 'error', listener: (error: Error) => void) => void
  end: (body?: string | Uint8Array) => void
  destroy: () => void
}

interface NodeAgent {
  maxFreeSockets: number
  readonly freeSockets: Readonly<Record<string, { destroy: () => void }[] | undefined>>
}

export interface NodeHttp {
  Agent: new (options: { keepAlive: boolean }) => NodeAgent
  request: (options: object, answer: (response: NodeResponse) => void) => NodeRequest
}

interface NodeModules {
  'node:http': NodeHttp
  'node:https': NodeHttp
  'node:fs': {
    statSync: (path: string, options: { throwIfNoEntry: false }) => { isFile: () => boolean, size: number } | undefined
    readFileSync: (path: string, encoding: 'utf8') => string
  }
  'node:util': { parseEnv?: (text: string) => Record<string, string | undefined> }
}

interface NodeProcess {
  env?: Readonly<Record<string, string | undefined>>
  getBuiltinModule?: (name: string) => unknown
}

interface Surroundings { process?: NodeProcess, Deno?: unknown, Bun?: unknown }

const { process: node, Deno, Bun } = globalThis as Surroundings

/** The environment; undefined where there is none, as in a browser. */
export const environment = node?.env

/**
 * A module of Node; undefined elsewhere, and in a Node older than 20.16. Bun and Deno have modules
 * of these names, and a fetch that is faster. An import would keep the file out of browsers.
 */
export function nodeModule<N extends keyof NodeModules>(name: N): NodeModules[N] | undefined {
  return Deno === undefined && Bun === undefined
    ? node?.getBuiltinModule?.(name) as NodeModules[N] | undefined
    : undefined
}
