import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { createLoopback } from '../../../src/main/desktop/loopback'

let server: Server | undefined

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  server = createServer(answer)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return { port, forward: createLoopback(() => ({ url: `http://localhost:${port}`, credential: 'control' })) }
}

describe('the way of the page to the server', () => {
  it('takes method, path, headers and body along, and the answer back', async () => {
    const { port, forward } = await serve(async (request, response) => {
      response.writeHead(
        201,
        'Made',
        [
          'X-Seen',
          JSON.stringify([
            request.method,
            request.url,
            request.headers['larder-ttl'],
            request.headers.host,
            await text(request),
          ]),
          'X-Two',
          'a',
          'X-Two',
          'b',
        ],
      )
      response.end('body')
    })
    const response = await forward(
      new Request('app://larder/v1/a%2Fb?x=%20', { method: 'PUT', headers: { 'Larder-TTL': '60' }, body: 'välue' }),
      '/v1/a%2Fb?x=%20',
    )
    expect([response.status, response.statusText, await response.text()]).toEqual([201, 'Made', 'body'])
    expect(JSON.parse(response.headers.get('X-Seen') ?? '')).toEqual([
      'PUT',
      '/v1/a%2Fb?x=%20',
      '60',
      `127.0.0.1:${port}`,
      'välue',
    ])
    expect(response.headers.get('X-Two')).toBe('a, b')
  })

  // S4, S7. Red when `notForwarded` of src/main/desktop/loopback.ts lets one of these through, or
  // when the credential replaces the page's key.
  it('speaks as the owner unless the page has a key, and says nothing about the page', async () => {
    const seen: IncomingMessage['headers'][] = []
    const { forward } = await serve((request, response) => {
      seen.push(request.headers)
      response.end()
    })
    const headers = {
      'Origin': 'app://larder',
      'Referer': 'app://larder/',
      'Cookie': 'a=b',
      'Sec-Fetch-Site': 'cross-site',
      'Sec-CH-UA': 'x',
      'Te': 'trailers',
      'Upgrade': 'websocket',
      'Host': 'evil',
    }
    await forward(new Request('app://larder/a', { headers }), '/a')
    await forward(new Request('app://larder/a', { headers: { ...headers, 'Api-Key': 'own' } }), '/a')
    await forward(new Request('app://larder/a', { headers: { ...headers, Authorization: 'Bearer own' } }), '/a')
    expect(seen.map(({ authorization, 'api-key': key }) => [authorization, key])).toEqual([
      ['Bearer control', undefined],
      [undefined, 'own'],
      ['Bearer own', undefined],
    ])
    for (const name of ['origin', 'referer', 'cookie', 'sec-fetch-site', 'sec-ch-ua', 'te', 'upgrade'])
      expect(seen.map(found => found[name]), name).toEqual([undefined, undefined, undefined])
    expect(seen[0]?.host).toMatch(/^127\.0\.0\.1:/)
  })

  it('knows answers without a body', async () => {
    const { forward } = await serve((request, response) => {
      response.writeHead(Number(request.url?.slice(1)))
      response.end()
    })
    for (const status of [204, 205, 304])
      expect((await forward(new Request('app://larder/'), `/${status}`)).status).toBe(status)
    const head = await forward(new Request('app://larder/', { method: 'HEAD' }), '/200')
    expect([head.status, head.body]).toEqual([200, null])
  })

  // Red when `signal` is left out of the request.
  it('ends at the server when the page lets go', async () => {
    const closed = Promise.withResolvers<void>()
    const { forward } = await serve((_request, response) => {
      response.once('close', closed.resolve)
      response.write('first')
    })
    const abortion = new AbortController()
    const response = await forward(new Request('app://larder/events', { signal: abortion.signal }), '/events')
    await response.body?.getReader().read()
    abortion.abort()
    await closed.promise
  })

  it('fails where there is no server', async () => {
    await expect(createLoopback(() => undefined)(new Request('app://larder/'), '/')).rejects.toThrow('not running')
    const { forward, port } = await serve(() => {})
    server?.close()
    expect(port).toBeGreaterThan(0)
    await expect(forward(new Request('app://larder/'), '/')).rejects.toThrow()
  })
})
