import type { Socket } from 'node:net'
import { once } from 'node:events'
import { createServer } from 'node:net'

interface BlackHole {
  port: number
  /** Connections that are open. */
  open: () => number
  /** Connections that there ever were. */
  total: () => number
  dispose: () => Promise<void>
}

/**
 * A server that takes connections and never answers; with `greet` it answers so to the first thing
 * that it hears, and nothing afterwards.
 */
export async function startBlackHole(greet?: (heard: Buffer, nth: number) => string | undefined): Promise<BlackHole> {
  const sockets = new Set<Socket>()
  let total = 0
  const server = createServer((socket) => {
    total += 1
    let heard = 0
    sockets.add(socket)
    socket
      .on('error', () => {})
      .on('close', () => sockets.delete(socket))
      .on('data', (data) => {
        const answer = greet?.(data, heard++)
        if (answer !== undefined)
          socket.write(answer)
      })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as { port: number }).port,
    open: () => sockets.size,
    total: () => total,
    async dispose() {
      for (const socket of sockets)
        socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
