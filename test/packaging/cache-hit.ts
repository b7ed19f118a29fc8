import type { ServerProcess } from '../server/process/launch'
import { expect } from 'vitest'

/** Stores and reads over HTTP, then stops the server, to prove that the installed app works. */
export async function expectCacheHit(server: ServerProcess): Promise<void> {
  const path = '/api/caches/default/entries/greeting'
  expect((await server.send('PUT', path, { headers: { 'Larder-TTL': '60' }, body: 'Hello' })).status).toBe(201)
  const read = await server.send('GET', path)
  expect([read.status, read.text]).toEqual([200, 'Hello'])
  expect(read.headers['cache-status']).toMatch(/^Larder; hit; ttl=(?:59|60)$/)
  // The console is part of the installation.
  expect((await server.send('GET', '/')).text).toContain('<title>Larder</title>')
  expect((await server.end('SIGTERM')).code, server.stderr()).toBe(0)
}
