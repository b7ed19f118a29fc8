import type { Socket } from 'node:net'
import type { Attempt } from './driver'
import { Agent } from 'node:http'
import { dial } from './dial'

/** Sockets to one server of HTTP. */
interface OpenAgent {
  /** An IPv6 address without brackets. */
  host: string
  port: number
  /** For `request` of `node:http`, with TLS too. */
  agent: Agent
  close: () => void
}

/**
 * Opens the first socket step by step, and others when they are needed. Each goes to an address
 * that was checked, and says by a sentence why it does not open. Throws SourceError.
 */
export async function openAgent(
  { protocol, hostname, port: digits }: URL,
  { mostSockets, ca }: { mostSockets: number, ca?: string | undefined },
  attempt: Attempt,
): Promise<OpenAgent> {
  const isSecure = protocol === 'https:'
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const port = Number(digits || (isSecure ? 443 : 80))
  const place = { host, port, tls: isSecure ? { plain: 'http://', ...ca !== undefined && { ca } } : null }
  const gone = new AbortController()
  let first: Socket | undefined = await dial(place, attempt)
  const agent = new Agent({ keepAlive: true, maxSockets: mostSockets })
  agent.createConnection = (_, created) => {
    const socket = first
    first = undefined
    if (socket && !socket.destroyed)
      return socket
    dial(place, { signal: gone.signal, step: () => {} }).then(opened => created?.(null, opened), (error: Error) =>
      created?.(error, undefined as never))
    return undefined
  }
  return {
    host,
    port,
    agent,
    close() {
      gone.abort()
      first?.destroy()
      agent.destroy()
    },
  }
}
