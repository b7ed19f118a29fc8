import { expect, skipWithoutBrowser, test } from './console-test'
import { picturePath } from './pictures'

skipWithoutBrowser()

const sizes = [{ width: 1180, height: 760, suffix: '' }, { width: 800, height: 600, suffix: '-small' }] as const

test('pictures of the request log', async ({ openConsole, call }, testInfo) => {
  const { user } = await (await call('GET', '/admin/session')).json() as { user: { id: string } }
  await call('PATCH', `/admin/users/${user.id}`, { json: { name: 'mara' } })
  for (const json of [
    { name: 'products', ttl: 300 },
    { name: 'sessions', ttl: 1800, sliding: true },
    { name: 'search.results', ttl: 45 },
    { name: 'quotes', ttl: 0.05 },
  ])
    expect((await call('POST', '/admin/caches', { json })).status).toBe(201)
  const { secret } = await (await call(
    'POST',
    '/admin/keys',
    { json: { label: 'shop front end' } },
  )).json() as { secret: string }
  const { url } = await (await call('GET', '/admin/settings')).json() as { url: string }
  const app = (method: string, path: string, body?: string): Promise<Response> =>
    fetch(url + path, { method, headers: { 'Api-Key': secret }, body: body ?? null })
  const page = await openConsole('/requests')

  for (let i = 0; i < 24; i++) {
    const product = `/api/caches/products/entries/product:${1000 + i % 9}:en`
    if ((await app('GET', product)).status === 404)
      await app('PUT', product, JSON.stringify({ id: 1000 + i, name: 'x'.repeat(40 * i) }))
    await app('GET', product)
    if (i % 3 === 0) {
      await app(
        'PUT',
        `/api/caches/sessions/entries/session:${(i * 7919).toString(16).padStart(6, 'a')}`,
        '{"cart":[]}',
      )
    }
    if (i % 5 === 0 || i === 23)
      await app('GET', '/api/caches/quotes/entries/EUR:USD')
    if (i % 7 === 3 || i === 22)
      await app('PUT', '/api/caches/quotes/entries/EUR:USD', '1.0831')
    if (i % 8 === 7)
      await app('DELETE', `/api/caches/sessions/entries?prefix=session:${i}`)
    if (i === 22)
      await new Promise(resolve => setTimeout(resolve, 80))
    if (i === 20)
      await call('PATCH', '/admin/caches/search.results', { json: { enabled: false } })
    await app('GET', `/api/caches/search.results/entries/q:${['tea', 'lamp', 'chair'][i % 3]}:page:1`)
  }
  const rows = page.getByRole('grid', { name: 'Requests' }).getByRole('row')
  await expect(rows.nth(1)).toContainText('q:chair')

  for (const state of ['', '-detail', '-filter'] as const) {
    if (state === '-detail')
      await rows.filter({ hasText: 'expired' }).first().click()
    if (state === '-filter') {
      await page.getByRole('button', { name: 'Close request' }).click()
      await page.getByRole('combobox', { name: 'Filter requests' }).fill('cache:products result:')
      await page.keyboard.press('ArrowDown')
    }
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      for (const { width, height, suffix } of sizes) {
        await page.setViewportSize({ width, height })
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
        const name = `requests${state}-${colorScheme}${suffix}.png`
        await page.screenshot({ path: picturePath(name, testInfo) })
      }
    }
    await page.setViewportSize(sizes[0])
  }
})
