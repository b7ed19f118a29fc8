import type { Locator } from '@playwright/test'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

// Red: in src/renderer/src/views/cache/entries/use-chosen.ts leave `of` out of the question.
test('the question before entries are deleted names the first keys', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  const operations = Array.from({ length: 12 }, (_, i) =>
    ({ op: 'set', key: `user:${i + 10}`, value: { text: 'x' } }))
  await call('POST', '/api/caches/default/batch', { json: { operations } })
  const page = await openConsole('/caches/default')
  const grid = page.getByRole('grid', { name: 'Entries' })
  const dialog = page.getByRole('dialog')
  const keys = dialog.getByRole('list', { name: 'Keys' }).getByRole('listitem')

  await test.step('some of them', async () => {
    for (const key of ['user:11', 'user:13']) {
      await grid.getByRole('row', { name: new RegExp(`^${key} `) }).click()
      await page.keyboard.press('Space')
    }
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await expect(dialog).toContainText('Delete 2 entries?')
    await expect(keys).toHaveText(['user:11', 'user:13'])
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Cancel' }).click()
  })

  await test.step('all but one', async () => {
    await grid.focus()
    await page.keyboard.press('Control+a')
    await expect(page.getByText('12 selected')).toBeVisible()
    // Red: in src/renderer/src/views/cache/entries/EntryList.vue leave out `leaveOut`.
    await page.keyboard.press('Home')
    await page.keyboard.press('Space')
    await expect(page.getByText('11 selected')).toBeVisible()
    await page.keyboard.press('Space')
    await expect(page.getByText('12 selected')).toBeVisible()
    await page.keyboard.press('Escape')
  })

  // Red: in src/renderer/src/views/cache/entries/EntryList.vue delete whatever is held, or read
  // Alt; in stores/shortcuts.ts let `pressedKey` leave out Shift.
  await test.step('none by another key', async () => {
    await grid.focus()
    await page.keyboard.press('Control+a')
    for (const keys of ['Control+Backspace', 'Control+Delete', 'Shift+Delete', 'Alt+Backspace'])
      await page.keyboard.press(keys)
    // With a question on the screen it would answer that.
    await page.keyboard.press('Escape')
    await expect(page.getByText('12 selected')).toBeHidden()
    const isLeftToBrowser = await page.evaluate(`document.activeElement.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'ArrowLeft', altKey: true, bubbles: true, cancelable: true }))`)
    expect(isLeftToBrowser).toBe(true)
  })

  await test.step('all of them', async () => {
    await grid.focus()
    await page.keyboard.press('Control+a')
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await expect(keys).toHaveText(['user:10', 'user:11', 'user:12', 'user:13', 'user:14', 'and 7 more'])
    await dialog.getByRole('button', { name: 'Delete 12 entries' }).click()
    await expect(page.getByRole('heading', { name: 'Nothing in default yet' })).toBeVisible()
  })
})

// Red: in src/renderer/src/ leave out `asOf` in use-chosen.ts, or in use-cache-actions.ts.
test('what comes while a question stands there is left alone', { tag: '@screen' }, async ({ openConsole, call }) => {
  const store = async (...keys: string[]): Promise<void> => {
    const operations = keys.map(key => ({ op: 'set', key, value: { text: 'x' } }))
    await call('POST', '/api/caches/default/batch', { json: { operations } })
  }
  const keysOf = async (): Promise<string[]> => {
    const page = await (await call('GET', '/api/caches/default/entries')).json() as { entries: { key: string }[] }
    return page.entries.map(({ key }) => key)
  }
  await store('user:1', 'user:2', 'cart:1')
  const page = await openConsole('/caches/default?filter=user:*')
  const go = (path: string): Promise<unknown> => page.goto(new URL(path, page.url()).href)
  const dialog = page.getByRole('dialog')
  const notice = (text: string): Locator => page.getByRole('status').filter({ hasText: text })

  await test.step('by filter', async () => {
    await page.getByRole('grid', { name: 'Entries' }).press('Control+a')
    await page.keyboard.press('Delete')
    await expect(dialog).toBeVisible()
    await store('user:3')
    await dialog.getByRole('button', { name: 'Delete 2 entries' }).click()
    await expect(notice('Deleted 2 entries.')).toBeAttached()
    expect(await keysOf()).toEqual(['cart:1', 'user:3'])
  })

  await test.step('by folder', async () => {
    await go('/caches/default?tree=:')
    const tree = page.getByRole('tree', { name: 'Entries' })
    await tree.getByRole('treeitem', { name: /^user/ }).waitFor()
    await tree.press('End')
    await page.keyboard.press('Space')
    await page.keyboard.press('Delete')
    await expect(dialog).toBeVisible()
    await store('user:4')
    await dialog.getByRole('button', { name: 'Delete 1 entry' }).click()
    await expect(notice('Deleted 1 entry.')).toBeAttached()
    expect(await keysOf()).toEqual(['cart:1', 'user:4'])
  })

  await test.step('all', async () => {
    await go('/caches/default?tree=none')
    await page.getByRole('grid', { name: 'Entries' }).press('Control+a')
    await page.keyboard.press('Delete')
    await expect(dialog).toBeVisible()
    await store('late')
    await dialog.getByRole('button', { name: 'Delete 2 entries' }).click()
    await expect(notice('Deleted 2 entries.')).toBeAttached()
    expect(await keysOf()).toEqual(['late'])
  })

  await test.step('a clear', async () => {
    await go('/')
    await page.getByRole('row', { name: 'default' }).getByRole('button', { name: 'Clear' }).click()
    await expect(dialog).toBeVisible()
    await store('later')
    await dialog.getByRole('button', { name: 'Clear 1 entry' }).click()
    await expect(notice('Cleared default: 1 entry deleted.')).toBeAttached()
    expect(await keysOf()).toEqual(['later'])
  })
})

// Red: in src/renderer/src/stores/caches.ts leave out `createdAt`.
test('another cache that has the name by now is not deleted', { tag: '@screen' }, async ({ openConsole, call }) => {
  const create = (): Promise<unknown> => call('POST', '/admin/caches', { json: { name: 'mine', ttl: 60 } })
  await create()
  const page = await openConsole('/')
  await page.getByRole('row', { name: 'mine' }).getByRole('button', { name: 'Delete' }).click()
  await call('DELETE', '/admin/caches/mine')
  await create()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete mine' }).click()
  await expect(page.getByRole('alert').filter({ hasText: /^The cache mine of .* is gone/ })).toBeAttached()
  expect((await call('GET', '/admin/caches/mine')).status).toBe(200)
})
