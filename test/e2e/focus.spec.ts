import type { Page } from '@playwright/test'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

const three = { json: { operations: ['a', 'b', 'c'].map(key => ({ op: 'set', key, value: { text: key } })) } }
function confirm(page: Page, name: RegExp): Promise<void> {
  return page.getByRole('dialog').getByRole('button', { name }).click()
}

// Red: in DataTable.vue leave `useRowFocus` out.
test('after a deletion the focus is on the next row', { tag: '@screen' }, async ({ overview, openConsole, call }) => {
  for (const name of ['b1', 'b2', 'b3'])
    expect((await call('POST', '/admin/caches', { json: { name, ttl: 60 } })).status).toBe(201)
  for (const [gone, next] of [['b2', 'b3'], ['b3', 'b1']] as const) {
    await overview.getByRole('row', { name: gone }).getByRole('button', { name: 'Delete' }).focus()
    await overview.keyboard.press('Enter')
    await confirm(overview, /Delete/)
    await expect(overview.getByRole('row', { name: gone })).toBeHidden()
    await expect.poll(() => overview.evaluate(`document.activeElement.closest('tr')?.textContent.trim() ?? ''`))
      .toMatch(new RegExp(`^${next}`))
  }
  for (const label of ['first-key', 'second-key'])
    await call('POST', '/admin/keys', { json: { label } })
  const page = await openConsole('/keys')
  await page.getByRole('row', { name: 'first-key' }).getByRole('button', { name: 'Revoke' }).press('Enter')
  await confirm(page, /Revoke/)
  await expect(page.getByRole('row', { name: 'first-key' })).toBeHidden()
  await expect(page.getByRole('row', { name: 'second-key' }).getByRole('button', { name: 'Revoke' })).toBeFocused()
})

// Red: in EntryPanel.vue leave `emit('leave')` out, once here and once there.
test('the list gets the focus from an entry: by Escape, and when it is gone', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  await call('POST', '/api/caches/default/batch', three)
  const page = await openConsole('/caches/default?key=b')
  const list = page.getByRole('grid', { name: 'Entries' })
  const entry = page.getByRole('region', { name: 'Entry' })
  await entry.getByRole('button', { name: 'Edit' }).focus()
  await page.keyboard.press('Escape')
  await expect(list).toBeFocused()
  await expect(entry).toContainText('Fresh')
  await entry.getByRole('button', { name: 'Invalidate' }).press('Enter')
  await expect(list.getByRole('row')).toHaveCount(3)
  await expect(list).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: 'Delete', exact: true }).press('Enter')
  await confirm(page, /Delete/)
  await expect(list.getByRole('row')).toHaveCount(2)
  await expect(list).toBeFocused()
})

// Red: in AppShell.vue let the link do nothing.
test('a link skips the navigation', { tag: '@screen' }, async ({ overview }) => {
  await overview.reload()
  await expect(overview.getByRole('table', { name: 'Caches' })).toBeVisible()
  await overview.keyboard.press('Tab')
  const skip = overview.getByRole('link', { name: 'Skip to content' })
  await expect(skip).toBeFocused()
  await expect(skip).toBeInViewport()
  await overview.keyboard.press('Enter')
  await expect(overview.getByRole('main')).toBeFocused()
})

// Red: in App.vue leave `useFirstWrong` out.
test('a refused form gives the focus to its first wrong field', { tag: '@screen' }, async ({ openConsole }) => {
  const page = await openConsole('/keys')
  await page.getByRole('button', { name: 'New key' }).click()
  const create = page.getByRole('button', { name: 'Create key' })
  const label = page.getByRole('textbox', { name: 'Label' })
  for (let times = 0; times < 2; times++) {
    await create.focus()
    await page.keyboard.press('Enter')
    await expect(label).toBeFocused()
  }
  await label.fill('app')
  for (const scope of ['Read', 'Write'])
    await page.getByRole('checkbox', { name: scope }).uncheck()
  await create.press('Enter')
  await expect(page.getByText('Choose at least one permission.')).toBeVisible()
  await expect(page.getByRole('checkbox', { name: 'Read' })).toBeFocused()
})
