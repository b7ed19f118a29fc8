import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { freePort } from '../helpers/redis-server'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

/** The API that apps would use without a gateway: each path says how it may be held. */
function answer({ url, headers }: IncomingMessage, response: ServerResponse): void {
  const control: Record<string, string> = {
    '/fresh': 'max-age=600',
    '/stale': 'max-age=0, stale-while-revalidate=600',
    '/private': 'private, max-age=600',
    '/etag': 'no-cache',
  }
  response.setHeader('Access-Control-Allow-Origin', '*')
  response.setHeader('Cache-Control', control[url ?? ''] ?? 'no-store')
  if (url === '/etag') {
    response.setHeader('ETag', '"1"')
    if (headers['if-none-match'] === '"1"')
      return void response.writeHead(304).end()
  }
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ path: url, in: 'stock' }))
}

async function serve(listener: typeof answer): Promise<{ port: number, stop: () => void }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

// Red: in src/renderer/src/cache-form.ts leave `gateway` out of `nestedRows`.
test('a gateway is given to a cache, and the log says what it did', async ({ openConsole, call }) => {
  const api = await serve(answer)
  const port = await freePort()
  const base = `http://localhost:${port}`
  const cache = async () =>
    await (await call('GET', '/admin/caches/api')).json() as { entries: number, gatewayState?: object }
  const ask = async (path: string): Promise<string> => await (await fetch(base + path)).text()
  try {
    const page = await openConsole('/sources')
    await page.getByRole('button', { name: 'New connection' }).click()
    const made = page.getByRole('dialog', { name: 'New connection' })
    await made.getByLabel('Name').fill('shop')
    await made.getByLabel('Kind').selectOption('http')
    await made.getByLabel('URL').fill(`http://127.0.0.1:${api.port}/{key}`)
    await made.getByRole('button', { name: 'Create connection' }).click()
    await expect(made).toBeHidden()
    await call('POST', '/admin/connections', { json: { name: 'files', driver: 'file', folder: import.meta.dirname } })

    // The form, from nothing to a gateway.
    await page.goto(new URL('/', page.url()).href)
    await page.getByRole('button', { name: 'New cache' }).click()
    const dialog = page.getByRole('dialog', { name: 'New cache' })
    await dialog.getByLabel('Name').fill('api')
    await dialog.getByText('Advanced').click()
    await expect(dialog.getByText('Gateway: none. It needs a source whose connection is by HTTP.')).toBeVisible()
    await dialog.getByLabel('Source', { exact: true }).selectOption('files')
    await expect(dialog.getByText('by HTTP; files is of another kind.')).toBeVisible()
    await dialog.getByLabel('Source', { exact: true }).selectOption('shop')
    const gateway = dialog.getByRole('group', { name: 'Gateway' })
    await gateway.getByLabel('Gateway').selectOption('On a port of its own')
    await gateway.getByLabel('Origins').fill(`${base}/, http://localhost:3000`)
    const create = dialog.getByRole('button', { name: 'Create cache' })
    await create.click()
    await expect(gateway.getByLabel('Port')).toHaveAccessibleDescription(/must be a whole number/i)
    // Red: in src/renderer/src/error-text.ts look for the field alone.
    await expect(gateway.getByLabel('Origins')).toHaveAccessibleDescription(/must be origins such as/i)
    await gateway.getByLabel('Port').fill(String(port))
    await gateway.getByLabel('Origins').fill('http://localhost:3000, https://shop.example')
    await expectAccessible(page)
    await create.click()
    await expect(dialog).toBeHidden()
    expect(await cache()).toMatchObject({
      gateway: { port, off: 'pass', origins: ['http://localhost:3000', 'https://shop.example'], secrets: false },
    })

    // How it does.
    await page.goto(new URL('/caches/api?tab=statistics', page.url()).href)
    const panel = page.getByRole('region', { name: 'Gateway', exact: true })
    await expect(panel).toContainText('Listening in front of shop.')
    await expect(panel).toContainText(base)
    await expect(panel.getByRole('button', { name: 'Copy' })).toBeVisible()
    await expect(panel).toContainText('http://localhost:3000, https://shop.example')
    await expectAccessible(page)

    for (const path of ['/fresh', '/stale', '/private', '/etag'])
      expect(await ask(path)).toContain(path)
    // What is sent is held a moment later.
    await expect.poll(async () => (await cache()).entries).toBe(3)
    for (const path of ['/fresh', '/stale', '/etag'])
      expect(await ask(path)).toContain(path)

    // What the log says.
    await page.goto(new URL('/requests', page.url()).href)
    const rows = page.getByRole('grid', { name: 'Requests' }).getByRole('row')
    await expect(rows.filter({ hasText: 'GET /fresh' }))
      .toHaveText([/^Hit.*left/, /^Loaded · stored, fresh for \d+ s/])
    await expect(rows.filter({ hasText: 'GET /stale' }).first()).toHaveText(/^Stale/)
    await expect(rows.filter({ hasText: 'GET /etag' }).first()).toHaveText(/^Loaded · revalidated/)
    await expect(rows.filter({ hasText: 'GET /private' })).toHaveText(/^Miss · private/)
    await rows.filter({ hasText: 'GET /private' }).click()
    const detail = page.getByRole('region', { name: 'GET 200' })
    // Red: in src/renderer/src/views/requests/key-story.ts leave out `byGateway`.
    await expect(detail).toContainText('The origin answered. Not stored: private, so it is meant for one user.')
    await expect(detail.getByRole('term').filter({ hasText: 'Came by' })).toBeVisible()
    await expect(detail.getByRole('definition').filter({ hasText: /^gateway$/ })).toBeVisible()
    await expect(detail).toContainText(`${base}/private`)
    await expectAccessible(page)

    // What it holds.
    await page.goto(new URL('/caches/api?key=GET%20%2Ffresh', page.url()).href)
    const value = page.getByRole('region', { name: 'Value' })
    await expect(value).toContainText('HTTP/1.1 200 OK')
    await expect(value.getByRole('row', { name: /^cache-control/i })).toContainText('max-age=600')
    // Red: in src/renderer/src/views/cache/values/read-value.ts leave out `answerType`.
    await expect(value.getByRole('region', { name: 'Body' })).toContainText('"stock"')
    await expectAccessible(page)
    await value.getByRole('group', { name: 'View', exact: true }).getByRole('button', { name: 'Text' }).click()
    await expect(value).toContainText('{"path":"/fresh","in":"stock"}')

    // What becomes of it while a switch is off, and when its port is taken.
    await page.goto(new URL('/caches/api?tab=statistics', page.url()).href)
    await call('PATCH', '/admin/caches/api', { json: { enabled: false } })
    await expect(panel).toContainText('Listening, but caching is off: shop answers all requests.')
    await expect(page.getByRole('region', { name: 'its gateway passes requests on to the origin' })).toBeVisible()
    expect(await ask('/fresh')).toContain('stock')
    await call('PATCH', '/admin/caches/api', { json: { enabled: true, gateway: { port: api.port } } })
    await expect(panel).toContainText(`Not listening. Port ${api.port} is taken`)
    await expectAccessible(page)

    await page.goto(new URL('/caches/api?tab=settings', page.url()).href)
    const group = page.getByRole('group', { name: 'Gateway' })
    await group.getByLabel('Gateway').selectOption('None')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(async () => (await cache()).gatewayState).toBeUndefined()
  }
  finally {
    api.stop()
  }
})

// Red: in src/main/gateway/door.ts let `isForeign` return false; in cache-form.ts send no origins.
test('a page reads through a gateway if its origin is listed', { tag: '@http' }, async ({
  context,
  call,
  openConsole,
}) => {
  const api = await serve(answer)
  const app = await serve((_, response) => void response.setHeader('Content-Type', 'text/html').end('<!doctype html>'))
  try {
    const port = await freePort()
    const json = { name: 'shop', driver: 'http', url: `http://127.0.0.1:${api.port}/{key}` }
    await call('POST', '/admin/connections', { json })
    const gateway = { port, origins: [`http://localhost:${app.port}`] }
    await call('POST', '/admin/caches', { json: { name: 'api', ttl: null, source: { connection: 'shop' }, gateway } })
    await expect.poll(async () => (await (await call('GET', '/admin/caches/api')).json() as { gatewayState: object })
      .gatewayState).toMatchObject({ state: 'listening' })

    const page = await context.newPage()
    // Not from what the browser itself holds.
    const read = (): Promise<unknown> => page.evaluate(
      `fetch('http://localhost:${port}/fresh', { cache: 'no-store' }).then(answer => answer.json(), error => error.name)`,
    )
    await page.goto(`http://localhost:${app.port}`)
    expect(await read()).toEqual({ path: '/fresh', in: 'stock' })
    await page.goto(`http://127.0.0.1:${app.port}`)
    expect(await read()).toBe('TypeError')
    await page.close()

    const console = await openConsole('/requests')
    const rows = console.getByRole('grid', { name: 'Requests' }).getByRole('row')
    await expect(rows.filter({ hasText: 'GET /fresh' })).toHaveText(/^Loaded/)
    await expect(rows.filter({ hasText: 'Refused' })).toContainText('cross-origin')
  }
  finally {
    api.stop()
    app.stop()
  }
})

// Red: in src/renderer/src/components/CacheField.vue let `mayChange` be true.
test('a user who is not an administrator sees a gateway, and cannot change it', { tag: '@http' }, async ({
  page,
  server,
  call,
}) => {
  await call('POST', '/admin/users', { json: { name: 'ben', password: 'correct horse battery' } })
  await page.goto(`${server.url}/caches/default?tab=settings`)
  await page.getByLabel('User name').fill('ben')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Gateway: none. Only administrators may change it.')).toBeVisible()
  await expect(page.getByRole('group', { name: 'Gateway' })).toBeHidden()
})
