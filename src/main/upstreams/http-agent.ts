import type { Socket } from 'node:net'
import type { Attempt } from './driver'
import type { Places } from './places'
import { Agent } from 'node:http'
import { dial } from './dial'
import { createPlaces } from './places'

/** Where the sockets to one server of HTTP lead. */
export interface SocketPlace {
  /** An IPv6 address without brackets. */
  host: string
  port: number
  tls: { ca?: string, plain: string } | null
}

/** Sockets to one server of HTTP. */
interface OpenAgent {
  place: SocketPlace
  /** For `request` of `node:http`, with TLS too. To be used in one of the places. */
  agent: Agent
  places: Places
  close: () => void
}

/**
 * Opens the first socket step by step, and others when they are needed. Each goes to an address
 * that was checked, and says by a sentence why it does not open. Throws SourceError.
 */
export async function openAgent(
  url: URL,
  { mostSockets, ca }: { mostSockets: number, ca?: string | undefined },
  attempt: Attempt,
): Promise<OpenAgent> {
  const place = placeOf(url, ca)
  const first = await dial(place, attempt)
  const agent = createDialingAgent(place, first)
  return {
    place,
    agent,
    places: createPlaces(mostSockets),
    close() {
      first.destroy()
      agent.destroy()
    },
  }
}

/** @param ca certificate in PEM form that signed the server's */
function placeOf({ protocol, hostname, port }: URL, ca: string | undefined): SocketPlace {
  const isSecure = protocol === 'https:'
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || (isSecure ? 443 : 80)),
    tls: isSecure ? { plain: 'http://', ...ca !== undefined && { ca } } : null,
  }
}

/**
 * An agent whose sockets are opened by our own `dial`, also those with TLS. Whoever uses it limits
 * their number by `Places`: node's `maxSockets` counts none that is still being opened.
 *
 * @param first a socket that is open already
 */
export function createDialingAgent(place: SocketPlace, first?: Socket): Agent {
  /** One for each: a signal looks through all its listeners to add one. */
  const dialling = new Set<AbortController>()
  let ready = first
  const agent = new Agent({ keepAlive: true })
  agent.createConnection = (_, created) => {
    const socket = ready
    ready = undefined
    if (socket && !socket.destroyed)
      return socket
    const called = new AbortController()
    dialling.add(called)
    dial(place, { signal: called.signal, step: () => {} })
      .then(opened => created?.(null, opened), (error: Error) => created?.(error, undefined as never))
      .finally(() => dialling.delete(called))
    return undefined
  }
  const { destroy } = agent
  agent.destroy = () => {
    dialling.forEach(called => called.abort())
    destroy.call(agent)
  }
  return agent
}

/**
 * Closes the sockets that are idle, and each other one when its answer has come: whoever reads a
 * long one goes on when the connection is edited. They do not keep the process alive.
 */
export function drain(agent: Agent): void {
  agent.keepSocketAlive = () => false
  for (const socket of Object.values(agent.freeSockets).flat())
    socket?.destroy()
  for (const socket of Object.values(agent.sockets).flat())
    socket?.unref()
}
