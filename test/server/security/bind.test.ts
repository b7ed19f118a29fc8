import type { Server } from 'node:net'
import type { TestLarder } from '../../helpers/start-larder'
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import process from 'node:process'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../helpers/folder'
import { patience } from '../../helpers/patience'
import { startLarder } from '../../helpers/start-larder'
import { listening, loopback4, loopback6 } from './support'

const addresses = Object.values(networkInterfaces()).flatMap(list => list ?? [])
const hasIpv6 = addresses.some(({ address }) => address === '::1')
const outside = addresses.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address)
const linux = process.platform === 'linux'
if (!linux)
  console.warn('Skipped: /proc/net/tcp tells which addresses are bound on Linux only.')
if (!hasIpv6)
  console.warn('Skipped: this machine has no ::1, so the half of S1 that is about it says nothing here.')

let larder: TestLarder | undefined
afterEach(async () => {
  await larder?.dispose()
  larder = undefined
})

function listenOn(host: string): Promise<{ server: Server, port: number }> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ host, port: 0, ipv6Only: true, exclusive: true }, () => {
      const address = server.address()
      resolve({ server, port: typeof address === 'object' && address ? address.port : 0 })
    })
    onTestFinished(() => void server.close())
  })
}

/** Returns a port that is taken on this address alone: another program may have it on others. */
async function occupy(host: string): Promise<number> {
  for (;;) {
    const { server, port } = await listenOn(host)
    if (listening(port).length === 1)
      return port
    server.close()
  }
}

/** Resolves with `ECONNREFUSED` if nobody listens. */
function knock(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patience }, () => {
      socket.destroy()
      resolve('open')
    })
    socket.on('error', error => resolve((error as NodeJS.ErrnoException).code ?? 'failed'))
    socket.on('timeout', () => {
      socket.destroy()
      resolve('silent')
    })
  })
}

describe('s1 bind', () => {
  // Red: in src/main/base/listen.ts bind '0.0.0.0' instead of '127.0.0.1'.
  it.skipIf(!linux)('listens on 127.0.0.1 and ::1 and nowhere else', async () => {
    larder = await startLarder()
    expect(listening(larder.port)).toEqual(hasIpv6 ? [loopback6, loopback4] : [loopback4])
    for (const address of ['127.0.0.2', ...outside])
      expect(await knock(address, larder.port), address).toBe('ECONNREFUSED')
  })

  // Red: in src/main/base/listen.ts drop `await new Promise(resolve => first.close(resolve))`.
  it
    .skipIf(!linux || !hasIpv6)
    .each([
      ['127.0.0.1', loopback4],
      ['::1', loopback6],
    ])('refuses to start where %s has the port taken, and leaves nothing open', async (host, taken) => {
      const port = await occupy(host)
      const home = temporaryFolder()
      await expect(startLarder({ port, home })).rejects.toThrow(new RegExp(
        `^Port ${port} is taken \\(${host === '::1' ? '\\[::1\\]' : '127\\.0\\.0\\.1'}:${port}\\)`,
      ))
      expect(listening(port)).toEqual([taken])

      // Neither the folder's lock nor a database is still held: the folder can be served again.
      larder = await startLarder({ home })
      expect((await larder.sendOpen('GET', '/healthz')).status).toBe(200)
    })
})
