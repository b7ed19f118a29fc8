import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redisProgram, startRedis } from '../helpers/redis-server'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

// Red: in src/renderer/src/cache-form.ts let `valuesOf` send null for a backend.
test('a cache is given a backend, where its entries are from then on', async ({ openConsole, call }) => {
  const folder = mkdtempSync(join(tmpdir(), 'larder-backend-'))
  try {
    await call('POST', '/admin/connections', { json: { name: 'main', driver: 'file', folder } })
    await call('POST', '/admin/caches', { json: { name: 'shop', ttl: 300 } })
    const page = await openConsole('/caches/shop?tab=settings')
    const backend = page.getByRole('group', { name: 'Backend' })
    await backend.getByLabel('Backend').selectOption('main')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(backend.getByLabel('Prefix')).toHaveAccessibleDescription(/must not be empty/)
    await backend.getByLabel('Prefix').fill('shop:')
    await backend.getByLabel('Format').selectOption('raw')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(backend.getByLabel('Format')).toHaveAccessibleDescription(/must be envelope: Folder knows no TTL/)
    await backend.getByLabel('Format').selectOption('envelope')
    await backend.getByLabel('Near copies').fill('a while')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(backend.getByLabel('Near copies')).toHaveAccessibleDescription(/must be/)
    await backend.getByLabel('Near copies').fill('30s')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText('Saved the settings of shop.').first()).toBeAttached()
    expect(await (await call('GET', '/admin/caches/shop')).json())
      .toMatchObject({ backend: { connection: 'main', prefix: 'shop:', format: 'envelope', near: { ttl: 30 } } })

    await call('PUT', '/api/caches/shop/entries/shoe', { body: 'in the folder' })
    expect(readdirSync(folder)).toEqual(['shop%3Ashoe'])
    await page.goto(new URL('/caches/shop', page.url()).href)
    await expect(page.getByText('1 entry, copies of what main keeps')).toBeVisible()

    // Red: in src/renderer/src/views/cache/entries/use-chosen.ts ask for the number always.
    await page.getByRole('searchbox', { name: 'Filter keys' }).fill('s*')
    await page.getByRole('grid', { name: 'Entries' }).focus()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.press('Delete')
    const deleting = page.getByRole('dialog', { name: 'Delete from shop?' })
    await expect(deleting).toContainText('This permanently deletes all keys at main with the prefix shop:s.')
    await deleting.getByRole('button', { name: 'Cancel' }).click()

    // Red: in src/renderer/src/stores/dialogs.ts resolve `ask` without `checked`.
    await page.goto(new URL('/caches/shop?tab=settings', page.url()).href)
    // Red: in src/renderer/src/cleared.ts leave out the backend. No copy is here.
    for (const prefix of ['other:', 'shop:'])
      await call('PATCH', '/admin/caches/shop', { json: { backend: { prefix } } })
    await page.reload()
    const clearing = page.getByRole('dialog', { name: 'Clear shop?' })
    await page.getByRole('button', { name: 'Clear shop' }).click()
    await expect(clearing).toContainText('deletes all keys at main with the prefix shop:')
    await clearing.getByRole('button', { name: 'Cancel' }).click()
    expect(readdirSync(folder)).toHaveLength(1)
    await page.getByRole('button', { name: 'Delete shop' }).click()
    const question = page.getByRole('dialog', { name: 'Delete shop?' })
    const check = question.getByLabel('Delete its entries at main as well')
    await expect(check).not.toBeChecked()
    await expect(check).toHaveAccessibleDescription('If not, the keys with the prefix shop: stay there.')
    await expectAccessible(page)
    await check.check()
    await question.getByRole('button', { name: 'Delete shop' }).click()
    await expect(page.getByText('Deleted shop. Its entries at main are deleted, too.').first()).toBeAttached()
    expect(readdirSync(folder)).toEqual([])
  }
  finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

// Red: in src/renderer/src/views/cache/statistics/StatisticsTab.vue leave `TierPanel` out; in
// src/renderer/src/nested-form.ts let `textOf` read a TTL of null as a number.
test('a shared tier says how it does', async ({ openConsole, call }) => {
  test.skip(!redisProgram.available, redisProgram.reason)
  const redis = await startRedis()
  try {
    await call('POST', '/admin/connections', { json: { name: 'main', driver: 'redis', url: redis.url } })
    const backend = { connection: 'main', prefix: 'shop:' }
    await call('POST', '/admin/caches', { json: { name: 'shop', ttl: 300, backend } })
    const page = await openConsole('/caches/shop?tab=settings')
    const near = page.getByRole('group', { name: 'Backend' }).getByLabel('Near copies')
    await near.fill('none')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText('Saved the settings of shop.').first()).toBeAttached()
    expect(await (await call('GET', '/admin/caches/shop')).json()).toMatchObject({ backend: { near: { ttl: null } } })
    await page.reload()
    await expect(near).toHaveValue('none')

    await page.getByRole('tab', { name: 'Statistics' }).click()
    const panel = page.getByRole('region', { name: 'Shared tier' })
    await expect(panel).toContainText('Not connected; the first read that asks main connects.')

    // Red: in src/…/cache/entry/use-entry-actions.ts leave `onChanged` out of `undo`; in
    // use-entry.ts take what was `dropped` for gone.
    await call('PUT', '/api/caches/shop/entries/undone', { body: 'kept' })
    await page.goto(new URL('/caches/shop?key=undone', page.url()).href)
    const entry = page.getByRole('region', { name: 'Entry' })
    const messages = page.getByRole('region', { name: 'Messages' })
    await expect(page.getByRole('heading', { name: 'No copies in shop yet' })).toBeVisible()
    await entry.getByRole('button', { name: 'Invalidate' }).click()
    await expect(entry).toContainText('This entry is gone.')
    await messages.getByRole('button', { name: 'Undo' }).click()
    await expect(messages).toContainText('undone is as it was before.')
    await expect(entry).not.toContainText('This entry is gone.')
    // A touch drops the copy here, if there is one.
    await expect(async () => {
      await call('GET', '/api/caches/shop/entries/undone')
      await expect(page.getByText('1 entry, copies of what main keeps')).toBeVisible({ timeout: 1000 })
    }).toPass()
    await entry.getByRole('button', { name: 'Touch' }).click()
    await page.getByRole('menuitem', { name: '1 hour' }).click()
    await expect(page.getByText('0 entries, copies of what main keeps')).toBeVisible()
    await expect(entry).toContainText('kept')
    await expect(entry).not.toContainText('This entry is gone.')
    await expect(entry.getByRole('button', { name: 'Touch' })).toBeEnabled()
    await page.goto(new URL('/caches/shop?tab=statistics', page.url()).href)
    await call('PUT', '/api/caches/shop/entries/shoe', { body: 'red' })
    // A read before the connection is there leaves no near copy.
    await expect(async () => {
      await call('GET', '/api/caches/shop/entries/shoe')
      await expect(panel.getByRole('row', { name: 'Near copies' })).toContainText('1', { timeout: 1000 })
    }).toPass()
    await expect(panel).toContainText('main tells of changes')
    await expectAccessible(page)
    await redis.command('SET', 'shop:other', 'by somebody else')
    await expect(panel.getByRole('row', { name: 'Invalidations' })).toContainText(/[1-9]/)
    await redis.kill()
    await expect(panel).toContainText('Not connected, so every read asks main.')
  }
  finally {
    await redis.dispose()
  }
})
