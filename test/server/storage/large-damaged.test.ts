import type { TestLarder } from '../../helpers/start-larder'
import { Buffer } from 'node:buffer'
import { closeSync, openSync, readdirSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { startLarder } from '../../helpers/start-larder'

/** A server that was stopped, with more entries than are read as a whole at each start. */
async function largeHome(): Promise<string> {
  const larder = await startLarder()
  onTestFinished(() => larder.dispose())
  const value = Buffer.alloc(15_000_000, 'v')
  for (let entry = 0; entry < 5; entry++)
    expect((await larder.send('PUT', `/v1/k${entry}`, { body: value })).status).toBe(201)
  // More than a start reads before it serves.
  for (let entry = 0; entry < 300; entry++)
    await larder.send('PUT', `/v1/small${entry}`, { body: 'v' })
  await larder.stop()
  expect(statSync(join(larder.home, 'entries.db')).size).toBeGreaterThan(64 * 1024 * 1024)
  return larder.home
}

function damagePage(home: string, page: number): void {
  const descriptor = openSync(join(home, 'entries.db'), 'r+')
  writeSync(descriptor, Buffer.alloc(100, 0xFF), 0, 100, (page - 1) * 4096)
  closeSync(descriptor)
}

/** The page in which a table or an index begins. */
function rootOf(home: string, name: string): number {
  const database = new Sqlite(join(home, 'entries.db'), { readonly: true })
  const root = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(name)
  database.close()
  return Number(root)
}

async function expectAside(larder: TestLarder): Promise<void> {
  expect(readdirSync(larder.home).filter(name => /^entries\.db\.corrupt-\w+$/.test(name))).toHaveLength(1)
  expect(larder.warnings).toEqual([expect.stringContaining('entries.db is damaged')])
  expect((await larder.send('GET', '/v1/k1')).status).toBe(404)
  expect((await larder.send('GET', '/readyz')).json()).toMatchObject({ status: 'ready' })
}

// R5. Red: in src/main/larder.ts let `createLarder` return `compose(options, false)`.
it('r5 sets a large database aside at once if the start itself meets damage', async () => {
  const home = await largeHome()
  damagePage(home, rootOf(home, 'entry_cache'))
  const larder = await startLarder({ home })
  onTestFinished(() => larder.dispose())
  await expectAside(larder)
})

// R5. Red: in src/main/storage/entry-pages.ts drop `suspectEntries(…)`.
it('r5 serves on where entries that come back meet damage, says so, and sets it aside at the next start', async () => {
  const home = await largeHome()
  // In the middle of the value that was stored first and comes back last.
  damagePage(home, 1000)
  let larder = await startLarder({ home })
  onTestFinished(() => larder.dispose())
  await expect.poll(async () => (await larder.send('GET', '/readyz')).json()).toMatchObject({
    status: 'degraded',
    stores: { metadata: 'ok', entries: expect.stringContaining('malformed') },
  })
  expect((await larder.send('GET', '/v1/k1')).status).toBe(404)
  expect((await larder.send('GET', '/v1/small299')).status).toBe(200)
  larder = await larder.restart()
  await expectAside(larder)
})
