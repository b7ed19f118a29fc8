import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Answer, RequestOptions } from '../../helpers/http-client'
import type { TestLarder } from '../../helpers/start-larder'
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect } from 'vitest'
import { send } from '../../helpers/http-client'
import { freePort } from '../../helpers/redis-server'
import { startLarder } from '../../helpers/start-larder'
import { manage } from '../security/support'

interface Rig {
  larder: TestLarder
  /** The port of the gateway. */
  port: number
  /** Requests that the origin got, by their targets. */
  asked: Map<string, IncomingMessage[]>
  /** What the origin answers. */
  answer: (request: IncomingMessage, response: ServerResponse) => void
  ask: (method: string, target: string, options?: RequestOptions) => Promise<Answer>
  count: (target: string) => number
  /** Another gateway on the same origin, in a cache of this name; resolves to its port. */
  open: (name: string, gateway?: object, more?: object) => Promise<number>
  /** Waits until the log has the newest GET of this path like this. */
  expectLogged: (path: string, expected: object) => Promise<void>
}

/** An origin, a Larder and the gateway `web` between them, for all tests of a file. */
export function setUpGateway(connection: object = {}): Rig {
  const rig = { asked: new Map<string, IncomingMessage[]>(), answer: (_, response) => void response.end() } as Rig
  let origin: Server
  rig.count = target => rig.asked.get(target)?.length ?? 0
  rig.ask = (method, target, options) => send(rig.port, method, target, options)
  rig.open = async (name, gateway = {}, more = {}) => {
    const port = await freePort()
    await manage(rig.larder, 'POST', '/admin/caches', {
      name,
      ttl: 300,
      source: { connection: 'api', grace: 0 },
      gateway: { port, ...gateway },
      ...more,
    })
    await rig.larder.sendOpen('GET', '/healthz')
    return port
  }
  rig.expectLogged = async (path, expected) => {
    const query = new URLSearchParams({ filter: 'face:gateway', limit: '200' })
    await expect.poll(async () => {
      const { requests } = (await rig.larder.send('GET', `/admin/requests?${query}`)).json<{
        requests: Record<string, unknown>[]
      }>()
      return requests.findLast(request => request.path === path && request.method === 'GET')
    }).toMatchObject(expected)
  }
  beforeAll(async () => {
    origin = createServer((request, response) => {
      const { url = '' } = request
      rig.asked.set(url, [...rig.asked.get(url) ?? [], request])
      rig.answer(request, response)
    })
    await new Promise<void>(resolve => origin.listen(0, '127.0.0.1', resolve))
    rig.larder = await startLarder()
    const url = `http://127.0.0.1:${(origin.address() as { port: number }).port}/{key}`
    await manage(rig.larder, 'POST', '/admin/connections', { name: 'api', driver: 'http', url, ...connection })
    rig.port = await rig.open('web')
  })
  afterAll(async () => {
    await rig.larder.dispose()
    origin.closeAllConnections()
    origin.close()
  })
  return rig
}
