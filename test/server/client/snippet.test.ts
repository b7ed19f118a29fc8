import { execFile } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeClient } from '../../../src/renderer/src/snippets/javascript'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { build } from '../process/launch'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')
let larder: Awaited<ReturnType<typeof startLarder>>
beforeAll(async () => {
  await build()
  larder = await startLarder()
}, 600_000)
afterAll(() => larder.dispose())

// Red: in src/renderer/src/snippets/javascript.ts leave `cache` out of the options.
it.each(['user:1', '..', 'a\'b\n`$`', '東京/😀'])('code for the client library reads the key %j', async (key) => {
  await larder.send('POST', '/admin/caches', { body: JSON.stringify({ name: `c${[...key].length}`, ttl: 60 }) })
  const cache = `c${[...key].length}`
  const operations = [{ op: 'set', key, value: { text: '{"n":1}' }, contentType: 'application/json' }]
  await larder.send('POST', `/api/caches/${cache}/batch`, { body: JSON.stringify({ operations }) })
  const code = writeClient(`http://localhost:${larder.port}`, cache, key)
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    env: { ...process.env, LARDER_API_KEY: ownerKey, LARDER_TIMEOUT: '60' },
  })
  expect(stdout).toBe('{ n: 1 }\n')
})
