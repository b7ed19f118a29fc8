import process from 'node:process'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

const keep = process.env.LARDER_SCREENSHOTS === '1'
const sizes = [{ width: 1180, height: 760, suffix: '' }, { width: 800, height: 600, suffix: '-small' }] as const

/** Cache, entries, bytes of a value, every which read misses. */
const contents = [['default', 214, 180, 12], ['products', 1840, 640, 29], ['sessions', 943, 380, 17], ['thumbnails', 320, 9000, 5], ['exchange-rates', 168, 64, 60], ['api.github.com', 57, 2400, 3]] as const

test('pictures of the overview', async ({ overview, call }, testInfo) => {
  const { user } = await (await call('GET', '/admin/session')).json() as { user: { id: string } }
  expect((await call('PATCH', `/admin/users/${user.id}`, { json: { name: 'mara' } })).status).toBe(200)
  for (const json of [{ name: 'products', ttl: 300 }, { name: 'sessions', ttl: 1800, sliding: true }, { name: 'search.results', ttl: 45 }, { name: 'thumbnails', ttl: 86_400, persistent: true }, { name: 'exchange-rates', ttl: 900 }, { name: 'api.github.com', ttl: 90 }])
    expect((await call('POST', '/admin/caches', { json })).status).toBe(201)
  for (const [cache, count, size, missing] of contents) {
    const steps = Array.from({ length: count }, (_, i) => ({ op: 'set', key: `${cache}:${i}`, value: { text: 'x'.repeat(size + i % 97) } }))
    for (let from = 0; from < count; from += 20)
      expect((await call('POST', `/api/caches/${cache}/batch`, { json: { operations: steps.slice(from, from + 20) } })).status).toBe(200)
    for (let i = 0; i < 60; i++)
      await call('GET', `/api/caches/${cache}/entries/${cache}:${i % missing === 0 ? count + i : i}`)
  }
  await call('PATCH', '/admin/caches/search.results', { json: { enabled: false } })
  await overview.reload()
  await expect(overview.getByRole('row', { name: 'products' }).getByRole('cell').nth(2)).toHaveText('1,840')
  await expect(overview.getByText('Live', { exact: true })).toBeVisible()

  for (const colorScheme of ['light', 'dark'] as const) {
    await overview.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const { width, height, suffix } of sizes) {
      await overview.setViewportSize({ width, height })
      // Nothing is cut off, not even in the small window.
      expect(await overview.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
      const name = `overview-${colorScheme}${suffix}.png`
      await overview.screenshot({ path: keep ? `docs/images/${name}` : testInfo.outputPath(name) })
    }
  }

  const grounds = new Set<unknown>()
  for (const theme of ['light', 'dark'])
    grounds.add(await overview.evaluate(`document.documentElement.dataset.theme = '${theme}', getComputedStyle(document.documentElement).backgroundColor`))
  expect(grounds.size).toBe(2)
})
