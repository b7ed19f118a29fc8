import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { launchServer } from '../helpers/launch-server'
import { expect, skipOnElectron, test } from './desktop-test'

skipOnElectron()

/** Occupies a port on 127.0.0.1. */
async function holdPort(): Promise<{ port: number, close: () => Promise<void> }> {
  const holder = createServer()
  await once(holder.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (holder.address() as AddressInfo).port,
    close: async () => void await new Promise(resolve => holder.close(resolve)),
  }
}

async function freePort(): Promise<number> {
  const { port, close } = await holdPort()
  await close()
  return port
}

test('a taken port: names it and who has it, takes another by hand only, remembers it when told', async ({
  launch,
}) => {
  const home = await mkdtemp(join(tmpdir(), 'larder-trouble-'))
  const { port, close } = await holdPort()
  const desktop = await launch({ env: { LARDER_HOME: home, LARDER_PORT: String(port) }, serving: false })
  const page = await desktop.page()
  const alert = page.getByRole('alert').first()
  await expect(alert).toContainText(`Port ${port} is taken`)
  await expect(alert).toContainText(`(process ${process.pid})`)
  expect(basename((await desktop.ask('tray')).image)).toBe('trouble.png')
  expect((await desktop.ask('tray')).tip).toContain(`Port ${port} is taken`)

  const field = page.getByRole('textbox', { name: 'Another port' })
  for (const wrong of ['', '0', '65536', '80x', '-1', '1e3']) {
    await field.fill(wrong)
    await page.getByRole('button', { name: 'Start on this port' }).click()
    await expect(field, wrong).toHaveAccessibleDescription(/1 to 65535|must be a/)
  }
  await page.getByRole('button', { name: `Try port ${port} again` }).click()
  await expect(alert).toContainText(`Port ${port} is taken`)

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy diagnostics' }).click()
  await expect(page.getByRole('status')).toHaveText('They are in the clipboard, without names and secrets.')
  const report = await page.evaluate<string>('navigator.clipboard.readText()')
  expect(report).toMatch(/^## Larder diagnostics\n[\s\S]*the server could not start/)
  expect(report).not.toContain(home)
  await page.context().clearPermissions()

  const other = await freePort()
  await field.fill(String(other))
  await page.getByLabel('Use this port from now on').check()
  await page.getByRole('button', { name: 'Start on this port' }).click()
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  expect((await fetch(`http://localhost:${other}/healthz`)).status).toBe(200)
  await expect.poll(async () => basename((await desktop.ask('tray')).image)).toBe('serving.png')
  expect(JSON.parse(await readFile(join(home, 'desktop.json'), 'utf8'))).toEqual({ port: other })
  await desktop.server.stop()
  await close()

  // A given port has priority over the remembered one, which is used if no port is given.
  const again = await launch({ env: { LARDER_HOME: home, LARDER_PORT: '' } })
  expect(again.server.url).toBe(`http://localhost:${other}`)
  await again.server.stop()
  await rm(home, { recursive: true, force: true })
})

test('retry serves on the port itself once it is free', async ({ launch }) => {
  const { port, close } = await holdPort()
  const desktop = await launch({ env: { LARDER_PORT: String(port) }, serving: false })
  const page = await desktop.page()
  const retry = page.getByRole('button', { name: `Try port ${port} again` })
  await expect(retry).toBeVisible()
  await close()
  await retry.click()
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  expect((await fetch(`http://localhost:${port}/healthz`)).status).toBe(200)
})

test('a data folder that another Larder has is trouble too, without a port to choose', async ({ launch }) => {
  const home = await mkdtemp(join(tmpdir(), 'larder-shared-'))
  const headless = await launchServer({ env: { LARDER_HOME: home } })
  const second = await launch({ env: { LARDER_HOME: home }, serving: false })
  const page = await second.page()
  await expect(page.getByRole('alert').first()).toContainText('is in use by another Larder')
  await expect(page.getByRole('textbox')).toBeHidden()
  await headless.stop()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  await second.server.stop()
  await rm(home, { recursive: true, force: true })
})

// Red when `process.on('uncaughtException', …)` of src/main/index.ts is left out.
test('a server that stops by itself is told, and can be started again', async ({ desktop, overview }) => {
  await desktop.ask('throwLater', 'a bug in a part')
  await expect(overview.getByRole('alert').first()).toContainText('The server stopped unexpectedly: a bug in a part')
  const { notifications } = await desktop.ask('recorded')
  expect(notifications.map(({ body }) => body)).toEqual(['The server stopped unexpectedly: a bug in a part'])
  await expect(fetch(`${desktop.server.url}/healthz`)).rejects.toThrow()
  await overview.getByRole('button', { name: 'Try again' }).click()
  await expect(overview.getByRole('table', { name: 'Caches' })).toBeVisible()
})
