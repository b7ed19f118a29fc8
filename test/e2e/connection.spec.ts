import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { launchServer } from '../helpers/launch-server'
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

  cable.pull()
  await expect(page.getByText('Reconnecting…')).toBeVisible()
  await call('PATCH', '/admin/caches/default', { json: { enabled: false } })
  await page.getByRole('switch', { name: 'Caching' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'The server cannot be reached.' }).first()).toBeAttached()
  await expect(page.getByRole('switch', { name: 'Caching' })).toBeChecked()

  cable.plug()
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
  await expect(page.getByRole('switch', { name: 'Enable default' })).not.toBeChecked()
})
