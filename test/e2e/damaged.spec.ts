import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchServer } from '../helpers/launch-server'
import { expectAccessible } from './accessibility'
import { test as base, expect, skipWithoutBrowser } from './console-test'

skipWithoutBrowser()

/** A server that found its `entries.db` damaged when it started. */
const test = base.extend({
  server: async ({}, use) => {
    const home = await mkdtemp(join(tmpdir(), 'larder-e2e-'))
    await writeFile(join(home, 'entries.db'), 'this is no database', { mode: 0o600 })
    const server = await launchServer({ env: { LARDER_HOME: home } })
    await use(server)
    expect(await server.stop()).toBe(0)
    await rm(home, { recursive: true, force: true })
  },
})

// Red: in src/main/admin/server-state.ts leave `setAside` out of `stats.get`.
test('says that a damaged database was set aside, under which name and what is lost @http', async ({
  overview,
  server,
  call,
}) => {
  const banner = overview.getByRole('alert').filter({ hasText: 'entries.db is damaged' })
  await expect(banner).toContainText(`${server.home} as entries.db.corrupt-`)
  await expect(banner).toContainText('persistent caches start empty')
  await expectAccessible(overview)
  // The text is longer than a narrow window is wide.
  await overview.setViewportSize({ width: 400, height: 760 })
  expect(await overview.evaluate('document.documentElement.scrollWidth')).toBe(400)
  await overview.getByRole('button', { name: 'Hide' }).click()
  await expect(banner).toBeHidden()
  // Who cannot manage the server is told nothing of its folder.
  const key = await (await call('POST', '/admin/keys', { json: { label: 'app', scopes: ['read'] } })).json() as {
    secret: string
  }
  const shown = await call('GET', '/readyz', { headers: { 'Api-Key': key.secret } })
  expect(await shown.text()).not.toContain(server.home)
})
