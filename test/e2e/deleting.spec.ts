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

  await test.step('all of them', async () => {
    await grid.focus()
    await page.keyboard.press('Control+a')
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await expect(keys).toHaveText(['user:10', 'user:11', 'user:12', 'user:13', 'user:14', 'and 7 more'])
    await dialog.getByRole('button', { name: 'Delete 12 entries' }).click()
    await expect(page.getByRole('heading', { name: 'Nothing in default yet' })).toBeVisible()
  })
})
