import type { AddressInfo } from 'node:net'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { createServer } from 'node:http'

/** A request as it arrived. */
export interface Arrived { method: string, target: string, headers: Record<string, string>, body: Buffer }

export interface EchoServer {
  origin: string
  /** Returns the last request that arrived, once; undefined after that. */
  take: () => Arrived | undefined
  close: () => Promise<void>
}

/** Starts a server that records requests exactly as they were sent. */
export async function startEchoServer(): Promise<EchoServer> {
  let last: Arrived | undefined
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request)
      parts.push(part as Buffer)
    last = {
      method: request.method ?? '',
      target: request.url ?? '',
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(parts),
    }
    response.setHeader('Connection', 'close').end('echo')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = last
      last = undefined
      return taken
    },
    close: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}
