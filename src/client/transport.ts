import type { NodeHttp } from './node-builtins'
import { joined } from './bytes'
import { LarderClientError, toClientError } from './client-error'
import { nodeModule } from './node-builtins'

export interface ServerQuestion {
  method: string
  /** After the address, percent-encoded, with its query. */
  path: string
  headers: Record<string, string>
  body?: string | Uint8Array | undefined
  /** Seconds until the answer has to be there as a whole. */
  seconds: number
}

export interface ServerReply {
  status: number
  /** Of a field's lower-case name; empty if it is not there. */
  header: (name: string) => string
  bytes: Uint8Array
}

/** Rejects with LarderClientError `unreachable` or `timeout`. Follows no redirect. */
export interface ClientTransport {
  ask: (question: ServerQuestion) => Promise<ServerReply>
  close: () => void
}

function tooLate(seconds: number): LarderClientError {
  return new LarderClientError('timeout', `No answer in ${seconds} s.`)
}

function lost(cause: unknown): LarderClientError {
  return toClientError(cause, 'unreachable')
}

/**
 * Over Node's own `http` where there is one, as its `fetch` takes twice the time of a hit; else
 * over `fetch`.
 */
export function createTransport(url: URL): ClientTransport {
  const http = nodeModule(`node:${url.protocol.slice(0, -1) as 'http' | 'https'}`)
  return http ? createNodeTransport(url, http) : { ask: question => fetchReply(url, question), close() {} }
}

/** The path of an address, with the slash that others follow. */
function rootOf({ pathname }: URL): string {
  return pathname.replace(/\/*$/, '/')
}

async function fetchReply(url: URL, { method, path, headers, body, seconds }: ServerQuestion): Promise<ServerReply> {
  try {
    const response = await fetch(url.origin + rootOf(url) + path, {
      method,
      headers,
      body: body as RequestInit['body'],
      redirect: 'manual',
      cache: 'no-store',
      signal: AbortSignal.timeout(seconds * 1000),
    })
    const bytes = new Uint8Array(await response.arrayBuffer())
    return { status: response.status, header: name => response.headers.get(name) ?? '', bytes }
  }
  catch (error) {
    throw (error as Error).name === 'TimeoutError' ? tooLate(seconds) : lost(error)
  }
}

function createNodeTransport(url: URL, http: NodeHttp): ClientTransport {
  const agent = new http.Agent({ keepAlive: true })
  const root = rootOf(url)
  // `URL` writes an IPv6 address in brackets, and a socket wants it without.
  const address = { agent, host: url.hostname.replace(/[[\]]/g, ''), port: url.port }

  function ask({ method, path, headers, body, seconds }: ServerQuestion): Promise<ServerReply> {
    return new Promise((resolve, reject) => {
      const request = http.request({ ...address, method, path: root + path, headers }, (response) => {
        const chunks: Uint8Array[] = []
        response.on('data', chunk => chunks.push(chunk))
        response.on('error', fail)
        response.on('end', () => {
          clearTimeout(timer)
          const header = (name: string): string => `${response.headers[name] ?? ''}`
          if (response.complete)
            resolve({ status: response.statusCode as number, header, bytes: joined(chunks) })
        })
      })
      // What has come while the program itself was busy is read before this counts as too late.
      let timer = setTimeout(() => {
        timer = setTimeout(() => {
          reject(tooLate(seconds))
          request.destroy()
        })
      }, seconds * 1000)
      function fail(error: Error): void {
        clearTimeout(timer)
        reject(lost(error))
      }
      request.on('error', fail)
      request.end(body)
    })
  }

  return {
    ask,
    close() {
      // Those that are on their way go once they are done.
      agent.maxFreeSockets = 0
      Object.values(agent.freeSockets).flat().forEach(socket => socket?.destroy())
    },
  }
}
