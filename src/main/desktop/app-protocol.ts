import { dataOperations } from '@shared/data-operations'
import { appHost, appScheme } from '@shared/ipc'
import { operations } from '@shared/operations'

/** A file of the console's build, with the same bytes and policy as the HTTP server sends. */
export interface AppFile {
  body: Buffer<ArrayBuffer>
  /** Names and values alternating. */
  headers: readonly string[]
}

interface AppProtocolOptions {
  /**
   * Path → file; a path may contain `{name}` for one segment. Only these are served as files: no
   * path of a request reaches the file system.
   */
  files: ReadonlyMap<string, AppFile>
  /** Passes every other request on to the server. */
  forward: (request: Request, target: string) => Promise<Response>
  /**
   * Address of Vite's server while somebody works on the console: it serves pages and modules in
   * place of `files`, with hot reload and without our policy.
   */
  develop?: string | undefined
}

interface AppProtocol {
  handle: (request: Request) => Promise<Response>
  /**
   * Whether the window may show this address: screens of the console, but nothing that the API
   * serves.
   */
  isPage: (url: string) => boolean
}

/**
 * Privileges of the scheme: an origin of its own, secure, with fetch and streams. Has to be
 * registered before the app is ready.
 */
export const appPrivileges = {
  scheme: appScheme,
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
} as const

/** First segments of all paths that the server answers. */
const served = new Set([...Object.values(operations), ...Object.values(dataOperations)]
  .map(({ path }) => path.split('/')[1])
  .concat('openapi.json', 'swagger.yaml'))

/** Answers `app://larder/…`: the console's files from memory, the API from the running server. */
export function createAppProtocol({ files, forward, develop }: AppProtocolOptions): AppProtocol {
  const pages = [...files]
    .filter(([path]) => path.includes('{'))
    .map(([path, file]) => ({ pattern: patternOf(path), file }))
  const find = (path: string): AppFile | undefined =>
    files.get(path) ?? pages.find(({ pattern }) => pattern.test(path))?.file

  return {
    async handle(request) {
      const url = new URL(request.url)
      if (url.host !== appHost)
        return new Response(null, { status: 404 })
      if (develop !== undefined && !served.has(url.pathname.split('/')[1]))
        return await fetch(new URL(url.pathname + url.search, develop))
      const file = request.method === 'GET' || request.method === 'HEAD' ? find(url.pathname) : undefined
      return file
        ? new Response(request.method === 'HEAD' ? null : file.body, { headers: pairs(file.headers) })
        : await forward(request, url.pathname + url.search)
    },
    isPage(text) {
      const url = URL.canParse(text) ? new URL(text) : undefined
      const file = url?.protocol === `${appScheme}:` && url.host === appHost ? find(url.pathname) : undefined
      return file !== undefined
        && pairs(file.headers).some(([name, value]) => name === 'Content-Type' && value.startsWith('text/html'))
    },
  }
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.split(/\{\w+\}/).map(RegExp.escape).join('[^/]+')}$`)
}

function pairs(headers: readonly string[]): [name: string, value: string][] {
  return Array.from({ length: headers.length / 2 }, (_, i) => [headers[2 * i] ?? '', headers[2 * i + 1] ?? ''])
}
