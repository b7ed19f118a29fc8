import { consolePaths } from '../../src/shared/console-paths'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

test('every path of the console answers the page, and names what it shows', { tag: '@http' }, async ({
  openConsole,
  server,
}) => {
  const page = await openConsole('/docs')
  await expect(page).toHaveTitle('Docs · Larder')
  for (const path of Object.values(consolePaths)) {
    const response = await fetch(server.url + path.replace('{name}', 'products'))
    expect([response.status, response.headers.get('Content-Type')], path).toEqual([200, 'text/html; charset=utf-8'])
  }
  await page.goto(`${server.url}/caches/a.b-c`)
  await expect(page.getByRole('navigation', { name: 'Screens' })).toBeVisible()
})

test('goes between screens by links, by history and by keys', { tag: '@screen' }, async ({ overview }) => {
  await overview.getByRole('link', { name: 'Docs' }).click()
  await expect(overview).toHaveURL(/\/docs$/)
  await expect(overview.getByRole('link', { name: 'Docs' })).toHaveAttribute('aria-current', 'page')
  await overview.goBack()
  await expect(overview.getByRole('table', { name: 'Caches' })).toBeVisible()
  await overview.keyboard.press('g')
  await overview.keyboard.press('d')
  await expect(overview).toHaveURL(/\/docs$/)
  await overview.getByLabel('Search operations').pressSequentially('go')
  await expect(overview.getByLabel('Search operations')).toHaveValue('go')
  await expect(overview).toHaveURL(/\/docs$/)
})

// Red: in src/renderer/src/shell/CacheLinks.vue leave out `showCurrent`.
test('the cache that is open is in sight in a long list', { tag: '@screen' }, async ({ openConsole, call }) => {
  for (let at = 10; at < 60; at++)
    await call('POST', '/admin/caches', { json: { name: `cache${at}`, ttl: 60 } })
  const page = await openConsole('/caches/cache59')
  const list = page.getByRole('navigation', { name: 'Caches' })
  await expect(list.getByRole('link', { name: /^cache59/ })).toBeInViewport({ ratio: 0.9 })
  await expect(list.getByRole('link', { name: /^cache10/ })).not.toBeInViewport()
})

// Red: leave `ahead` out of src/renderer/src/shell/use-shell-shortcuts.ts.
test('what is typed after / while a screen loads goes to its filter', { tag: '@http' }, async ({
  overview,
  server,
}) => {
  const held = Promise.withResolvers<void>()
  await overview.route(/CacheView[^/]*\.js$/, async (route) => {
    await held.promise
    await route.continue()
  })
  await overview.goto(`${server.url}/caches/default`)
  await expect(overview.getByRole('navigation', { name: 'Screens' })).toBeVisible()
  await overview.keyboard.type('/user:1* -tag:b')
  held.resolve()
  await expect(overview.getByRole('searchbox', { name: 'Filter keys' })).toHaveValue('user:1* -tag:b')
  await overview.keyboard.type('a')
  await expect(overview.getByRole('searchbox', { name: 'Filter keys' })).toHaveValue('user:1* -tag:ba')
  await expect(overview.getByRole('dialog')).toBeHidden()
})

test('the paths that people guess lead to the overview', { tag: '@http' }, async ({ overview, server }) => {
  for (const path of ['/caches', '/overview']) {
    await overview.goto(server.url + path)
    await expect(overview).toHaveURL(`${server.url}/`)
    await expect(overview.getByRole('table', { name: 'Caches' })).toBeVisible()
  }
})

test('docs are open to everyone, within the same frame', { tag: '@http' }, async ({ page, server }) => {
  await page.goto(`${server.url}/docs`)
  await expect(page.locator('details').first()).toBeVisible()
  await expect(page.getByRole('link', { name: 'Overview' })).toBeHidden()
  await expect(page.getByRole('switch', { name: 'Caching' })).toBeHidden()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
})

test('a theme holds over a reload, from before the first paint', async ({ overview }) => {
  await overview.emulateMedia({ colorScheme: 'light' })
  const ground = (): Promise<string> => overview.evaluate('getComputedStyle(document.documentElement).backgroundColor')
  const light = await ground()
  await overview.getByRole('button', { name: 'Signed in as' }).click()
  await overview.getByRole('menuitemradio', { name: 'Dark' }).click()
  const dark = await ground()
  expect(dark).not.toBe(light)

  // A control that fades into the other theme would show the new text on the old background.
  // Knobs have no text.
  await overview.mouse.move(0, 0)
  const fading = await overview.evaluate<string[]>(`[...(function* () {
    for (const theme of ['light', 'dark']) {
      document.documentElement.dataset.theme = theme
      document.querySelectorAll('body *').forEach(element => getComputedStyle(element).backgroundColor)
      yield* document.getAnimations().map(({ effect }) => effect.target.className)
    }
  })()]`)
  expect(fading.filter(name => name !== 'track')).toEqual([])

  // Without the app, so that only the small script can know the theme.
  await overview.route('**/assets/*.js', route => route.abort())
  await overview.reload()
  expect(await ground()).toBe(dark)
  await overview.unroute('**/assets/*.js')
  await overview.reload()
  await overview.getByRole('button', { name: 'Signed in as' }).click()
  await expect(overview.getByRole('menuitemradio', { name: 'Dark' })).toBeChecked()
  await overview.getByRole('menuitemradio', { name: 'System' }).click()
  expect(await ground()).toBe(light)
})

test('a failure stays until it is closed', { tag: '@http' }, async ({ overview, server }) => {
  await overview.route('**/admin/switch', route => route.abort())
  await overview.getByRole('switch', { name: 'Caching' }).click()
  await expect(overview.getByRole('alert').filter({ hasText: 'The server cannot be reached.' })).toBeAttached()
  await expect(overview.getByRole('switch', { name: 'Caching' })).toBeChecked()
  await overview.getByRole('button', { name: 'Close message' }).click()
  await expect(overview.getByRole('button', { name: 'Close message' })).toBeHidden()
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
})

test('the help lists the keys that hold here, and single keys can be switched off', { tag: '@screen' }, async ({
  overview,
}) => {
  await overview.keyboard.press('?')
  const help = overview.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect(help).toContainText('New cache')
  await expect(help).toContainText('Go to Docs')
  await help.getByLabel('Single keys').uncheck()
  await overview.keyboard.press('Escape')
  await overview.keyboard.press('n')
  await overview.keyboard.press('Control+k')
  await expect(overview.getByRole('dialog', { name: 'Command palette' })).toBeVisible()
  await expect(overview.getByRole('dialog', { name: 'New cache' })).toBeHidden()
})
