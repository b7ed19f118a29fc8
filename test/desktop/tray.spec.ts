import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { connectRedis } from '../helpers/redis-connection'
import { expect, skipOnElectron, test } from './desktop-test'

skipOnElectron()

// Red when the subscription of src/main/desktop/switchboard.ts leaves out the topic `switch`.
test('its picture, tip and menu tell what is so, and change it', async ({ desktop, overview }) => {
  const { server } = desktop
  const image = async (): Promise<string> => basename((await desktop.ask('tray')).image)
  const caching = async (): Promise<boolean | undefined> =>
    (await desktop.ask('menu', 'tray')).find(({ label }) => label === 'Caching')?.checked
  expect(await desktop.ask('tray')).toMatchObject({ imageMissing: false, tip: `Larder – serving on ${server.url}` })
  expect(await image()).toBe('serving.png')
  expect(await caching()).toBe(true)

  await desktop.ask('click', 'tray', ['Caching'])
  await expect.poll(image).toBe('off.png')
  expect(await caching()).toBe(false)
  expect((await desktop.ask('tray')).imageMissing).toBe(false)
  expect((await fetch(`${server.url}/v1/a`, { headers: { 'Api-Key': server.apiKey } })).status).toBe(503)
  await expect(overview.getByRole('switch', { name: 'Caching' })).not.toBeChecked()
  await desktop.ask('click', 'tray', ['Caching'])
  await expect.poll(image).toBe('serving.png')
})

test('has a switch for each cache, whatever its name', async ({ desktop }) => {
  const { server } = desktop
  const send = (method: string, path: string, body?: object): Promise<Response> =>
    fetch(server.url + path, {
      method,
      headers: { 'Api-Key': server.apiKey, 'Content-Type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
    })
  const caches = async (): Promise<[string, boolean][] | undefined> =>
    (await desktop.ask('menu', 'tray'))
      .find(({ label }) => label === 'Caches')?.submenu
      .map(({ label, checked }) => [label, checked])
  await expect.poll(caches).toEqual([['default', true]])
  await send('POST', '/admin/caches', { name: '__proto__', ttl: 60 })
  await expect.poll(caches).toEqual([['default', true], ['__proto__', true]])
  await desktop.ask('click', 'tray', ['Caches', '__proto__'])
  await expect.poll(async () => (await send('GET', '/api/caches/__proto__/entries/a')).status).toBe(503)
  expect((await send('GET', '/api/caches/default/entries/a')).status).toBe(404)
  await expect.poll(caches).toContainEqual(['__proto__', false])
  await send('DELETE', '/admin/caches/__proto__')
  await expect.poll(caches).toEqual([['default', true]])
})

test('copies the API key and the URLs, and says why it cannot', async ({ launch }) => {
  const desktop = await launch({ env: { LARDER_REDIS_PORT: '0' } })
  const { server } = desktop
  await desktop.ask('click', 'tray', ['Copy base URL'])
  await expect.poll(async () => (await desktop.ask('recorded')).clipboard).toBe(server.url)
  await desktop.ask('click', 'tray', ['Copy API key'])
  await expect.poll(async () => (await desktop.ask('recorded')).clipboard).toMatch(/^lk_/)
  const { clipboard } = await desktop.ask('recorded')
  expect((await fetch(`${server.url}/admin/session`, { headers: { 'Api-Key': clipboard } })).status).toBe(200)

  await desktop.ask('click', 'tray', ['Copy Redis URL'])
  await expect.poll(async () => (await desktop.ask('recorded')).clipboard).toMatch(/^redis:\/\/:lk_/)
  const redis = await connectRedis(Number(new URL((await desktop.ask('recorded')).clipboard).port))
  expect(await redis.send('AUTH', clipboard)).toBe('OK')
  redis.close()

  const [key] = await (await fetch(
    `${server.url}/admin/keys`,
    { headers: { 'Api-Key': server.apiKey } },
  )).json() as { id: string }[]
  await fetch(`${server.url}/admin/keys/${key?.id}`, { method: 'DELETE', headers: { 'Api-Key': server.apiKey } })
  await desktop.ask('click', 'tray', ['Copy API key'])
  await expect
    .poll(async () => (await desktop.ask('recorded')).notifications.at(-1)?.body)
    .toContain('There is no API key')
})

// S20. Red when `openInBrowser` of src/main/desktop/desktop-actions.ts passes the page's `url`
// instead of its `path` to the system.
test('opens the console in the browser by a private page that works once', async ({ desktop, page, browser }) => {
  await desktop.ask('click', 'tray', ['Open console in browser'])
  await expect.poll(async () => (await desktop.ask('recorded')).opened.length).toBe(1)
  const [path = ''] = (await desktop.ask('recorded')).opened
  expect(path.startsWith(join(desktop.server.home, 'sign-in'))).toBe(true)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const [, link = ''] = /href="([^"]+)"/.exec(readFileSync(path, 'utf8')) ?? []
  expect(new URL(link).origin).toBe(desktop.server.url)

  await page.goto(pathToFileURL(path).href)
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  expect(page.url()).toBe(`${desktop.server.url}/`)
  expect(existsSync(path)).toBe(false)
  const other = await browser.newPage()
  await other.goto(link)
  await expect(other.getByText('This sign-in link does not work')).toBeVisible()
  await other.close()
})

test('starts at login when it is told to', async ({ desktop }) => {
  test.skip(process.platform !== 'linux', 'Elsewhere Electron does it itself.')
  const file = join(desktop.server.home, 'config/autostart/larder.desktop')
  const checked = async (): Promise<boolean | undefined> =>
    (await desktop.ask('menu', 'tray')).find(({ label }) => label === 'Start at login')?.checked
  expect(await checked()).toBe(false)
  await desktop.ask('click', 'tray', ['Start at login'])
  await expect.poll(checked).toBe(true)
  expect(readFileSync(file, 'utf8')).toMatch(
    /^\[Desktop Entry\]\nType=Application\n[\s\S]*\nExec=".+" ".+" "--hidden"\n/,
  )
  await desktop.ask('click', 'tray', ['Start at login'])
  await expect.poll(checked).toBe(false)
  expect(existsSync(file)).toBe(false)
})
