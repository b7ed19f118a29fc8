import type { Page, Route, TestInfo } from '@playwright/test'
import type { ConsoleFixtures } from './console-test'
import type { ScreenState, ShownScreen } from './states'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'
import { keep, picturePath } from './pictures'
import { allReadings, expectTold, refusal, screens, sentenceOf, signIn } from './states'

skipWithoutBrowser()
test.slow()

const widths = [1440, 1024] as const
const height = 900

/** Messages of the page, except those that the browser writes when a reading fails. */
function listenTo(page: Page): string[] {
  const messages: string[] = []
  page.on('pageerror', error => messages.push(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load resource'))
      messages.push(message.text())
  })
  return messages
}

async function refuse(route: Route): Promise<void> {
  await route.fulfill({
    status: 500,
    contentType: 'application/problem+json',
    body: JSON.stringify({ type: 'about:blank', title: 'Internal', status: 500, code: 'internal', detail: refusal }),
  })
}

async function check(page: Page, screen: ShownScreen, state: ScreenState, testInfo: TestInfo): Promise<void> {
  const told = sentenceOf(screen, state)
  if (told === undefined)
    return
  await test.step(`${screen.name}, ${state}`, async () => {
    await screen.act?.(page, state)
    await expectTold(page, told)
    for (const width of widths) {
      await page.setViewportSize({ width, height })
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), `at ${width}`)
        .toBeLessThanOrEqual(0)
      for (const colorScheme of keep ? ['light', 'dark'] as const : []) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        const name = `${screen.name}-${state}-${colorScheme}-${width}.png`
        await page.screenshot({ path: picturePath(name, testInfo) })
      }
    }
    await page.setViewportSize({ width: widths[0], height })
    await expectAccessible(page)
    await screen.leave?.(page)
  })
}

async function walk(page: Page, state: ScreenState, cache: string, testInfo: TestInfo): Promise<void> {
  for (const screen of screens) {
    await screen.walk(page, cache)
    await check(page, screen, state, testInfo)
  }
}

async function fill(call: ConsoleFixtures['call']): Promise<void> {
  const made = async (path: string, json: unknown): Promise<void> =>
    expect((await call('POST', path, { json })).status).toBeLessThan(300)
  await made('/admin/connections', { name: 'fixtures', driver: 'file', folder: '/srv/values' })
  await made('/admin/users', { name: 'ben', password: 'correct horse battery' })
  await made('/admin/keys', { label: 'shop front end', scopes: ['read'], origins: ['http://localhost:5173'] })
  await made('/admin/caches', { name: 'products', ttl: 300 })
  await made('/admin/caches', { name: 'sessions', ttl: 1800, sliding: true })
  await made('/admin/caches', { name: 'search.results', ttl: 45 })
  await made('/admin/caches', { name: 'exchange-rates', ttl: 900 })
  await made('/api/caches/products/batch', {
    operations: Array.from({ length: 200 }, (_, i) => ({
      op: 'set',
      key: `product:${i}`,
      value: { text: JSON.stringify({ id: i, name: 'Clog', price: { amount: 39 + i, currency: 'EUR' } }) },
      contentType: 'application/json',
      tags: ['shoes'],
    })),
  })
  await made('/admin/snapshots', { name: 'before-release' })
  await expect.poll(async () => (await call('GET', '/admin/snapshots')).json()).toHaveLength(1)
  for (let i = 0; i < 70; i++) {
    await call('GET', `/api/caches/products/entries/product:${i % 20}`)
    await call('GET', `/api/caches/search.results/entries/q:${i}`)
  }
  await call('PATCH', '/admin/caches/exchange-rates', { json: { enabled: false } })
  await call('GET', '/api/caches/exchange-rates/entries/EUR')
}

// Red: in PaletteLine.vue give `.off` the colour `--text-faint`; in AppShell.vue let `main`
// keep its tabindex of -1.
test('every screen, full, with caching off, and when the server is gone', { tag: '@http' }, async ({
  openConsole,
  call,
  server,
}, testInfo) => {
  await fill(call)
  const page = await openConsole()
  const messages = listenTo(page)
  await walk(page, 'full', 'products', testInfo)
  await call('PUT', '/admin/switch', { json: { enabled: false } })
  await call('GET', '/api/caches/products/entries/product:1')
  await walk(page, 'off', 'products', testInfo)
  await call('PUT', '/admin/switch', { json: { enabled: true } })
  await expect(page.getByRole('switch', { name: 'Caching' })).toBeChecked()
  await server.stop()
  await expect(page.getByText('No contact with the server').first()).toBeVisible()
  await walk(page, 'lost', 'products', testInfo)
  expect(messages).toEqual([])
})

// Red: in DocsView.vue leave out that no operation was found.
test('every screen, empty', { tag: '@http' }, async ({ openConsole, page, call }, testInfo) => {
  await openConsole('/keys')
  const messages = listenTo(page)
  for (const { id } of await (await call('GET', '/admin/keys')).json() as { id: string }[])
    await call('DELETE', `/admin/keys/${id}`)
  await walk(page, 'empty', 'default', testInfo)
  expect(messages).toEqual([])
})

// Red: in ScreenFrame.vue leave `reading` out.
test('every screen, before its first answer, and refused', { tag: '@http' }, async ({
  openConsole,
  server,
}, testInfo) => {
  const page = await openConsole('/keys')
  const messages = listenTo(page)
  for (const state of ['loading', 'error'] as const) {
    for (const screen of screens.filter(screen => sentenceOf(screen, state) !== undefined)) {
      await page.route(screen.reads ?? allReadings, route => state === 'loading' ? undefined : refuse(route))
      await page.goto(server.url + screen.path('default'))
      await check(page, screen, state, testInfo)
      await page.unrouteAll()
    }
  }
  expect(messages).toEqual([])
})

// Red: in SignInView.vue leave `:error="passwordError"` out.
test('sign-in, with a wrong password, and when the server is gone', { tag: '@http' }, async ({
  page,
  server,
}, testInfo) => {
  const messages = listenTo(page)
  await page.goto(server.url)
  await check(page, signIn, 'full', testInfo)
  await check(page, signIn, 'error', testInfo)
  await server.stop()
  await check(page, signIn, 'lost', testInfo)
  expect(messages).toEqual([])
})
