import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

// Red: in src/main/larder.ts leave `layers` out, or in ConnectionDialog.vue call `save` for `test`.
test('a connection is tried, made and given to a cache, whose miss becomes a hit', async ({ openConsole, call }) => {
  const folder = mkdtempSync(join(tmpdir(), 'larder-source-'))
  try {
    writeFileSync(join(folder, 'shoe'), 'from the folder')
    await call('POST', '/admin/caches', { json: { name: 'products', ttl: 300 } })
    const page = await openConsole('/sources')
    await expect(page.getByRole('region', { name: 'No connection yet' }))
      .toContainText('npx larder connections create main')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'New connection' }).click()
    const dialog = page.getByRole('dialog', { name: 'New connection' })
    await dialog.getByLabel('Name').fill('main')
    await dialog.getByLabel('Kind').selectOption('file')
    await dialog.getByLabel('Folder').fill(join(folder, 'none'))
    await dialog.getByRole('button', { name: 'Test connection' }).click()
    await expect(dialog.getByText('There is no such folder.')).toBeVisible()
    await expect(dialog.getByRole('listitem').first()).toHaveText(/Find the address: failed/)
    await dialog.getByLabel('Folder').fill('relative')
    await dialog.getByRole('button', { name: 'Create connection' }).click()
    await expect(dialog.getByLabel('Folder')).toHaveAccessibleDescription(/absolute path of a folder/)
    await dialog.getByLabel('Folder').fill(folder)
    await dialog.getByRole('button', { name: 'Test connection' }).click()
    await expect(dialog.getByText(/^It works: Folder/)).toBeVisible()
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Create connection' }).click()
    const row = page.getByRole('table', { name: 'Connections' }).getByRole('row', { name: /^main/ })
    await expect(row).toContainText('No cache')

    await page.goto(new URL('/caches/products?tab=settings', page.url()).href)
    await page.getByLabel('Source').selectOption('main')
    await page.getByLabel('Key at the source').fill('no place')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByLabel('Key at the source')).toHaveAccessibleDescription(/must contain \{key\} exactly once/)
    await page.getByLabel('Key at the source').fill('{key}')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText('Saved the settings of products.').first()).toBeAttached()
    expect(await (await call('GET', '/admin/caches/products')).json())
      .toMatchObject({ source: { connection: 'main', mode: 'read', key: '{key}' } })

    const read = async (): Promise<(string | null)[]> => {
      const answer = await call('GET', '/api/caches/products/entries/shoe')
      return [await answer.text(), answer.headers.get('Cache-Status')]
    }
    expect(await read()).toEqual(['from the folder', expect.stringMatching(/fwd=miss; stored/)])
    expect(await read()).toEqual(['from the folder', expect.stringMatching(/hit/)])
    await page.goto(new URL('/requests?filter=result%3Aloaded', page.url()).href)
    await expect(page.getByRole('row', { name: /Loaded.*shoe/ })).toBeVisible()
    await page.goto(new URL('/sources', page.url()).href)
    await expect(row).toContainText('products')
    await expect(row).toContainText('Connected')
    await expect(row.getByRole('cell', { name: '1', exact: true })).toBeVisible()
    await expectAccessible(page)

    await row.getByRole('button', { name: 'Delete main' }).click()
    const inUse = page.getByRole('dialog', { name: 'main is in use' })
    await expect(inUse).toBeVisible()
    await expectAccessible(page)
    await inUse.getByRole('link', { name: 'products' }).click()
    await expect(inUse).toBeHidden()
    await page.getByLabel('Source', { exact: true }).selectOption('')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(async () => (await call('GET', '/admin/caches/products')).json()).toMatchObject({ source: null })
    await page.goto(new URL('/sources', page.url()).href)
    await expect(row).toContainText('No cache')
    await row.getByRole('button', { name: 'Delete main' }).click()
    await page.getByRole('button', { name: 'Delete connection' }).click()
    await expect(row).toBeHidden()
  }
  finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

// Red: in src/renderer/src/views/cache/entry/use-entry-actions.ts leave out `sourceWrittenTo`.
test('a deletion that goes to the source says so, and offers no Undo', async ({ openConsole, call }) => {
  const folder = mkdtempSync(join(tmpdir(), 'larder-source-'))
  try {
    await call('POST', '/admin/connections', { json: { name: 'main', driver: 'file', folder } })
    const source = { connection: 'main', mode: 'write-through' }
    await call('POST', '/admin/caches', { json: { name: 'products', ttl: 60, source } })
    await call('PUT', '/api/caches/products/entries/a', { body: 'x' })
    expect(readdirSync(folder)).toEqual(['a'])
    const page = await openConsole('/caches/products?key=a')
    await page.getByRole('button', { name: 'Invalidate' }).click()
    await expect(page.getByRole('region', { name: 'Messages' }).getByRole('status'))
      .toHaveText('Invalidated a, and deleted it at main.')
    await expect(page.getByRole('button', { name: 'Undo' })).toBeHidden()
    expect(readdirSync(folder)).toEqual([])
  }
  finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
