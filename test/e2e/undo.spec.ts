import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

// Red: in stores/notices.ts leave `undo` out of what failed; in stores/caches.ts let `nameNow` give
// the name as it was.
test('an Undo outlives a switch that is off, and a rename', async ({ openConsole, call }) => {
  await call('POST', '/admin/caches', { json: { name: 'und', ttl: 3600 } })
  await call('PUT', '/api/caches/und/entries/u', { body: 'value' })
  const page = await openConsole('/caches/und?key=u')
  const card = page.getByRole('region', { name: 'Messages' }).locator('.card')
  const peek = async (name: string): Promise<number> => (await call('GET', `/api/caches/${name}/entries/u?peek`)).status
  await page.getByRole('region', { name: 'Entry', exact: true }).getByRole('button', { name: 'Invalidate' }).click()
  await card.filter({ hasText: 'Invalidated' }).hover()
  await call('PATCH', '/admin/caches/und', { json: { enabled: false } })
  await card.filter({ hasText: 'Invalidated' }).getByRole('button', { name: 'Undo' }).click()
  const refused = card.filter({ hasText: 'is switched off' })
  await expect(refused.getByRole('button', { name: 'Undo' })).toBeVisible()
  await call('PATCH', '/admin/caches/und', { json: { enabled: true } })
  await call('POST', '/admin/caches/und/rename', { json: { to: 'und2' } })
  await expect(page.getByRole('link', { name: 'und2' })).toBeVisible()
  await refused.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => peek('und2')).toBe(200)
})
