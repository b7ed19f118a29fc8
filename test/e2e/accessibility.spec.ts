import type { Page } from '@playwright/test'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()
test.slow()

/**
 * The states that axe checks: a name, and the way from the overview with a cache `sample`. Escape
 * leads back.
 */
const states: readonly (readonly [name: string, show: (page: Page) => Promise<void>])[] = [
  ...['Add entry', 'View all', 'Clear', 'Delete'].map(button => [`the dialog of ${button}`, async (page: Page) => {
    await page.getByRole('row', { name: 'sample' }).getByRole('button', { name: button }).click()
    await expect(page.getByRole('dialog')).toBeVisible()
  }] as const),
  ['New cache with errors', async (page) => {
    await page.getByRole('button', { name: 'New cache' }).click()
    await page.getByText('Advanced').click()
    await page.getByRole('button', { name: 'Create cache' }).click()
    await expect(page.getByRole('textbox', { name: 'Name' })).toHaveAttribute('aria-invalid', 'true')
  }],
  ['the palette', async (page) => {
    await page.keyboard.press('Control+k')
    await expect(page.getByRole('option').first()).toBeVisible()
  }],
  ['the palette that finds nothing', async (page) => {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('no such command')
    await expect(page.getByText('No matching command.')).toBeVisible()
  }],
  ['the help', async (page) => {
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog')).toBeVisible()
  }],
  ['the user menu', async (page) => {
    await page.getByRole('button', { name: 'Signed in as' }).click()
    await expect(page.getByRole('menu')).toBeVisible()
  }],
]

test('axe finds nothing in the filled overview and what opens above it', { tag: '@screen' }, async ({
  overview,
  call,
}) => {
  await call('POST', '/admin/caches', { json: { name: 'sample', ttl: 60 } })
  await call('PUT', '/api/caches/sample/entries/a', { body: '{"a":[1,{}]}' })
  await expect(overview.getByRole('row', { name: 'sample' }).getByRole('cell').nth(2)).toHaveText('1')
  await expectAccessible(overview)
  for (const [name, show] of states) {
    await test.step(name, async () => {
      await show(overview)
      await expectAccessible(overview)
      await overview.keyboard.press('Escape')
      await expect(overview.getByRole('dialog').or(overview.getByRole('menu'))).toBeHidden()
    })
  }
})

test('axe finds nothing on the empty overview, and with everything off', { tag: '@screen' }, async ({
  overview,
  call,
}) => {
  await expectAccessible(overview)
  await call('PATCH', '/admin/caches/default', { json: { enabled: false } })
  await call('PUT', '/admin/switch', { json: { enabled: false } })
  await expect(overview.getByText('Caching is off')).toBeVisible()
  await expectAccessible(overview)
})

test('axe finds nothing on docs and sign-in', { tag: '@http' }, async ({ page, server }) => {
  await page.goto(`${server.url}/docs`)
  await expect(page.locator('details').first()).toBeVisible()
  await expectAccessible(page)
  await page.goto(server.url)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expectAccessible(page)
})
