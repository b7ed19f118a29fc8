import type { Buffer } from 'node:buffer'
import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'

/**
 * What becomes of the server's answers: they pass, also in small pieces; they are held back; the
 * connection is reset in their place, or after the first half of one. `answers` speaks instead of
 * the server, which hears nothing.
 */
type Manner = 'passes' | 'pieces' | 'holds' | 'resets' | 'halves' | { answers: (heard: Buffer) => string }

export interface MeddlingProxy {
  port: number
  /** From now on, for all connections. */
  manner: Manner
  /** Connections that are open. */
  open: () => number
  /** Answers that are held back. */
  held: () => number
  /** Lets them go on. */
  release: () => void
  dispose: () => Promise<void>
}

/** Stands between Larder and a server on this machine, and meddles with what the server answers. */
export async function startMeddlingProxy(port: number): Promise<MeddlingProxy> {
  const clients = new Set<Socket>()
  let held: (() => void)[] = []

  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ port, host: '127.0.0.1', noDelay: true })
    let order = Promise.resolve()
    const end = (): void => {
      clients.delete(client)
      client.destroy()
      server.destroy()
    }
    clients.add(client)
    // A reset of a socket that is shutting down fails, and no close follows.
    client.on('error', end).on('close', end).on('data', (heard) => {
      if (typeof proxy.manner === 'object')
        client.write(proxy.manner.answers(heard))
      else
        server.write(heard)
    })
    server.on('error', end).on('close', end).on('data', (answer) => {
      order = order.then(() => pass(answer))
    })

    async function pass(answer: Buffer): Promise<void> {
      if (proxy.manner === 'holds')
        await new Promise<void>(resolve => held.push(resolve))
      if (proxy.manner === 'resets') {
        client.resetAndDestroy()
      }
      else if (proxy.manner === 'halves') {
        client.write(answer.subarray(0, Math.floor(answer.length / 2)))
        client.destroySoon()
      }
      else if (proxy.manner === 'pieces') {
        // The heads byte by byte, then what is left.
        for (let at = 0; at < answer.length; await turn()) {
          const to = at < 40 ? at + 1 : answer.length
          client.write(answer.subarray(at, to))
          at = to
        }
      }
      else {
        client.write(answer)
      }
    }
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')

  const proxy: MeddlingProxy = {
    port: (listener.address() as AddressInfo).port,
    manner: 'passes',
    open: () => clients.size,
    held: () => held.length,
    release() {
      const all = held
      held = []
      all.forEach(resolve => resolve())
    },
    async dispose() {
      clients.forEach(client => client.destroy())
      listener.close()
      await once(listener, 'close')
    },
  }
  return proxy
}
