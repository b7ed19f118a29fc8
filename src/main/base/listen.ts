import type { AddressInfo, Server } from 'node:net'

export interface Listening<S extends Server = Server> {
  port: number
  /** The bound addresses, as written in a URL. */
  addresses: string[]
  servers: readonly S[]
}

/** How often another free port is tried if ::1 has it in use. */
const freePortTries = 20

/**
 * Binds to one address, or to both loopback addresses on one port. If either of them is taken, all
 * of it fails and nothing is left half-open. On a machine without ::1, binds to 127.0.0.1 alone.
 * Throws ListenError whose message names address and port.
 *
 * @param host null = loopback
 * @param port 0 = any free port
 * @param remedy what to do if it is taken, besides stopping who has it
 */
export async function listen<S extends Server>(
  createServer: () => S,
  host: string | null,
  port: number,
  remedy = 'choose another port with --port or LARDER_PORT.',
): Promise<Listening<S>> {
  if (host !== null) {
    const server = await bind(createServer(), host, port, remedy)
    return { port: portOf(server), addresses: [host.includes(':') ? `[${host}]` : host], servers: [server] }
  }
  for (let tries = 1; ; tries++) {
    const first = await bind(createServer(), '127.0.0.1', port, remedy)
    try {
      const second = await bind(createServer(), '::1', portOf(first), remedy)
      return { port: portOf(first), addresses: ['127.0.0.1', '[::1]'], servers: [first, second] }
    }
    catch (error) {
      if (error instanceof ListenError && error.code !== 'EADDRINUSE' && error.code !== 'EACCES')
        return { port: portOf(first), addresses: ['127.0.0.1'], servers: [first] }
      await new Promise(resolve => first.close(resolve))
      if (port !== 0 || tries === freePortTries)
        throw error
    }
  }
}

/** An address that cannot be bound. */
export class ListenError extends Error {
  readonly code: string | undefined

  constructor(message: string, code: string | undefined, options: { cause: unknown }) {
    super(message, options)
    this.code = code
  }
}

/**
 * Connections that wait to be accepted. Node's 511 are fewer than an app may open at once: one more
 * hangs until its client gives up.
 */
const backlog = 4096

function bind<S extends Server>(server: S, host: string, port: number, remedy: string): Promise<S> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void =>
      reject(new ListenError(explain(cause, host, port, remedy), cause.code, { cause }))
    server.once('error', fail)
    server.listen({ host, port, ipv6Only: host === '::1', exclusive: true, backlog }, () => {
      server.off('error', fail)
      resolve(server)
    })
  })
}

function explain(error: NodeJS.ErrnoException, host: string, port: number, remedy: string): string {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  if (error.code === 'EADDRINUSE')
    return `Port ${port} is taken (${address}). Stop the program that uses it, or ${remedy}`
  if (error.code === 'EACCES')
    return `Port ${port} needs privileges that this process lacks (${address}).`
  return `Cannot listen on ${address}: ${error.message}`
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}
