import { expect, skipWithoutBrowser, test } from './console-test'
import { picturePath } from './pictures'

skipWithoutBrowser()

const sizes = [{ width: 1180, height: 760, suffix: '' }, { width: 800, height: 600, suffix: '-small' }] as const
const names = ['Boot', 'Sandal', 'Sneaker', 'Clog', 'Loafer', 'Wader', 'Brogue']

test('pictures of the cache screen', async ({ openConsole, call }, testInfo) => {
  test.setTimeout(90_000)
  expect((await call('POST', '/admin/caches', { json: { name: 'products', ttl: 900 } })).status).toBe(201)
  const operations = Array.from({ length: 1200 }, (_, i) => {
    const id = 1000 + Math.floor(i / 3)
    const product = {
      id,
      title: names[id % names.length],
      price: { amount: 39 + id % 60, currency: 'EUR' },
      sizes: [38, 39, 40, 41],
      inStock: id % 5 !== 0,
      image: null,
    }
    return [
      {
        op: 'set',
        key: `product:${id}`,
        value: { text: JSON.stringify(product) },
        contentType: 'application/json',
        tags: ['shoes', ...(id % 4 === 0 ? ['sale'] : [])],
        ttl: 300 + id % 500,
      },
      {
        op: 'set',
        key: `product:${id}:reviews`,
        value: {
          text: JSON.stringify(Array.from({ length: id % 7 }, (_, n) => ({ stars: 3 + n % 3, text: 'Fits well.' }))),
        },
        contentType: 'application/json',
        ttl: 700,
      },
      {
        op: 'set',
        key: `search:${names[id % names.length]?.toLowerCase()}:${id}`,
        value: { text: `[${id}]` },
        contentType: 'application/json',
        ttl: 60 + id % 90,
      },
    ][i % 3]
  })
  expect((await call('POST', '/api/caches/products/batch', { json: { operations } })).status).toBe(200)
  for (let i = 0; i < 40; i++)
    await call('GET', `/api/caches/products/entries/product:${1000 + i % 9}`)

  const page = await openConsole('/caches/products?key=product%3A1004')
  await expect(page.getByRole('tree', { name: 'JSON' })).toBeVisible()
  await page.getByLabel('Show as').selectOption(':')
  await page.getByRole('treeitem', { name: /^product: \d/ }).click()
  await expect(page.getByRole('treeitem', { name: /^1000: 1/ })).toBeVisible()
  await page.getByLabel('Show as').selectOption('')
  await page.getByRole('searchbox', { name: 'Filter keys' }).fill('product:')
  await page.getByRole('row', { name: /^product:1004 / }).click()
  await expect(page.getByText('800 entries match')).toBeVisible()
  for (const tab of ['entries', 'statistics'] as const) {
    if (tab === 'statistics')
      await page.getByRole('tab', { name: 'Statistics' }).click()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      for (const { width, height, suffix } of sizes) {
        await page.setViewportSize({ width, height })
        // Nothing is cut off, even in the small window.
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
        const name = `cache-${tab === 'entries' ? '' : `${tab}-`}${colorScheme}${suffix}.png`
        await page.screenshot({ path: picturePath(name, testInfo) })
      }
    }
  }
})
