import type { Socket } from 'node:net'
import type { ServerProcess } from '../process/launch'
import { readFileSync } from 'node:fs'
import { Agent, createServer } from 'node:http'
import { connect } from 'node:net'
import process from 'node:process'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { timed } from '../../helpers/durations'
import { temporaryFolder } from '../../helpers/folder'
import { send } from '../../helpers/http-client'
import { patience } from '../../helpers/patience'
import { freePort } from '../../helpers/redis-server'
import { apiKey, build, launch } from '../process/launch'
import { manage } from './support'

/** Connections of each kind, and requests at once. */
const [slow, many] = timed ? [500, 10_000] : [20, 500]
/** Requests that come at the same moment. */
const wave = 100
/** Sockets of a gateway to its origin (src/main/upstreams/http/forwarding.ts). */
const mostAsked = 4096
/** Bytes that a process with a memory budget of 64 MB may take (S28), and a request that waits. */
const [limit, each] = [1.5 * 64e6 + 150e6 + 64e6, 50_000]

beforeAll(build, 300_000)

interface Rig {
  server: ServerProcess
  ports: Record<'http' | 'gateway', number>
  /** How many requests wait at the origin. */
  asked: () => number
  /** Lets it answer these, and all that come. */
  open: () => void
}

/** A server with a gateway, whose origin answers `/held` at once and the rest once it is let. */
async function start(): Promise<Rig> {
  let isOpen = false
  const waiting: (() => void)[] = []
  const origin = createServer(({ url }, response) => {
    const answer = (): void => void response.setHeader('Cache-Control', 'max-age=600').end('x'.repeat(1000))
    if (isOpen || url === '/held')
      answer()
    else
      waiting.push(answer)
  })
  onTestFinished(() => {
    origin.closeAllConnections()
    origin.close()
  })
  await new Promise<void>(resolve => origin.listen(0, '127.0.0.1', resolve))
  const server = launch(temporaryFolder(), { LARDER_MEMORY: '64MB' })
  const [http, gateway] = [await server.ready, await freePort()]
  const url = `http://127.0.0.1:${(origin.address() as { port: number }).port}/{key}`
  await manage(server, 'POST', '/admin/connections', { name: 'api', driver: 'http', url })
  const source = { connection: 'api', hardTimeout: 60 }
  await manage(server, 'POST', '/admin/caches', { name: 'web', ttl: 300, source, gateway: { port: gateway } })
  await server.send('PUT', '/v1/held', { body: 'x' })
  return {
    server,
    ports: { http, gateway },
    asked: () => waiting.length,
    open() {
      isOpen = true
      waiting.forEach(answer => answer())
    },
  }
}

/** Opens connections that begin a request and never end it. */
async function attack(port: number, count: number, dripping: boolean): Promise<{ open: number, last: number }> {
  const state = { open: count, last: 0 }
  const began = performance.now()
  const sockets = Array.from({ length: count }, (): Socket => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /held HTTP/1.1\r\nX-Slow: '))
    // The server answers 408 before it closes, and may reset what is still dripping.
    socket.resume().on('error', () => {}).once('close', () => {
      state.open--
      state.last = performance.now() - began
    })
    return socket
  })
  const drip = setInterval(() => sockets.forEach(socket => dripping && socket.writable && socket.write('x')), 200)
  onTestFinished(() => {
    clearInterval(drip)
    sockets.forEach(socket => socket.destroy())
  })
  return state
}

function ninetyNinth(durations: number[]): number {
  return durations.sort((a, b) => a - b)[Math.floor(durations.length * 0.99)] ?? 0
}

describe('s15 slow clients', { timeout: 2 * patience }, () => {
  // Red: in src/main/base/answers/message-limits.ts leave out `headersTimeout`.
  it.each(['http', 'gateway'] as const)('are closed by the port of the %s, and hold up nobody', async (face) => {
    const { server, ports } = await start()
    const port = ports[face]
    const kinds = await Promise.all([attack(port, slow, false), attack(port, slow, true)])
    const agent = new Agent({ keepAlive: true })
    const path = face === 'http' ? '/v1/held' : '/held'
    const durations: number[] = []
    await expect.poll(async () => {
      const began = performance.now()
      expect((await send(port, 'GET', path, { headers: { 'Api-Key': apiKey }, agent })).status).toBe(200)
      durations.push(performance.now() - began)
      return kinds.map(({ open }) => open)
    }, { timeout: patience, interval: 10 }).toEqual([0, 0])
    agent.destroy()
    expect((await server.send('GET', '/healthz')).status).toBe(200)
    const [last, p99] = [Math.max(...kinds.map(({ last }) => last)), ninetyNinth(durations)]
    console.log(`${face}: ${2 * slow} closed after ${(last / 1000).toFixed(1)} s; p99 of others ${p99.toFixed(1)} ms`)
    if (timed) {
      expect(last).toBeLessThanOrEqual(15_000)
      expect(p99).toBeLessThan(50)
    }
  })
})

describe.runIf(process.platform === 'linux')('many requests at once', { timeout: 4 * patience }, () => {
  // Red: in src/main/upstreams/http/forwarding.ts leave `places` out.
  it(`to a gateway, ${many} of them, are all answered, in bounded memory`, async () => {
    const { server, ports: { gateway }, asked, open } = await start()
    const resident = (): number =>
      Number(/VmRSS:\s*(\d+) kB/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))?.[1]) * 1024
    const before = resident()
    let most = before
    const watch = setInterval(() => most = Math.max(most, resident()), 20)
    onTestFinished(() => clearInterval(watch))
    const answers: ReturnType<typeof send>[] = []
    while (answers.length < many) {
      for (let index = 0; index < wave; index++)
        answers.push(send(gateway, 'GET', `/many/${answers.length}`))
      // Connections are taken in their order, and the system keeps few that wait for it.
      await send(gateway, 'GET', '/held')
    }
    await expect.poll(asked, { timeout: patience }).toBe(Math.min(many, mostAsked))
    open()
    const statuses = new Set((await Promise.all(answers)).map(({ status }) => status))
    console.log(`${many} at once: RSS ${(before / 1e6).toFixed(0)} MB before, ${(most / 1e6).toFixed(0)} MB at most`)
    expect(statuses).toEqual(new Set([200]))
    expect(most).toBeLessThanOrEqual(limit + many * each)
  })
})
