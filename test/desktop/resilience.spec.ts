import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireKeyring, startKeyring } from '../helpers/keyring'
import { patience } from '../helpers/patience'
import { expect, skipOnElectron, test } from './desktop-test'
import { launchDesktop } from './launch-desktop'

skipOnElectron()

// Red when `created.webContents.reload()` of src/main/desktop/main-window.ts is left out.
test('a page that crashes comes back, and the server does not notice', async ({ desktop, overview }) => {
  await desktop.ask('crash')
  await expect.poll(async () => (await desktop.page()) !== overview).toBe(true)
  const revived = await desktop.page()
  await expect(revived.getByRole('table', { name: 'Caches' })).toBeVisible()
  await expect(revived.getByText('Live', { exact: true })).toBeVisible()
  await fetch(`${desktop.server.url}/admin/switch`, {
    method: 'PUT',
    headers: { 'Api-Key': desktop.server.apiKey, 'Content-Type': 'application/json' },
    body: '{"enabled":false}',
  })
  await expect(revived.getByRole('switch', { name: 'Caching' })).not.toBeChecked()
})

// Red when `powerMonitor.on('resume', …)` of src/main/desktop/shell.ts is left out: the console
// then still shows expired entries.
test('after a sleep, what has expired is gone, and the page is told to read again', async ({ desktop, overview }) => {
  const { server } = desktop
  const key = { 'Api-Key': server.apiKey }
  await fetch(`${server.url}/v1/short`, { method: 'PUT', headers: { ...key, 'Larder-TTL': '60' }, body: 'x' })
  await fetch(`${server.url}/v1/long`, { method: 'PUT', headers: { ...key, 'Larder-TTL': '30000' }, body: 'x' })
  await overview.evaluate('void (globalThis.told = new Promise(resolve => larder.subscribe("lagged", resolve)))')
  await desktop.ask('power', 'suspend')
  await desktop.ask('skipTime', 8 * 3_600_000)
  await desktop.ask('power', 'resume')
  expect(JSON.parse(await overview.evaluate<string>('told'))).toEqual({ dropped: 0, requests: {} })
  expect((await fetch(`${server.url}/v1/short`, { headers: key })).status).toBe(404)
  expect((await fetch(`${server.url}/v1/long`, { headers: key })).status).toBe(200)
})

test('starts without a keychain, and says where keys are instead', async ({ launch }) => {
  const desktop = await launch({ env: { LARDER_VAULT: 'auto', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' } })
  const page = await desktop.page()
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  await page.getByRole('link', { name: 'API keys' }).click()
  const vault = page.getByRole('region', { name: 'Where secrets are kept' })
  await expect(vault).toContainText('Private file')
  await desktop.ask('click', 'tray', ['Copy API key'])
  await expect.poll(async () => (await desktop.ask('recorded')).clipboard).toMatch(/^lk_/)
})

// Red when `if (process.parentPort)` of src/main/vault/keychain-child.cjs is left out.
test('keeps keys in the keychain, asked in a process of its own', async ({ launch }) => {
  const keyring = requireKeyring()
  test.skip(!keyring.available, keyring.reason)
  const folder = await mkdtemp(join(tmpdir(), 'larder-keyring-'))
  const bus = await startKeyring(folder, 'unlocked')
  try {
    // Not 'auto', which would use the file if a busy machine answers late.
    const desktop = await launch({ env: { LARDER_VAULT: 'keychain', DBUS_SESSION_BUS_ADDRESS: bus.address } })
    const { url, apiKey } = desktop.server
    const settings = async (): Promise<unknown> =>
      (await fetch(`${url}/admin/settings`, { headers: { 'Api-Key': apiKey } })).json()
    await expect.poll(settings).toMatchObject({ vault: { driver: 'keychain', state: 'ok' } })
    // Once more if a busy machine takes longer than a keychain gets: 10 s.
    await expect(async () => {
      await desktop.ask('click', 'tray', ['Copy API key'])
      const clipboard = async (): Promise<string> => (await desktop.ask('recorded')).clipboard
      await expect.poll(clipboard, { timeout: 12_000 }).toMatch(/^lk_/)
    }).toPass({ timeout: patience })
    expect(await desktop.server.stop()).toBe(0)
  }
  finally {
    await bus.stop()
    await rm(folder, { recursive: true, force: true })
  }
})

// Red when src/main/index.ts does not await `keeper.stop()` before `app.exit(0)`.
test('quitting writes what is held', async ({ launch }) => {
  const home = await mkdtemp(join(tmpdir(), 'larder-flush-'))
  const first = await launch({ env: { LARDER_HOME: home } })
  const headers = { 'Api-Key': first.server.apiKey, 'Content-Type': 'application/json' }
  await fetch(`${first.server.url}/admin/caches`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ name: 'kept', ttl: 600, persistent: true }),
  })
  await fetch(`${first.server.url}/api/caches/kept/batch`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      operations: Array.from({ length: 2000 }, (_, i) => ({ op: 'set', key: `k${i}`, value: { text: 'x' } })),
    }),
  })
  expect(await first.server.stop()).toBe(0)

  const second = await launch({ env: { LARDER_HOME: home, LARDER_API_KEY: first.server.apiKey } })
  const { total } = await (await fetch(
    `${second.server.url}/api/caches/kept/entries?limit=1`,
    { headers },
  )).json() as { total: number }
  expect(total).toBe(2000)
  await second.server.stop()
  await rm(home, { recursive: true, force: true })
})

test('a bad configuration is told and ends the start', async ({ shellBrowser }) => {
  await expect(launchDesktop(shellBrowser, { env: { LARDER_PORT: 'many' } })).rejects.toThrow(/LARDER_PORT=many/)
})

test('opens no window where none is wanted', async ({ launch }) => {
  const desktop = await launch({ env: { LARDER_HEADLESS: '1' } })
  expect((await fetch(`${desktop.server.url}/healthz`)).status).toBe(200)
  expect(await desktop.ask('windows')).toEqual([])
  await expect(desktop.ask('tray')).rejects.toThrow('There is no tray')
})
