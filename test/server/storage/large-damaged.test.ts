import { Buffer } from 'node:buffer'
import { closeSync, openSync, readdirSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { startLarder } from '../../helpers/start-larder'

// R5. Red: in src/main/larder.ts let `createLarder` return `compose(options, false)`.
it('r5 sets a database aside that is too large to be read at each start, once loading it met damage', async () => {
  let larder = await startLarder()
  onTestFinished(() => larder.dispose())
  const value = Buffer.alloc(15_000_000, 'v')
  for (let entry = 0; entry < 5; entry++)
    expect((await larder.send('PUT', `/v1/k${entry}`, { body: value })).status).toBe(201)
  await larder.stop()
  const file = join(larder.home, 'entries.db')
  const database = new Sqlite(file, { readonly: true })
  const root = Number(database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = \'entry\'').pluck().get())
  database.close()
  expect(statSync(file).size).toBeGreaterThan(64 * 1024 * 1024)
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Buffer.alloc(100, 0xFF), 0, 100, (root - 1) * 4096)
  closeSync(descriptor)

  larder = await startLarder({ home: larder.home })
  expect(readdirSync(larder.home).filter(name => /^entries\.db\.corrupt-\w+$/.test(name))).toHaveLength(1)
  expect(larder.warnings).toEqual([expect.stringContaining('entries.db is damaged')])
  expect((await larder.send('GET', '/v1/k1')).status).toBe(404)
  expect((await larder.send('GET', '/readyz')).json()).toMatchObject({ status: 'ready' })
})
