import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

test('changes memory, largest value and anonymous access, with errors beside the fields and a way back', {
  tag: '@screen',
}, async ({
  openConsole,
  call,
  server,
}) => {
  await call('PUT', '/v1/a', { body: 'one' })
  const page = await openConsole('/settings')
  const panel = page.getByRole('region', { name: 'Server' })
  const memory = panel.getByRole('textbox', { name: 'Memory budget' })
  const largest = panel.getByRole('textbox', { name: 'Largest value' })
  const save = panel.getByRole('button', { name: 'Save' })
  await expect(memory).toHaveValue('256MB')
  await expect(largest).toHaveValue('16MiB')
  await expect(save).toBeDisabled()

  await memory.fill('lots')
  await largest.fill('1GB')
  await save.click()
  await expect(memory).toHaveAccessibleDescription(/must be a size such as 256MB/)
  await memory.fill('100')
  await save.click()
  await expect(memory).toHaveAccessibleDescription(/must be at least 1MB/)
  await expect(largest).toHaveAccessibleDescription(/must be at most 128MiB/)

  await memory.fill('64 MiB')
  await largest.fill('1MiB')
  await panel.getByText('Read', { exact: true }).click()
  await expectAccessible(page)
  await save.click()
  await expect(page.getByText('Settings saved.').first()).toBeAttached()
  expect(await (await call('GET', '/admin/settings')).json()).toMatchObject({
    memory: 64 * 2 ** 20,
    valueLimit: 2 ** 20,
    anonymous: { enabled: true, scopes: ['read'] },
  })
  expect((await fetch(`${server.url}/v1/a`)).status).toBe(200)

  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(memory).toHaveValue('256MB')
  await expect(panel.getByRole('radio', { name: 'Nothing' })).toBeChecked()
  expect((await fetch(`${server.url}/v1/a`)).status).toBe(401)
})

// Red: in src/renderer/src/views/settings/ServerPanel.vue let `update` leave `mayEvict` out.
test('says how many entries a lower budget evicts, and asks', { tag: '@screen' }, async ({ openConsole, call }) => {
  for (let index = 0; index < 20; index++)
    await call('PUT', `/v1/large${index}`, { body: 'x'.repeat(100_000) })
  const page = await openConsole('/settings')
  const panel = page.getByRole('region', { name: 'Server' })
  const dialog = page.getByRole('dialog', { name: 'Lower the memory budget?' })
  const budget = async () => (await (await call('GET', '/admin/settings')).json() as { memory: number }).memory
  const entries = async () => (await (await call('GET', '/admin/caches/default')).json() as { entries: number }).entries
  await panel.getByRole('textbox', { name: 'Memory budget' }).fill('1MiB')
  await panel.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toContainText(/About 1\d of 20 entries in all caches will be evicted\./)
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(dialog).toBeHidden()
  expect(await budget()).toBe(256_000_000)
  expect(await entries()).toBe(20)

  await panel.getByRole('button', { name: 'Save' }).click()
  await dialog.getByRole('button', { name: /^Evict about 1\d entries$/ }).click()
  await expect(page.getByText('Settings saved.').first()).toBeAttached()
  expect(await budget()).toBe(2 ** 20)
  await expect.poll(entries).toBeLessThan(11)
})

test('changes name and password; another browser\'s session ends', async ({ openConsole, server, browser }) => {
  const page = await openConsole('/settings')
  const account = page.getByRole('region', { name: 'Account' })
  const name = account.getByRole('textbox', { name: 'User name' })
  await name.fill('  ')
  await account.getByRole('button', { name: 'Change name' }).click()
  await expect(name).toHaveAccessibleDescription(/must not be empty/)
  await name.fill('mara')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Signed in as' })).toContainText('mara')
  await expect(page.getByRole('table', { name: 'Users' }).getByRole('rowheader')).toContainText('mara')

  const other = await browser.newPage()
  await other.goto(`${server.url}/#${await server.code()}`)
  await expect(other.getByRole('table', { name: 'Caches' })).toBeVisible()
  const about = page.getByRole('region', { name: 'About' })
  await expect(about).toContainText('Open until the owner has a password')
  await account.getByLabel('New password').fill('short')
  await account.getByLabel('Repeat password').fill('shorter')
  await account.getByRole('button', { name: 'Set password' }).click()
  await expect(account.getByLabel('Repeat password')).toHaveAccessibleDescription(/must be the same/)
  await account.getByLabel('Repeat password').fill('short')
  await page.keyboard.press('Enter')
  await expect(account.getByLabel('New password')).toHaveAccessibleDescription(/at least 8 characters/)
  await account.getByLabel('New password').fill('correct horse battery')
  await account.getByLabel('Repeat password').fill('correct horse battery')
  await page.keyboard.press('Enter')
  await expect(account.getByRole('button', { name: 'Change password' })).toBeVisible()
  await expect(account.getByLabel('New password')).toHaveValue('')
  await expect(about).toContainText('Closed: administrators create users')
  await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible()
  await other.getByLabel('User name').fill('mara')
  await other.getByLabel('Password').fill('correct horse battery')
  await other.keyboard.press('Enter')
  await expect(other.getByRole('table', { name: 'Caches' })).toBeVisible()
  await other.close()
})

test('an administrator makes users, gives rights and passwords', { tag: '@screen' }, async ({
  openConsole,
  server,
  browser,
}) => {
  const page = await openConsole('/settings')
  const table = page.getByRole('table', { name: 'Users' })
  await expect(table.getByRole('switch')).toBeDisabled()
  await page.getByRole('button', { name: 'New user' }).press('Enter')
  const dialog = page.getByRole('dialog', { name: 'New user' })
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveAccessibleDescription(/must not be empty/)
  await expect(dialog.getByLabel('Password')).toHaveAccessibleDescription(/at least 8 characters/)
  await expectAccessible(page)
  await dialog.getByRole('textbox', { name: 'Name' }).fill('ben')
  await dialog.getByLabel('Password').fill('correct horse battery')
  await page.keyboard.press('Enter')
  const row = table.getByRole('row', { name: 'ben' })
  await expect(row).toContainText('Password')

  await page.getByRole('button', { name: 'New user' }).click()
  await dialog.getByRole('textbox', { name: 'Name' }).fill('ben')
  await dialog.getByLabel('Password').fill('correct horse battery')
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveAccessibleDescription(/\w+/)
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveAttribute('aria-invalid', 'true')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Discard changes' }).click()

  const other = await browser.newPage()
  await other.goto(`${server.url}/settings`)
  await other.getByLabel('User name').fill('ben')
  await other.getByLabel('Password').fill('correct horse battery')
  await other.keyboard.press('Enter')
  await expect(other.getByRole('region', { name: 'About' })).toBeVisible()
  await expect(other.getByRole('region', { name: 'Server' })).toBeHidden()
  await expect(other.getByRole('table', { name: 'Users' })).toBeHidden()
  await row.getByRole('switch', { name: 'Administrator ben' }).click()
  await expect(row.getByRole('switch')).toBeChecked()
  // His open page shows the change.
  await expect(other.getByRole('region', { name: 'Server' })).toBeVisible()
  await expect(other.getByRole('table', { name: 'Users' })).toBeVisible()

  await row.getByRole('button', { name: 'Set password of ben' }).click()
  await page.getByRole('dialog').getByLabel('Password').fill('another horse battery')
  await page.keyboard.press('Enter')
  await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible()
  await other.close()
})

test('disables, limits and deletes users', { tag: '@screen' }, async ({ openConsole, server, browser, call }) => {
  await call('POST', '/admin/users', { json: { name: 'ben', password: 'correct horse battery' } })
  const page = await openConsole('/settings')
  const table = page.getByRole('table', { name: 'Users' })
  const row = table.getByRole('row', { name: 'ben' })
  const own = table.getByRole('row', { name: '(you)' })
  for (const button of ['Set password of', 'Disable', 'Delete'])
    await expect(own.getByRole('button', { name: button })).toBeDisabled()
  await expect(row).toContainText('1 of 200')

  const other = await browser.newPage()
  await other.goto(server.url)
  await other.getByLabel('User name').fill('ben')
  await other.getByLabel('Password').fill('correct horse battery')
  await other.keyboard.press('Enter')
  await expect(other.getByRole('table', { name: 'Caches' })).toBeVisible()
  await row.getByRole('button', { name: 'Disable ben' }).click()
  await expect(row).toContainText('Disabled')
  await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible({ timeout: 15_000 })
  await expectAccessible(page)
  await other.getByLabel('User name').fill('ben')
  await other.getByLabel('Password').fill('correct horse battery')
  await other.keyboard.press('Enter')
  await expect(other.getByLabel('Password')).toHaveAccessibleDescription(/This account is disabled/)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(row).toContainText('Password')
  await other.keyboard.press('Enter')
  await expect(other.getByRole('table', { name: 'Caches' })).toBeVisible()

  await row.getByRole('button', { name: 'Limit caches of ben' }).click()
  const dialog = page.getByRole('dialog', { name: 'Caches of ben' })
  const limit = dialog.getByRole('textbox', { name: 'Max caches' })
  await limit.fill('none')
  await page.keyboard.press('Enter')
  await expect(limit).toHaveAccessibleDescription(/must be a/)
  await limit.fill('1')
  await page.keyboard.press('Enter')
  await expect(row).toContainText('1 of 1')
  await other.getByRole('button', { name: 'New cache' }).click()
  await other.getByRole('textbox', { name: 'Name' }).fill('more')
  await other.keyboard.press('Enter')
  await expect(other.getByRole('alert').filter({ hasText: 'Your cache limit is 1.' })).toBeVisible()

  await row.getByRole('button', { name: 'Delete ben' }).click()
  await expect(page.getByRole('dialog')).toContainText(
    'ben is deleted for good, with 1 cache, 0 entries and 1 API key',
  )
  await page.getByRole('button', { name: 'Delete user' }).click()
  await expect(row).toBeHidden()
  await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible({ timeout: 15_000 })
  await other.close()
})

test('tells where the server lies to administrators alone', { tag: '@http' }, async ({ page, server, call }) => {
  await call('POST', '/admin/users', { json: { name: 'ben', password: 'correct horse battery' } })
  await page.goto(`${server.url}/settings`)
  await page.getByLabel('User name').fill('ben')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.keyboard.press('Enter')
  const about = page.getByRole('region', { name: 'About' })
  await expect(about).toContainText(server.url)
  await expect(about).not.toContainText('Data folder')
  await page.getByRole('link', { name: 'API keys' }).first().click()
  await expect(page.getByRole('region', { name: 'Where secrets are kept' })).toContainText('Private file')
  expect(await page.content()).not.toContain(server.home)
})

test('shows version, address and data folder, keeps the theme, and axe finds nothing', { tag: '@screen' }, async ({
  openConsole,
  server,
}) => {
  const page = await openConsole('/settings')
  const about = page.getByRole('region', { name: 'About' })
  await expect(about).toContainText(server.home)
  await expect(about).toContainText(server.url)
  await expect(about).toContainText(/Larder \d+\.\d+\.\d+/)
  await expectAccessible(page)
  await page.getByText('Dark', { exact: true }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  const row = page.getByRole('table', { name: 'Users' }).getByRole('row').last()
  const height = async (): Promise<number> => Math.round((await row.boundingBox())?.height ?? 0)
  expect(await height()).toBe(30)
  await page.getByText('Comfortable', { exact: true }).click()
  await expect.poll(height).toBe(38)
  await page.reload()
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked()
  // Red: in src/renderer/public/theme.js leave the density out.
  await expect(page.getByRole('radio', { name: 'Comfortable' })).toBeChecked()
  await expect.poll(height).toBe(38)
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})
