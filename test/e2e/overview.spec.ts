import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

test('lists the caches with their figures', async ({ overview, call }) => {
  await call('PUT', '/v1/a', { body: 'one' })
  await call('GET', '/v1/a')
  await call('GET', '/v1/missing')
  const row = overview.getByRole('row', { name: 'default' })
  await expect(row.getByRole('rowheader')).toHaveText('default')
  await expect(row.getByRole('cell').nth(0)).toHaveText('No expiry')
  await expect(row.getByRole('cell').nth(2)).toHaveText('1')
  await expect(row.getByRole('cell').nth(4)).toHaveText('50.0%')
})

test('switches a cache off and on: apps get 503, then 200', async ({ overview, call }) => {
  await call('PUT', '/v1/a', { body: 'one' })
  const toggle = overview.getByRole('switch', { name: 'Enable default' })
  await expect(toggle).toBeChecked()

  await toggle.uncheck()
  await expect.poll(async () => (await call('GET', '/v1/a')).status).toBe(503)
  const refused = await call('GET', '/v1/a')
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)

  await toggle.check()
  await expect.poll(async () => (await call('GET', '/v1/a')).status).toBe(200)
})

test('switches all caching off and on, and says so', async ({ overview, call }) => {
  await call('PUT', '/v1/a', { body: 'one' })
  const toggle = overview.getByRole('switch', { name: 'Caching' })
  const banner = overview.getByText('Caching is off: every app under test gets 503')
  await expect(toggle).toBeChecked()
  await expect(banner).toBeHidden()

  await toggle.uncheck()
  await expect(banner).toBeVisible()
  const refused = await call('GET', '/v1/a')
  expect(refused.status).toBe(503)
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)

  await toggle.check()
  await expect(banner).toBeHidden()
  expect((await call('GET', '/v1/a')).status).toBe(200)
})

test('follows switches and entries that change elsewhere', async ({ overview, call }) => {
  await call('PATCH', '/admin/caches/default', { json: { enabled: false } })
  await expect(overview.getByRole('switch', { name: 'Enable default' })).not.toBeChecked()
  await call('PUT', '/admin/switch', { json: { enabled: false } })
  await expect(overview.getByRole('switch', { name: 'Caching' })).not.toBeChecked()
  await call('POST', '/admin/caches', { json: { name: 'late', ttl: 90 } })
  const row = overview.getByRole('row', { name: 'late' })
  await expect(row.getByRole('cell').nth(0)).toHaveText('1 min 30 s')
  await call('DELETE', '/admin/caches/late')
  await expect(row).toBeHidden()
})

test('makes a cache by keyboard, and says beside the field what is wrong', async ({ overview, call }) => {
  await overview.getByRole('button', { name: 'New cache' }).press('Enter')
  const dialog = overview.getByRole('dialog', { name: 'New cache' })
  const name = dialog.getByRole('textbox', { name: 'Name' })
  const ttl = dialog.getByRole('textbox', { name: 'TTL (seconds)' })
  await expect(name).toBeFocused()

  await name.fill('no spaces')
  await ttl.fill('0')
  await overview.keyboard.press('Enter')
  await expect(name).toHaveAttribute('aria-invalid', 'true')
  await expect(name).toHaveAccessibleDescription(/must be 1 to 64 characters/)
  await expect(ttl).toHaveAccessibleDescription(/TTL must be a positive value\./)

  await name.fill('default')
  await ttl.fill('soon')
  await overview.keyboard.press('Enter')
  await expect(ttl).toHaveAccessibleDescription(/TTL must be a positive value\./)
  await ttl.fill('300')
  await overview.keyboard.press('Enter')
  await expect(name).toHaveAttribute('aria-invalid', 'true')
  await expect(ttl).not.toHaveAttribute('aria-invalid')

  await name.fill('products')
  await dialog.getByRole('button', { name: 'Create cache' }).click()
  await expect(dialog).toBeHidden()
  await expect(overview.getByRole('row', { name: 'products' }).getByRole('cell').nth(0)).toHaveText('5 min')
  expect(await (await call('GET', '/admin/caches/products')).json()).toMatchObject({ name: 'products', ttl: 300, enabled: true })
})

test('leaves the TTL empty for no expiry, and Escape makes nothing', async ({ overview, call }) => {
  await overview.getByRole('button', { name: 'New cache' }).click()
  await overview.getByLabel('Name').fill('left')
  await overview.keyboard.press('Escape')
  await expect(overview.getByRole('dialog')).toBeHidden()
  await overview.getByRole('button', { name: 'New cache' }).click()
  await overview.getByLabel('Name').fill('endless')
  await overview.keyboard.press('Enter')
  await expect(overview.getByRole('row', { name: 'endless' })).toBeVisible()
  const names = (await (await call('GET', '/admin/caches')).json() as { name: string, ttl: number | null }[]).map(({ name, ttl }) => [name, ttl])
  expect(names).toContainEqual(['endless', null])
  expect(names.map(([name]) => name)).not.toContain('left')
})

test('clears a cache and tells how many entries went', async ({ overview, call }) => {
  for (const key of ['a', 'b', 'c'])
    await call('PUT', `/v1/${key}`, { body: key })
  await overview.getByRole('row', { name: 'default' }).getByRole('button', { name: 'Clear' }).click()
  await expect(overview.getByRole('status').filter({ hasText: 'Cleared default: 3 entries dropped.' })).toBeAttached()
  expect((await call('GET', '/v1/a')).status).toBe(404)
})

test('an empty Larder shows the line that fills it, and runs it', async ({ overview, call }) => {
  const empty = overview.getByRole('region', { name: 'Nothing is cached yet' })
  await expect(empty).toContainText('curl -X PUT')
  await empty.getByRole('button', { name: 'Run it here' }).click()
  await expect(empty).toBeHidden()
  expect(await (await call('GET', '/v1/greeting')).text()).toBe('hello')
})
