import type { AddressInfo } from 'node:net'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { resolve } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createAppProtocol } from '../../../src/main/desktop/app-protocol'
import { readConsoleFiles } from '../../../src/main/http/console-files'

const files = readConsoleFiles(resolve(import.meta.dirname, '../../fixtures/console'))

function setUp() {
  const forward = vi.fn(async (_request: Request, target: string) =>
    new Response(`forwarded ${target}`, { status: 202 }))
  return { forward, protocol: createAppProtocol({ files, forward }) }
}

describe('app://larder', () => {
  it('serves the console with the headers of the HTTP server', async () => {
    const { protocol, forward } = setUp()
    for (const path of ['/', '/keys', '/caches/products', '/caches/a.b-c']) {
      const response = await protocol.handle(new Request(`app://larder${path}`))
      expect(response.headers.get('Content-Type'), path).toBe('text/html; charset=utf-8')
      expect(response.headers.get('Content-Security-Policy')).toContain('default-src \'none\'')
      expect(Buffer.from(await response.arrayBuffer())).toEqual(files.get('/')?.body)
    }
    const head = await protocol.handle(new Request('app://larder/', { method: 'HEAD' }))
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(forward).not.toHaveBeenCalled()
  })

  // S21 for the window. Red when the template's pattern (`[^/]+`) accepts `/`.
  it('takes everything else to the server, as it was written', async () => {
    const { protocol, forward } = setUp()
    for (const [url, target] of [
      ['app://larder/v1/a%2Fb?x=%20', '/v1/a%2Fb?x=%20'],
      ['app://larder/caches/a/b', '/caches/a/b'],
      ['app://larder/../../etc/passwd', '/etc/passwd'],
      ['app://larder/%2e%2e/index.html', '/%2e%2e/index.html'],
      ['app://larder/index.html', '/index.html'],
    ] as const) {
      expect((await protocol.handle(new Request(url))).status).toBe(202)
      expect(forward).toHaveBeenLastCalledWith(expect.anything(), new URL(url).pathname + new URL(url).search)
      expect(target.length).toBeGreaterThan(0)
    }
    await protocol.handle(new Request('app://larder/', { method: 'POST', body: 'x' }))
    expect(forward).toHaveBeenLastCalledWith(expect.anything(), '/')
  })

  it('takes pages and modules from Vite while somebody works on them, and the API from the server', async () => {
    const vite = createServer((request, response) => response.end(`vite ${request.url}`)).listen(0, '127.0.0.1')
    onTestFinished(() => void vite.close())
    await once(vite, 'listening')
    const { forward } = setUp()
    const protocol = createAppProtocol({ files, forward, develop: `http://127.0.0.1:${(vite.address() as AddressInfo).port}/` })
    for (const path of ['/', '/keys', '/src/main.ts?t=1', '/@vite/client'])
      expect(await (await protocol.handle(new Request(`app://larder${path}`))).text()).toBe(`vite ${path}`)
    expect(forward).not.toHaveBeenCalled()
    for (const path of ['/api/caches/a/entries/b', '/v1/a', '/flush', '/admin/caches', '/openapi.json'])
      expect((await protocol.handle(new Request(`app://larder${path}`))).status).toBe(202)
  })

  it('has one host', async () => {
    const { protocol, forward } = setUp()
    for (const url of ['app://other/', 'app://larder.evil/', 'app://LARDER:80/', 'app:/larder/'])
      expect((await protocol.handle(new Request(url))).status, url).toBe(404)
    expect(forward).not.toHaveBeenCalled()
  })

  it('knows its pages', () => {
    const { protocol } = setUp()
    for (const url of ['app://larder/', 'app://larder/docs#error-internal', 'app://larder/caches/x?y'])
      expect(protocol.isPage(url), url).toBe(true)
    for (const url of ['app://larder/v1/x', 'app://larder/caches/x/y', 'https://larder/', 'app://evil/', 'app:larder', 'javascript:1', 'not a url', ...[...files.keys()].filter(path => path.startsWith('/assets/')).map(path => `app://larder${path}`)])
      expect(protocol.isPage(url), url).toBe(false)
  })
})
