import type { Page, TestInfo } from '@playwright/test'
import type { ConsoleFixtures } from './console-test'
import { expect, skipWithoutBrowser, test } from './console-test'
import { picturePath } from './pictures'

skipWithoutBrowser()

const sizes = [{ width: 1180, height: 760, suffix: '' }, { width: 800, height: 600, suffix: '-small' }] as const

async function nameOwner(call: ConsoleFixtures['call']): Promise<void> {
  const { user } = await (await call('GET', '/admin/session')).json() as { user: { id: string } }
  expect((await call('PATCH', `/admin/users/${user.id}`, { json: { name: 'mara' } })).status).toBe(200)
}

async function takePictures(page: Page, screen: string, testInfo: TestInfo): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const { width, height, suffix } of sizes) {
      await page.setViewportSize({ width, height })
      // Nothing is cut off, even in the small window.
      expect(await page.evaluate(
        'Math.max(...[document.documentElement, ...document.querySelectorAll("main, table")].map(element => element.scrollWidth - element.clientWidth))',
      )).toBeLessThanOrEqual(0)
      const name = `${screen}-${colorScheme}${suffix}.png`
      await page.screenshot({ path: picturePath(name, testInfo) })
    }
  }
  await page.setViewportSize(sizes[0])
}

test('pictures of the playground', async ({ openConsole, call }, testInfo) => {
  await nameOwner(call)
  await call('POST', '/admin/caches', { json: { name: 'products', ttl: 300 } })
  const page = await openConsole('/playground')
  await page.getByLabel('Cache', { exact: true }).selectOption('products')
  await page.getByRole('textbox', { name: 'Key', exact: true }).fill('product:10001')
  await page
    .getByRole('textbox', { name: 'Value' })
    .fill(
      '{\n  "name": "Conference pear",\n  "price": { "amount": 2.49, "currency": "EUR" },\n  "stock": 128,\n  "tags": ["fruit", "regional"]\n}',
    )
  await page.getByRole('textbox', { name: 'TTL' }).fill('15m')
  await page.getByRole('textbox', { name: 'Tags' }).fill('fruit, shop')
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByRole('region', { name: 'Response' }).getByRole('status')).toContainText('201')
  await takePictures(page, 'playground', testInfo)

  await page.getByRole('tab', { name: 'Retrieve' }).click()
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByRole('region', { name: 'Response' }).getByLabel('Body')).toContainText('Conference')
  await page.getByRole('tab', { name: 'Python' }).click()
  await page.getByRole('button', { name: 'Send' }).hover()
  await takePictures(page, 'playground-retrieve', testInfo)
})

test('pictures of the API keys', async ({ openConsole, call }, testInfo) => {
  await nameOwner(call)
  for (const name of ['products', 'sessions'])
    await call('POST', '/admin/caches', { json: { name, ttl: 300 } })
  const { url } = await (await call('GET', '/admin/settings')).json() as { url: string }
  for (const [label, grant, used] of [['shop front end', { scopes: ['read'], caches: ['products'], origins: ['http://localhost:5173'] }, true], ['checkout service', { caches: ['products', 'sessions'] }, true], ['nightly import', { scopes: ['write'] }, false], ['operations', { scopes: ['admin'] }, true]] as const) {
    const { id, secret } = await (await call(
      'POST',
      '/admin/keys',
      { json: { label, ...grant } },
    )).json() as { id: string, secret: string }
    if (used)
      await fetch(`${url}/api/caches/products/entries`, { headers: { 'Api-Key': secret } })
    if (label === 'checkout service')
      await call('POST', `/admin/keys/${id}/rotate`, { json: { overlap: 3600 } })
  }
  const page = await openConsole('/keys')
  await expect(page.getByRole('table', { name: 'API keys' }).getByRole('row')).toHaveCount(6)
  await takePictures(page, 'keys', testInfo)
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByRole('textbox', { name: 'Label' }).fill('staging')
  await page.getByText('Only some').click()
  await page.getByRole('checkbox', { name: 'products' }).check()
  await takePictures(page, 'keys-new', testInfo)
})

test('pictures of the settings', async ({ openConsole, call }, testInfo) => {
  await nameOwner(call)
  await call('POST', '/admin/users', { json: { name: 'ben', password: 'correct horse battery' } })
  const page = await openConsole('/settings')
  await expect(page.getByRole('table', { name: 'Users' }).getByRole('row')).toHaveCount(3)
  await takePictures(page, 'settings', testInfo)
})

test('pictures of snapshots', async ({ openConsole, call }, testInfo) => {
  await nameOwner(call)
  const store = async (cache: string, numbers: readonly number[], price: number): Promise<void> => {
    const operations = numbers.map(number => ({
      op: 'set',
      key: `sku:${number}`,
      value: { text: JSON.stringify({ id: number, name: 'Clog', price: { amount: price + number, currency: 'EUR' } }) },
      contentType: 'application/json',
      tags: ['shoes'],
    }))
    expect((await call('POST', `/api/caches/${cache}/batch`, { json: { operations } })).status).toBe(200)
  }
  const save = async (name: string, cache?: string): Promise<void> => {
    expect((await call('POST', '/admin/snapshots', { json: { name, cache } })).status).toBe(201)
    await expect
      .poll(async () => await (await call('GET', '/admin/snapshots')).json() as { name: string }[])
      .toContainEqual(expect.objectContaining({ name }))
  }
  for (const name of ['products', 'sessions'])
    await call('POST', '/admin/caches', { json: { name, ttl: 300 } })
  await store('products', Array.from({ length: 120 }, (_, at) => at), 39)
  await save('before-release')
  await store('products', [4, 17, 18, 250], 49)
  await call('DELETE', '/api/caches/products/entries/sku:90')
  await save('after-release')
  await save('sessions-of-the-demo', 'sessions')
  const page = await openConsole('/snapshots?a=before-release&b=after-release')
  await expect(page.getByText('1 added, 3 changed, 1 removed')).toBeVisible()
  await takePictures(page, 'snapshots', testInfo)
  await page.getByRole('button', { name: 'Load before-release', exact: true }).click()
  await page.getByRole('radio', { name: 'Replace' }).press('Space')
  await expect(page.getByRole('region', { name: 'What this does' })).toContainText('Removes 1 entry')
  await takePictures(page, 'snapshots-load', testInfo)
})
