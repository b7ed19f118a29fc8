import type { Locator, Page } from '@playwright/test'
import type { ServerStatistics } from '../../src/shared/schemas'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

const line = (page: Page): Locator => page.getByRole('contentinfo', { name: 'Server' })
const widths = [1440, 1024, 640, 400]
const footer = 'document.querySelector("footer[aria-label=Server]")'
/** Where its parts are, as text for the page. */
const boxes = `[...${footer}.querySelectorAll("a")].map(a => a.offsetLeft + ":" + a.offsetWidth).join()`

/** Answers readings of the server with other figures. */
async function answer(page: Page, change: (statistics: ServerStatistics) => void): Promise<void> {
  await page.route('**/admin/stats', async (route) => {
    const response = await route.fetch()
    const statistics = await response.json() as ServerStatistics
    change(statistics)
    await route.fulfill({ response, json: statistics })
  })
}

test('one line tells administrators how the server is, and leads on', { tag: '@screen' }, async ({
  overview,
  server,
}) => {
  const { version } = await (await fetch(`${server.url}/healthz`)).json() as { version: string }
  await expect(line(overview)).toContainText(`Larder ${version}`)
  for (const [name, text] of [['Loop', / [mµ]?s$/], ['Memory', / of 256 MB$/], ['Stores', /fine$/]] as const)
    await expect(line(overview).getByRole('link', { name })).toContainText(text)
  const memory = line(overview).getByRole('link', { name: 'Memory' })
  await memory.focus()
  await overview.keyboard.press('Shift+Tab')
  await overview.keyboard.press('Tab')
  await expect(overview.getByRole('tooltip')).toContainText('of their budget of 256 MB')
  await expect(memory).toHaveAccessibleDescription(/of their budget/)
  await overview.keyboard.press('Escape')
  await expectAccessible(overview)
  await overview.keyboard.press('Enter')
  await expect(overview).toHaveURL(/\/settings$/)
})

test('what is wrong has a shape, a word, a sentence and a way to mend it', { tag: '@http' }, async ({ overview }) => {
  await answer(overview, ({ watch }) => {
    if (!watch)
      return
    watch.connections = [{ name: 'main', driver: 'redis', state: 'down' }]
    watch.stores = { metadata: 'ok', entries: 'failing' }
    watch.troubles = [
      { part: 'stores', severe: true, sentence: 'Larder cannot write entries to its data folder.' },
      { part: 'connections', severe: false, sentence: '1 connection is down: main.' },
    ]
  })
  const stores = line(overview).getByRole('link', { name: 'Stores 1 failing , does not work' })
  const connections = line(overview).getByRole('link', { name: 'Connections 0 of 1 , needs a look' })
  await expect(stores.locator('path')).toBeAttached()
  await connections.hover()
  await expect(overview.getByRole('tooltip')).toHaveText('1 connection is down: main.')
  for (const width of widths) {
    await overview.setViewportSize({ width, height: 800 })
    await expectAccessible(overview)
    await expect(stores).toBeInViewport({ ratio: 0.99 })
    await expect(connections).toBeInViewport({ ratio: 0.99 })
  }
  await connections.click()
  await expect(overview).toHaveURL(/\/sources$/)
  await overview.unrouteAll({ behavior: 'wait' })
})

// Red: in src/renderer/src/shell/StatusLine.vue leave out `minWidth`.
test('nothing moves when figures change, and nothing is cut', { tag: '@http' }, async ({ overview }) => {
  let round = 0
  const rounds = [
    { used: 0, p99: 0, free: 1e12 },
    { used: 99_900_000, p99: 0.0999, free: 1.23e9 },
    { used: 999, p99: 0.000_05, free: 987e9 },
  ]
  await answer(overview, ({ watch }) => {
    const { used, p99, free } = rounds[round] ?? rounds[0] as typeof rounds[0]
    Object.assign(watch?.memory ?? {}, { used })
    Object.assign(watch?.loop ?? {}, { p99 })
    Object.assign(watch?.disk ?? {}, { free, size: 2e12 })
  })
  const texts = ['0 B of', '99.9 MB of', '999 B of']
  for (const width of widths) {
    await overview.setViewportSize({ width, height: 800 })
    const places: string[] = []
    for (round = 0; round < rounds.length; round++) {
      await expect(line(overview)).toContainText(texts[round] ?? '')
      places.push(await overview.evaluate<string>(boxes))
    }
    expect(new Set(places).size, `at ${width}: ${places.join(' | ')}`).toBe(1)
    expect(await overview.evaluate(`${footer}.scrollWidth - ${footer}.clientWidth`), `at ${width}`).toBe(0)
  }
  await overview.unrouteAll({ behavior: 'wait' })
})

test('others see the version and what is their own', { tag: '@http' }, async ({
  openConsole,
  call,
  server,
  browser,
}) => {
  await openConsole()
  await call('POST', '/admin/users', { json: { name: 'ben', password: 'correct horse battery' } })
  const page = await (await browser.newContext()).newPage()
  await page.goto(server.url)
  await page.getByLabel('User name').fill('ben')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(line(page)).toHaveText(/^\s*Larder [\d.]+Caches1$/)
  await page.context().close()
})

test('copies diagnostics for a report', { tag: '@screen' }, async ({ openConsole, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const page = await openConsole('/settings')
  await page.getByRole('button', { name: 'Copy diagnostics' }).click()
  await expect(page.getByText('The diagnostics are in the clipboard.').first()).toBeAttached()
  expect(await page.evaluate<string>('navigator.clipboard.readText()')).toMatch(/^## Larder diagnostics\n/)
})
