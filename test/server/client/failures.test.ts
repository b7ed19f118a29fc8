import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ClientOptions, LarderClient } from '../../../src/client/client'
import type { TestLarder } from '../../helpers/start-larder'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createListener } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createClient } from '../../../src/client/client'
import { startBlackHole } from '../../helpers/black-hole'
import { patience } from '../../helpers/patience'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { manage } from '../security/support'

interface Watched { client: LarderClient, heard: string[] }

/** A client, and what it says: the event with the code of its error. */
function watched(port: number, options: ClientOptions = {}): Watched {
  const client = createClient({ url: `http://127.0.0.1:${port}`, key: ownerKey, timeout: patience / 1000, ...options })
  const heard: string[] = []
  client.on('away', ({ error }) => heard.push(`away ${error.code}`))
  client.on('back', () => heard.push('back'))
  client.on('bypass', ({ key, error }) => heard.push(`${key} ${error.code}`))
  return { client, heard }
}

async function freePort(): Promise<number> {
  const listener = createListener().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  listener.close()
  await once(listener, 'close')
  return port
}

describe('answers that are not Larder\'s', () => {
  const html = { 'Content-Type': 'text/html', 'ETag': '"1"' }
  const problem = { 'Content-Type': 'application/problem+json' }
  const page = '<h1>Welcome</h1>'
  let stranger: Server
  let port = 0
  /** What it does with each request. */
  let act: Parameters<typeof createServer>[1] = () => {}
  beforeAll(async () => {
    stranger = createServer((request, response) => act?.(request as never, response as never)).listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    port = (stranger.address() as AddressInfo).port
  })
  afterAll(() => {
    stranger.closeAllConnections()
    stranger.close()
  })

  // Red: in src/client/server-store.ts let `heldIn` believe every 200.
  it.each<[string, string, NonNullable<typeof act>]>([
    ['a page', 'garbage', (_, response) => response.writeHead(200, html).end(page)],
    ['a page with another status', 'garbage', (_, response) => response.writeHead(201, html).end(page)],
    ['a page that says 404', 'garbage', (_, response) => response.writeHead(404, html).end(page)],
    ['a redirect', 'garbage', (_, response) => response.writeHead(307, { Location: 'http://127.0.0.1:1/' }).end()],
    ['500 without a word', 'garbage', (_, response) => response.writeHead(500).end()],
    ['half a problem document', 'garbage', (_, response) => response.writeHead(500, problem).end('{"co')],
    ['less than it announced', 'unreachable', (_, response) => {
      response.writeHead(200, { 'Content-Length': '100', 'Cache-Status': 'Larder; hit' })
      response.write('x', () => response.destroy())
    }],
    ['what is no HTTP', 'unreachable', ({ socket }) => void socket.end('HELO\r\n\r\n')],
    ['nothing, and hangs up', 'unreachable', ({ socket }) => void socket.resetAndDestroy()],
  ])('%s: the function is called, and the event says %s', async (_, code, action) => {
    act = action
    const { client, heard } = watched(port)
    expect(await client.remember('k', 60, () => 'made')).toBe('made')
    expect(heard).toEqual([`away ${code}`, `k ${code}`])
    await expect(client.get('k')).rejects.toMatchObject({ name: 'LarderClientError', code })
    await expect(client.batch([{ op: 'get', key: 'k' }])).rejects.toMatchObject({ code })

    const other = watched(port, { fallback: true })
    await other.client.set('k', 'here')
    expect([await other.client.get('k'), await other.client.remember('k', 60, () => 'made')]).toEqual(['here', 'here'])
    expect(other.heard).toEqual([`away ${code}`])
  })
})

describe('a server that comes and goes', () => {
  let larder: TestLarder
  let port = 0
  beforeAll(async () => {
    port = await freePort()
    larder = await startLarder({ port })
  })
  afterAll(() => larder.dispose())

  /** Something that happens to the server, and the undoing of it. */
  const troubles: [string, string, () => Promise<void>, () => Promise<void>][] = [
    ['is stopped', 'unreachable', () => larder.stop(), async () => void (larder = await larder.restart())],
    ['is switched off', 'caching-off', () => flip(false), () => flip(true)],
    ['has its cache switched off', 'cache-off', () => flipCache(false), () => flipCache(true)],
  ]
  const flip = (enabled: boolean): Promise<void> => manage(larder, 'PUT', '/admin/switch', { enabled })
  const flipCache = (enabled: boolean): Promise<void> => manage(larder, 'PATCH', '/admin/caches/default', { enabled })

  // Red: in src/client/watched-store.ts let `recover` do nothing, or rest after each failure.
  it.each(troubles)('that %s while the function runs: its value is returned, and the server used again', async (
    _,
    code,
    begin,
    end,
  ) => {
    const { client, heard } = watched(port)
    const key = `in ${code}`
    expect(await client.remember(key, 60, async () => {
      await begin()
      return 'made'
    })).toBe('made')
    expect(heard).toContain(`away ${code}`)
    expect(heard).toContain(`${key} ${code}`)
    expect(await client.remember(key, 60, () => 'again')).toBe('again')
    await end()
    expect(await client.remember(`new ${code}`, 60, () => 'kept')).toBe('kept')
    expect(await client.remember(`new ${code}`, 60, () => 'not called')).toBe('kept')
    expect(heard.at(-1)).toBe('back')
  })

  // Red: in src/client/watched-store.ts do not empty the local store in `recover`.
  it.each(troubles)('that %s: with a fallback all goes on here, until it is back', async (_, code, begin, end) => {
    const { client, heard } = watched(port, { fallback: true })
    await client.set('f', 'there')
    await begin()
    expect(await client.get('f')).toBeUndefined()
    await client.set('f', 'here')
    expect(await client.increment('n')).toBe(1)
    expect([await client.get('f'), await client.remember('g', 60, () => 'made')]).toEqual(['here', 'made'])
    expect(await client.get('g')).toBe('made')
    await end()
    expect(await client.get('f')).toBe('there')
    await begin()
    expect(await client.get('f')).toBeUndefined()
    await end()
    await client.get('f')
    expect(heard).toEqual([`away ${code}`, 'back', `away ${code}`, 'back'])
  })
})

describe('a server that does not answer', () => {
  // Red: in src/client/transport.ts set no timer. In watched-store.ts let nothing rest.
  it('is given up after the timeout, left alone for as long, and tried again', async () => {
    const hole = await startBlackHole()
    const { client, heard } = watched(hole.port, { timeout: 0.05 })
    expect(await client.remember('a', 60, () => 1)).toBe(1)
    expect(heard).toEqual(['away timeout', 'a timeout'])
    await expect(client.get('a')).rejects.toMatchObject({ code: 'timeout' })
    await vi.waitFor(async () => {
      const before = hole.total()
      await client.remember('b', 60, () => 1)
      expect(hole.total()).toBeGreaterThan(before)
    }, patience)
    await hole.dispose()
  })

  it('does not hold up those who can do without it', async () => {
    const hole = await startBlackHole()
    const { client } = watched(hole.port, { timeout: 1, fallback: true })
    await client.set('a', 1)
    const [before, began] = [hole.total(), performance.now()]
    let calls = 0
    for (; calls < 1000 && performance.now() - began < 500; calls++)
      await client.get('a')
    expect([calls > 0, await client.get('a')]).toEqual([true, 1])
    expect(hole.total() - before).toBeLessThan(3)
    await hole.dispose()
  })
})

it('a listener that stops listening hears nothing', async () => {
  const client = createClient({ url: 'http://127.0.0.1:1' })
  const heard: unknown[] = []
  client.on('away', event => heard.push(event))()
  await expect(client.get('a')).rejects.toMatchObject({ code: 'unreachable' })
  expect(heard).toEqual([])
})
