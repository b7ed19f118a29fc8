import type { AddressInfo } from 'node:net'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer } from 'node:net'
import { connectRedis } from '../helpers/redis-connection'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

/** What a page of another origin tries, each with a key of its own. */
const bodyOf = (key: string): string => JSON.stringify(`SET ${key} 1\r\n*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$1\r\n1\r\n`)
function fetching(options: string) {
  return (url: string, key: string): string =>
    `fetch('${url}/SET%20${key}%201', { ${options}, body: ${bodyOf(key)} }).then(() => 'answered', error => error.name)`
}
const attempts: Record<string, (url: string, key: string) => string> = {
  'a POST without CORS': fetching('method: \'POST\', mode: \'no-cors\''),
  'a POST with CORS': fetching('method: \'POST\''),
  'a PUT': fetching('method: \'PUT\''),
  'a method that is a command': fetching('method: \'SET\''),
  'a beacon': (url, key) => `navigator.sendBeacon('${url}/', ${bodyOf(key)})`,
  'a form of plain text': (url, key) => `(() => {
    const form = document.body.appendChild(document.createElement('form'))
    Object.assign(form, { method: 'post', enctype: 'text/plain', action: '${url}/', target: 'frame' })
    const field = form.appendChild(document.createElement('textarea'))
    Object.assign(field, { name: ${bodyOf(key)}, value: 'x' })
    document.body.appendChild(document.createElement('iframe')).name = 'frame'
    form.submit()
  })()`,
  'an image': (url, key) => `{ new Image().src = '${url}/?' + ${bodyOf(key)} }`,
  'a WebSocket': (url, key) => `{ new WebSocket('${url.replace('http', 'ws')}/SET%20${key}%201') }`,
}

/** A way to the port that notes what a browser sends there. */
async function watchWay(port: number): Promise<{ port: number, sent: Buffer[], close: () => void }> {
  const sent: Buffer[] = []
  const way = createServer((socket) => {
    const server = connect(port, 'localhost')
    const end = (): void => void [socket, server].forEach(each => each.destroy())
    socket.on('data', bytes => sent.push(bytes)).on('error', end).pipe(server).on('error', end).pipe(socket)
  }).listen(0, 'localhost')
  await once(way, 'listening')
  return { port: (way.address() as AddressInfo).port, sent, close: () => way.close() }
}

// Red: in src/main/redis/request-parser.ts throw no ForeignClient for a line: then pages set keys.
test('a page of another origin runs no command on the Redis port', async ({ page, call }) => {
  await call('PATCH', '/admin/settings', { json: { anonymous: { enabled: true, scopes: ['read', 'write'] } } })
  const { redis } = await (await call('GET', '/admin/settings')).json() as { redis: string }
  const way = await watchWay(Number(new URL(redis).port))
  const connection = await connectRedis(way.port)
  // A client of Redis does set a key by this way.
  expect(await connection.send('SET', 'allowed', '1')).toBe('OK')

  // Of this computer, since browsers keep pages from elsewhere away from its ports.
  const site = createHttpServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<body>'))
  await once(site.listen(0, '127.0.0.1'), 'listening')
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}`)
  for (const [index, [name, attempt]] of Object.entries(attempts).entries()) {
    await test.step(name, async () => {
      const before = way.sent.length
      await page.evaluate(attempt(`http://localhost:${way.port}`, `stolen-${index}`))
      await expect.poll(() => way.sent.length).toBeGreaterThan(before)
    })
  }
  expect(await connection.send('KEYS', '*')).toEqual([Buffer.from('allowed')])
  const { requests } = await (await call('GET', '/admin/requests?filter=face:redis')).json() as {
    requests: { key: string | null }[]
  }
  expect(requests.map(({ key }) => key)).toEqual(['allowed', null])
  connection.close()
  way.close()
  site.close()
})
