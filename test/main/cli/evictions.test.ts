import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { larder } from './harness'
import { typing } from './typing'

let server: TestLarder
beforeAll(async () => {
  server = await startLarder()
})
beforeEach(async () => {
  await server.send('POST', '/admin/caches', { body: '{"name":"products","ttl":60}' })
  await server.send('PATCH', '/admin/caches/products', { body: '{"maxEntries":null}' })
  for (const key of ['a', 'b', 'c', 'd'])
    await server.send('PUT', `/api/caches/products/entries/${key}`, { body: key })
})
afterAll(() => server.dispose())

async function entries(): Promise<number> {
  return (await server.send('GET', '/admin/caches/products')).json<{ entries: number }>().entries
}
const surroundings = { env: { LARDER_API_KEY: ownerKey } }
const question = 'Lower the limit? 3 of 4 entries of products will be evicted. [y/N] '
const update = ['caches', 'update', 'products', '--max-entries', '1']
const call = ['call', 'caches.update', '{"name":"products","maxEntries":1}']

// Red: in src/main/cli/ask-evictions.ts leave `confirm` out.
it.each([
  [update, 'y\r', 1],
  [update, 'n\r', 4],
  [call, 'yes\r', 1],
  [call, '\x03', 4],
])('%j says how many entries go, and takes %j', async (argv, answer, left) => {
  const { code, screen } = await typing(['--url', server.url, ...argv], [answer], surroundings)
  expect(screen).toContain(question)
  expect([code, await entries()]).toEqual([left === 1 ? 0 : 1, left])
})

it.each([
  [[...update, '--yes'], true, 1],
  [[...call, '--yes'], true, 1],
  [update, false, 1],
  [call, false, 1],
  [['caches', 'update', 'products', '--max-entries', '4'], true, 4],
  [['caches', 'update', 'products', '--ttl', '5m'], true, 4],
  [['call', 'settings.update', '{"memory":268435456}'], true, 4],
])('%j asks nobody (at a terminal: %s)', async (argv, tty, left) => {
  const { code, stderr } = await larder(['--url', server.url, ...argv], { ...surroundings, tty })
  expect([code, stderr, await entries()]).toEqual([0, '', left])
})

it('asks before a lower budget, too', async () => {
  for (let index = 0; index < 20; index++)
    await server.send('PUT', `/api/caches/products/entries/large${index}`, { body: 'x'.repeat(100_000) })
  const argv = ['--url', server.url, 'call', 'settings.update', '{"memory":"1MiB"}']
  const { code, screen } = await typing(argv, ['n\r'], surroundings)
  expect(screen).toMatch(/Lower the memory budget\? About 1\d of 24 entries in all caches will be evicted\. /)
  expect([code, await entries()]).toEqual([1, 24])
})
