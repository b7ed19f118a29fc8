import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, skipWithoutBrowser, test } from './desktop-test'

skipWithoutBrowser()

const hostileKey = 'canary-key-of-the-repository'

// S27. Red: src/main/index.ts, leave out `warnings.forEach(…)` or `logger.info(larder.listening)`.
test('a .env that nobody has trusted opens nothing, and the log names what it ignores', async ({ launch }) => {
  const home = await mkdtemp(join(tmpdir(), 'larder-hostile-'))
  await writeFile(join(home, '.env'), `LARDER_HOST=0.0.0.0\nLARDER_ALLOW_PLAINTEXT=1\nLARDER_API_KEY=${hostileKey}\n`)
  const desktop = await launch({ env: { LARDER_HOME: home, LARDER_API_KEY: '' } })
  const answer = await fetch(`${desktop.server.url}/admin/caches`, { headers: { 'Api-Key': hostileKey } })
  expect(answer.status).toBe(401)
  await desktop.server.stop()
  const log = await readFile(join(home, 'logs/desktop.log'), 'utf8')
  const said = log.trim().split('\n').map(line => (JSON.parse(line) as { message: string }).message)
  for (const name of ['LARDER_HOST', 'LARDER_ALLOW_PLAINTEXT', 'LARDER_API_KEY']) {
    expect(said).toContain(
      `${name} in ${home}/.env is ignored: you have not trusted this file. To trust it: larder trust`,
    )
  }
  expect(said).toContainEqual(expect.stringMatching(
    /^Listening on 127\.0\.0\.1:\d.*: reachable from this machine only\.$/,
  ))
  expect(log).not.toContain(hostileKey)
  await rm(home, { recursive: true, force: true })
})
