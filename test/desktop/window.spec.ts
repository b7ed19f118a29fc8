import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, skipOnElectron, test } from './desktop-test'

skipOnElectron()

test('shows the console, signed in as the owner, at the size of a first start', async ({ desktop, overview }) => {
  await expect(overview.getByRole('switch', { name: 'Caching' })).toBeChecked()
  await expect(overview.getByText('Live', { exact: true })).toBeVisible()
  await overview.getByRole('button', { name: 'Signed in as' }).click()
  await expect(overview.getByRole('menuitemradio', { name: 'Dark' })).toBeVisible()
  await expect(overview.getByRole('menuitem', { name: 'Sign out' })).toBeHidden()
  expect(await desktop.ask('windows')).toMatchObject([{
    bounds: { width: 1180, height: 760 },
    visible: true,
    url: 'app://larder/',
  }])
  expect((await desktop.ask('recorded')).notifications).toEqual([])
})

// Red when `created.on('close', …)` of src/main/desktop/main-window.ts is left out.
test('comes back where it was, and where it can be seen', async ({ launch }) => {
  const home = await mkdtemp(join(tmpdir(), 'larder-window-'))
  const first = await launch({ env: { LARDER_HOME: home } })
  await first.page()
  await first.ask('setBounds', { x: 300, y: 200, width: 900, height: 700 })
  await first.ask('maximize')
  await first.ask('closeWindow')
  expect(JSON.parse(await readFile(join(home, 'window.json'), 'utf8'))).toEqual({
    bounds: { x: 300, y: 200, width: 900, height: 700 },
    maximized: true,
  })
  await first.ask('click', 'tray', ['Open console'])
  expect(await first.ask('windows')).toMatchObject([{
    bounds: { x: 300, y: 200, width: 900, height: 700 },
    maximized: true,
  }])

  // The window's display is gone.
  await first.ask('closeWindow')
  await first.ask('setDisplays', [{ x: 2000, y: 0, width: 1000, height: 600 }])
  await first.ask('click', 'tray', ['Open console'])
  expect(await first.ask('windows')).toMatchObject([{ bounds: { x: 2050, y: 0, width: 900, height: 600 } }])

  await first.ask('closeWindow')
  await writeFile(join(home, 'window.json'), '{"bounds":{"x":1e99,"y":null},"maximized":"yes","__proto__":{}}')
  await first.ask('click', 'tray', ['Open console'])
  expect(await first.ask('windows')).toMatchObject([{ bounds: { width: 1180, height: 760 }, maximized: false }])
  await first.server.stop()
  await rm(home, { recursive: true, force: true })
})

test('closing it leaves the server in the tray; quitting stops it', async ({ desktop, overview }) => {
  const { server } = desktop
  await overview.close()
  await expect.poll(() => desktop.ask('windows')).toEqual([])
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  expect(await desktop.ask('tray')).toMatchObject({ count: 1 })
  await desktop.ask('clickTray')
  await expect((await desktop.page()).getByRole('table', { name: 'Caches' })).toBeVisible()

  await desktop.ask('click', 'tray', ['Quit Larder'])
  expect(await desktop.ended).toBe(0)
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow()
  expect(existsSync(join(server.home, 'control.json'))).toBe(false)
})

// Red when src/main/index.ts does not call `app.requestSingleInstanceLock()`, or does not listen to
// 'second-instance'.
test('a second start shows the window of the first', async ({ desktop, launch }) => {
  await desktop.page()
  await desktop.ask('minimize')
  const second = await launch({ env: { LARDER_HOME: desktop.server.home }, serving: false })
  expect(await second.ended).toBe(0)
  await expect.poll(() => desktop.ask('windows')).toMatchObject([{ minimized: false, visible: true }])
})

test('starts to the tray alone where it was started at login', async ({ launch }) => {
  const desktop = await launch({ args: ['--hidden'] })
  await expect.poll(async () => (await desktop.ask('tray').catch(() => null))?.count).toBe(1)
  expect(await desktop.ask('windows')).toEqual([])
})

test('the menu leads to the screens, and says what it is', async ({ desktop, overview }) => {
  await desktop.ask('click', 'application', ['Go', 'Requests'])
  await expect(overview).toHaveTitle('Requests · Larder')
  await desktop.ask('click', 'application', ['Help', 'Docs'])
  await expect(overview).toHaveTitle('Docs · Larder')
  await desktop.ask('click', 'application', ['Help', 'About Larder'])
  expect((await desktop.ask('recorded')).about).toBe(1)
  expect((await desktop.ask('shell')).about).toMatchObject({
    applicationName: 'Larder',
    applicationVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    version: expect.stringMatching(/Electron .+ Chromium .+ Node \d/),
  })
  const menu = await desktop.ask('menu', 'application')
  expect(menu.map(({ label, role }) => label || role)).toEqual([
    'File',
    'editMenu',
    'View',
    'Go',
    'Server',
    'windowMenu',
    'Help',
  ])
  const accelerators = menu.flatMap(({ submenu }) => submenu.map(({ accelerator }) => accelerator)).filter(Boolean)
  expect(new Set(accelerators).size).toBe(accelerators.length)
  expect(accelerators).toEqual(expect.arrayContaining(['CmdOrCtrl+,', 'CmdOrCtrl+Q', 'CmdOrCtrl+1', 'F1']))
})
