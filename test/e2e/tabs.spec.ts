import type { Page } from '@playwright/test'
import type { LaunchedServer } from '../helpers/launch-server'
import { chromiumArguments, findChromium } from '../helpers/chromium'
import { launchServer } from '../helpers/launch-server'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

const chromium = findChromium()
/** A name that browsers trust no more than one of another machine. */
const elsewhere = 'larder.test'
test.use({
  launchOptions: {
    ...(chromium.available && { executablePath: chromium.path }),
    args: [...chromiumArguments, `--host-resolver-rules=MAP ${elsewhere} 127.0.0.1`],
  },
})

const password = 'correct horse battery'

/** The event streams that the server has open. */
async function streamsOf({ url, apiKey }: Pick<LaunchedServer, 'url' | 'apiKey'>): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers: { 'Api-Key': apiKey } })).text()
  return Number(/^larder_event_streams (\d+)$/m.exec(text)?.[1])
}
function isLive(page: Page): Promise<void> {
  return expect(page.getByText('Live', { exact: true })).toBeVisible()
}
/** Opens the log, and sees a request that comes when it is open. */
async function sees(page: Page, key: string): Promise<void> {
  await expect(page.getByRole('grid', { name: 'Requests' })).toContainText(key)
}

// Red when src/renderer/src/api/api.ts gives `createSharedFeed` no locks: the browser has no
// connection left for the seventh page.
test('eight tabs of a browser share one event stream, and go on when the one that has it is closed', async ({
  openConsole,
  server,
  call,
  context,
}) => {
  const pages = [await openConsole('/requests')]
  await isLive(pages[0] as Page)
  while (pages.length < 8) {
    const page = await context.newPage()
    pages.push(page)
    await page.goto(`${server.url}/requests`)
  }
  for (const page of pages)
    await isLive(page)
  expect(await streamsOf(server)).toBe(1)
  await call('PUT', '/v1/for-all-eight', { body: 'x' })
  for (const page of pages)
    await sees(page, 'for-all-eight')

  // The first one leads, because no other was there.
  await pages.shift()?.close()
  await expect.poll(() => streamsOf(server)).toBe(1)
  for (const page of pages)
    await isLive(page)
  await call('PUT', '/v1/for-the-seven', { body: 'x' })
  for (const page of pages) {
    await sees(page, 'for-the-seven')
    await expect(page.getByRole('grid', { name: 'Requests' }).getByText('for-the-seven')).toHaveCount(1)
  }
  expect(await streamsOf(server)).toBe(1)

  await pages[0]?.getByRole('button', { name: 'Signed in as' }).click()
  await pages[0]?.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect.poll(() => streamsOf(server)).toBe(0)
})

// Red when the watcher in src/renderer/src/console.ts looks at `session.phase` alone.
test('another user gets a stream of their own, in every tab', async ({ openConsole, server, call, context }) => {
  await call('POST', '/admin/users', { json: { name: 'ben', password } })
  const { token } = await (await call('POST', '/admin/session', { json: { name: 'ben', password } })).json() as {
    token: string
  }
  const asBen = (method: string, path: string): Promise<Response> =>
    fetch(server.url + path, { method, headers: { 'Authorization': `Bearer ${token}`, 'Larder-As': 'app' } })
  const page = await openConsole('/')
  await isLive(page)
  const other = await context.newPage()
  await other.goto(`${server.url}/requests`)
  await isLive(other)
  const { code } = await (await asBen('POST', '/admin/session/code')).json() as { code: string }
  await page.goto(`${server.url}/#${code}`)
  await page.getByRole('button', { name: 'Sign in with the link' }).click()
  for (const tab of [page, other])
    await expect(tab.getByRole('button', { name: 'Signed in as' })).toContainText('ben')
  await page.getByRole('link', { name: 'Requests', exact: true }).click()
  for (const tab of [page, other])
    await isLive(tab)
  await expect.poll(() => streamsOf(server)).toBe(1)
  await call('PUT', '/v1/of-the-owner', { body: 'x' })
  await asBen('GET', '/v1/of-ben')
  for (const tab of [page, other]) {
    await sees(tab, 'of-ben')
    await expect(tab.getByText('of-the-owner')).toHaveCount(0)
  }
})

test('a page of plain HTTP under another name has a stream in each tab, as it has no locks', async ({ browser }) => {
  const server = await launchServer({ env: { LARDER_ALLOWED_HOSTS: elsewhere } })
  try {
    const { port } = new URL(server.url)
    const context = await browser.newContext()
    const pages = [await context.newPage(), await context.newPage()]
    for (const page of pages) {
      await page.goto(`http://${elsewhere}:${port}/#${await server.code()}`)
      await isLive(page)
      expect(await page.evaluate('isSecureContext')).toBe(false)
    }
    expect(await streamsOf(server)).toBe(2)
    await context.close()
  }
  finally {
    await server.stop()
  }
})
