// The client library in a page: the built file, unchanged.
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

const root = join(import.meta.dirname, '../..')
const files: Record<string, string> = {
  '/client.js': 'out/client/client.js',
  '/message-pack.js': 'out/client/message-pack.js',
  '/table.mjs': 'test/client/table.mjs',
}

/** The app under test. A real server: a page that only a test makes may not reach this machine. */
async function startApp(): Promise<{ origin: string, stop: () => void }> {
  const app = createServer((request, response) => {
    const path = files[request.url ?? '']
    response.setHeader('Content-Type', path === undefined ? 'text/html' : 'text/javascript')
    response.end(path === undefined ? '<!doctype html><title>App</title>' : readFileSync(join(root, path)))
  }).listen(0, '127.0.0.1')
  await once(app, 'listening')
  return {
    origin: `http://localhost:${(app.address() as AddressInfo).port}`,
    stop() {
      app.closeAllConnections()
      app.close()
    },
  }
}

// Red: in src/client/server-store.ts send `.` and `..` by their paths, which a browser shortens.
test('larder/client does in a page what it does under Node', { tag: '@http' }, async ({ page, server, call }) => {
  const { origin, stop } = await startApp()
  const answer = await call('POST', '/admin/keys', {
    json: { label: 'app', scopes: ['read', 'write'], origins: [origin] },
  })
  const { secret } = await answer.json() as { secret: string }
  await page.goto(origin)

  for (const options of [{}, { url: server.url, key: secret, timeout: 60 }]) {
    const faults = await page.evaluate(`Promise.all([import('/client.js'), import('/table.mjs')]).then(
      ([{ createClient }, { findFaults }]) => findFaults(createClient({ maxSize: 1000, ...${JSON.stringify(options)} })))`)
    expect(faults).toEqual([])
  }
  const away = await page.evaluate(`import('/client.js').then(async ({ createClient }) => {
    const client = createClient({ url: 'http://localhost:1' })
    const heard = []
    client.on('bypass', ({ error }) => heard.push(error.code))
    return [await client.remember('a', 1, () => 'made'), heard]
  })`)
  expect(away).toEqual(['made', ['unreachable']])
  stop()
})
