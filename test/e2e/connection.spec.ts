import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { launchServer } from '../helpers/launch-server'
import { expectAccessible } from './accessibility'
import { test as base, expect, skipWithoutBrowser } from './console-test'

skipWithoutBrowser()

/** A cable between browser and server that can be unplugged. */
interface Cable { port: number, target: number, pull: () => void, plug: () => void, close: () => void }

async function createCable(): Promise<Cable> {
  const sockets = new Set<Socket>()
  let plugged = true
  const listener = createServer((near) => {
    if (!plugged) {
      near.destroy()
      return
    }
    const far = connect(cable.target, '127.0.0.1')
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy()).on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  const pull = (): void => {
    plugged = false
    sockets.forEach(socket => socket.destroy())
  }
  const cable: Cable = {
    port: (listener.address() as AddressInfo).port,
    target: 0,
    pull,
    plug: () => void (plugged = true),
    close() {
      pull()
      listener.close()
    },
  }
  return cable
}

const test = base.extend<{ cable: Cable }>({

  cable: async ({}, use) => {
    const cable = await createCable()
    await use(cable)
    cable.close()
  },
  server: async ({ cable }, use) => {
    const server = await launchServer({ env: { LARDER_ALLOWED_HOSTS: `127.0.0.1:${cable.port}` } })
    cable.target = Number(new URL(server.url).port)
    await use(server)
    expect(await server.stop()).toBe(0)
  },
})

test('a lost connection shows, recovers, and catches up', async ({ page, server, cable, call }) => {
  await page.goto(`http://127.0.0.1:${cable.port}/#${await server.code()}`)
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
  // Otherwise the cable may be pulled before the page knows the state of the switch.
  await expect(page.getByRole('switch', { name: 'Caching' })).toBeChecked()

  // The screens that are shown later: their code comes from the server, too.
  await page.getByRole('link', { name: 'Requests', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'No request yet' })).toBeVisible()
  await page.getByRole('link', { name: 'Overview' }).click()
  await page.getByRole('rowheader').getByRole('link', { name: 'default' }).click()
  await expect(page.getByRole('tab', { name: 'Entries' })).toBeVisible()
  await page.getByRole('link', { name: 'Overview' }).click()
  await expect(page.getByRole('switch', { name: 'Enable default' })).toBeChecked()

  cable.pull()
  await expect(page.getByText('Reconnecting…')).toBeVisible()
  await call('PATCH', '/admin/caches/default', { json: { enabled: false } })
  await expect(page.getByRole('alert').filter({ hasText: 'No contact with the server' })).toBeVisible()
  await expect(page.getByText(/for \d+ s; figures of \d\d:\d\d:\d\d\.\s+Start it:\s+larder serve/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Copy the command' })).toBeEnabled()
  // What would change something is disabled, and the ways between screens are not.
  for (const name of ['Caching', 'Enable default'])
    await expect(page.getByRole('switch', { name })).toBeDisabled()
  await expect(page.getByRole('button', { name: 'New cache' })).toBeDisabled()
  await page.getByRole('rowheader').getByRole('link', { name: 'default' }).click()
  await expect(page.getByRole('tab', { name: 'Statistics' })).toBeEnabled()
  await expect(page.getByRole('button', { name: 'Add entry' })).toBeDisabled()
  await page.getByRole('link', { name: 'Requests', exact: true }).click()
  await expect(page.getByText('The requests so far could not be read')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'No request yet' })).toBeHidden()
  await expect(page.getByText('newest requests match')).toBeHidden()
  await expectAccessible(page)

  cable.plug()
  await expect(page.getByText('No contact with the server')).toBeHidden()
  await expect(page.getByRole('heading', { name: 'No request yet' })).toBeVisible()
  await page.getByRole('link', { name: 'Overview' }).click()
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
  await expect(page.getByRole('switch', { name: 'Enable default' })).not.toBeChecked()
})

// Red: in src/renderer/src/screen-loading.ts load no screen ahead.
test('the ways to screens that were never open stay open', { tag: '@http' }, async ({ page, server, cable }) => {
  const last = page.waitForResponse(/\/DocsView-[^/]+\.js$/)
  await page.goto(`http://127.0.0.1:${cable.port}/#${await server.code()}`)
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
  await (await last).finished()
  cable.pull()
  await expect(page.getByText('Reconnecting…')).toBeVisible()
  for (const name of ['Playground', 'API keys', 'Settings', 'Sources', 'Docs']) {
    await page.getByRole('link', { name, exact: true }).click()
    await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible()
  }
  cable.plug()
  await expect(page.getByText('No contact with the server')).toBeHidden()
})

// Red: in src/renderer/src/main.ts, and in screen-loading.ts, leave `reloadWhenReachable` out.
for (const [part, script, told] of [
  ['the console', '**/first-screen-*.js', 'The server cannot be reached. This page goes on once it answers.'],
  ['the screen', '**/RequestsView-*.js', 'Requests could not be opened, because the server cannot be reached.'],
] as const) {
  test(`a page whose server goes while ${part} loads says so, and goes on by itself`, { tag: '@http' }, async ({
    page,
    server,
  }) => {
    await page.goto(`${server.url}/#${await server.code()}`)
    await expect(page.getByText('Live', { exact: true })).toBeVisible()
    for (const path of [script, '**/livez'])
      await page.route(path, route => route.abort())
    await page.goto(`${server.url}/requests`)
    await expect(page.locator('body')).toContainText(told)
    await page.unrouteAll()
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()
  })
}

// Red: in use-writing-stop.ts leave `contact.lost` out.
test('while the server is lost, an entry can be read but not changed', async ({ page, server, cable, call }) => {
  await call('PUT', '/api/caches/default/entries/k', { body: 'kept' })
  await page.goto(`http://127.0.0.1:${cable.port}/#${await server.code()}`)
  await page.getByRole('rowheader').getByRole('link', { name: 'default' }).click()
  const entry = page.getByRole('region', { name: 'Entry' })
  await page.getByRole('grid', { name: 'Entries' }).getByRole('row', { name: /^k / }).click()
  await expect(entry).toContainText('kept')
  cable.pull()
  await expect(entry).toContainText('Nothing can be changed while the server does not answer.')
  for (const name of ['Edit', 'Touch', 'Invalidate'])
    await expect(entry.getByRole('button', { name })).toBeDisabled()
  await expect(entry).toContainText('kept')
  await expectAccessible(page)
  cable.plug()
  await expect(entry.getByRole('button', { name: 'Edit' })).toBeEnabled()
})

// Red: leave `contact.lost` out in src/renderer/src/components/FormDialog.vue, or in
// src/renderer/src/palette/CommandPalette.vue.
test('what is open over a screen cannot be sent while the server is lost, and says why', async ({
  page,
  server,
  cable,
}) => {
  await page.goto(`http://127.0.0.1:${cable.port}/#${await server.code()}`)
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
  // The code of the palette comes from the server, too.
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('option').first()).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'New cache' }).click()
  const dialog = page.getByRole('dialog', { name: 'New cache' })
  await expect(dialog.getByRole('button', { name: 'Create cache' })).toBeEnabled()

  cable.pull()
  await expect(dialog.getByRole('status').filter({ hasText: 'No contact with the server' })).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Create cache' })).toBeDisabled()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('new cache')
  const option = page.getByRole('option', { name: 'New cache…' })
  await expect(option).toContainText('No contact with the server')
  await expect(option).toBeDisabled()
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()

  cable.plug()
  await expect(option).toBeEnabled()
  await page.keyboard.press('Enter')
  await expect(dialog).toBeVisible()
})
