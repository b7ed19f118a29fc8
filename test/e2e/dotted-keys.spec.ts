import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

const path = '/api/caches/default/batch'

// Red: in src/renderer/src/api/entries.ts let `by` always be `entries`.
for (const key of ['.', '..']) {
  test(`the key ${key} is added, read, edited, deleted and restored`, { tag: '@screen' }, async ({ openConsole, call }) => {
    const peek = async (): Promise<unknown> => {
      const answer = await call('POST', path, { json: { operations: [{ op: 'peek', key }] } })
      return ((await answer.json()) as { results: unknown[] }).results[0]
    }
    const page = await openConsole('/caches/default')
    const entry = page.getByRole('region', { name: 'Entry' })
    await page.getByRole('button', { name: 'Add entry' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Add entry to default' })
    await dialog.getByLabel('Key').fill(key)
    await dialog.getByLabel('Value').fill('grün')
    await dialog.getByLabel('TTL').fill('soon')
    await dialog.getByLabel('Tags').fill('t')
    await dialog.getByRole('button', { name: 'Add entry' }).click()
    await expect(dialog.getByLabel('TTL')).toHaveAccessibleDescription(/must be/)
    await dialog.getByLabel('TTL').fill('2h')
    await dialog.getByRole('button', { name: 'Add entry' }).click()
    await expect(dialog).toHaveCount(0)

    await page.getByRole('grid', { name: 'Entries' }).getByRole('row').filter({ hasText: key }).last().click()
    await expect(entry).toContainText('grün')
    await entry.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('textbox', { name: 'Value' }).fill('new')
    await page.keyboard.press('Control+s')
    await expect.poll(peek).toMatchObject({ status: 200, value: { text: 'new' }, givenTtl: 7200, tags: ['t'] })
    await entry.getByRole('button', { name: 'Invalidate' }).click()
    await expect.poll(peek).toMatchObject({ status: 404 })
    await page.getByRole('region', { name: 'Messages' }).locator('.card').filter({ hasText: 'Invalidated' })
      .getByRole('button', { name: 'Undo' }).first().click()
    await expect.poll(peek).toMatchObject({ status: 200, value: { text: 'new' }, givenTtl: 7200, tags: ['t'] })
  })
}
