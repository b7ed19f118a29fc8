import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { beforeAll, expect, it } from 'vitest'
import { messageOf } from '../../../src/shared/errors'
import { timed } from '../../helpers/durations'
import { temporaryFolder } from '../../helpers/folder'
import { build, launch } from './launch'

beforeAll(build, 240_000)

/**
 * Limits how long a file of a process may be, so that whatever it writes behind that fails, as on a
 * full disk. Returns why that cannot be done here, or null.
 */
function limitFiles(pid: number | undefined, limit: string): string | null {
  try {
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${limit}:`], { stdio: 'pipe' })
    return null
  }
  catch (error) {
    return `no process can be limited here: ${messageOf(error)}`
  }
}

// R6. Red: in src/main/storage/disk-faults.ts leave 'SQLITE_IOERR' out, or in
// src/main/storage/entry-journal.ts drop `schedule()` where a write failed.
it.skipIf(process.platform !== 'linux')('r6 reads everything while nothing can be written, says so, and recovers', {
  timeout: 180_000,
}, async () => {
  const home = temporaryFolder()
  const server = launch(home)
  await server.ready
  const why = limitFiles(server.child.pid, 'unlimited')
  if (why !== null) {
    process.stdout.write(`${why}\n`)
    return
  }
  const keys = Array.from({ length: 50 }, (_, key) => `/v1/k${key}`)
  for (const key of keys)
    expect((await server.send('PUT', key, { body: 'before' })).status).toBe(201)

  limitFiles(server.child.pid, '1000')
  const state = async (): Promise<unknown> => (await server.send('GET', '/readyz')).json()
  const refused = await server.send('POST', '/admin/caches', { body: '{"name":"new","ttl":1}' })
  expect([refused.status, refused.json().code]).toEqual([507, 'storage-full'])
  for (const key of keys) {
    expect((await server.send('PUT', key, { body: 'during' })).status).toBeLessThan(300)
    expect((await server.send('GET', key)).text).toBe('during')
  }
  await expect.poll(state).toMatchObject({
    status: 'degraded',
    stores: {
      metadata: expect.stringContaining('cannot be written'),
      entries: expect.stringContaining('cannot be written'),
    },
  })
  expect((await server.send('GET', '/admin/stats')).json().failing).toEqual(['metadata', 'entries'])
  // Never taken for damage.
  expect(server.stderr()).not.toContain('damaged')

  limitFiles(server.child.pid, 'unlimited')
  const freed = performance.now()
  await expect.poll(state).toEqual({ status: 'ready', stores: { metadata: 'ok', entries: 'ok' } })
  if (timed)
    expect(performance.now() - freed).toBeLessThan(10_000)
  expect((await server.send('POST', '/admin/caches', { body: '{"name":"new","ttl":1}' })).status).toBe(201)
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null })

  const again = launch(home)
  for (const key of keys)
    expect((await again.send('GET', key)).text).toBe('during')
  expect((await again.send('GET', '/api/caches/new/entries/a')).status).toBe(404)
})
