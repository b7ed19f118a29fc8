import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

interface Listed { id: string, label: string, scopes: string[], caches: string[] | null, origins: string[] }

// S19, for labels. Red when `{{ key.label }}` in KeyTable.vue becomes v-html.
test('makes a key that works, shows its secret, reveals it again, and revokes it', async ({
  openConsole,
  call,
  server,
}) => {
  await call('PUT', '/v1/a', { body: 'one' })
  await call('POST', '/admin/caches', { json: { name: 'products', ttl: 300 } })
  const page = await openConsole('/keys')
  const table = page.getByRole('table', { name: 'API keys' })
  await expect(table.getByRole('row')).toHaveCount(2)
  await page.getByRole('button', { name: 'New key' }).click()
  const dialog = page.getByRole('dialog', { name: 'New key', exact: true })
  const label = dialog.getByRole('textbox', { name: 'Label' })
  const origins = dialog.getByRole('textbox', { name: 'Browser origins' })
  await expect(label).toBeFocused()
  await origins.fill('http://localhost:5173/\nlocalhost')
  await dialog.getByRole('checkbox', { name: 'Write' }).uncheck()
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await expect(label).toHaveAccessibleDescription(/must not be empty/)
  await expect(origins).toHaveAccessibleDescription(/localhost: must be an origin/)

  await label.fill('<b>front end</b>')
  await origins.fill('http://localhost:5173/')
  await dialog.getByText('Only some').click()
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await expect(dialog.getByRole('alert').filter({ hasText: 'Choose at least one cache.' })).toBeVisible()
  await dialog.getByRole('checkbox', { name: 'default' }).check()
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Create key' }).click()

  const shown = page.getByRole('dialog', { name: 'New API key <b>front end</b>' })
  await expect(shown).toContainText('Reveal shows it again.')
  await expectAccessible(page)
  const secret = await shown.getByLabel('Secret').textContent() ?? ''
  const get = (path: string): Promise<Response> => fetch(server.url + path, { headers: { 'Api-Key': secret, 'Origin': 'http://localhost:5173' } })
  const read = await get('/v1/a')
  expect(read.status).toBe(200)
  expect(read.headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
  expect((await get('/api/caches/products/entries')).status).toBe(403)
  await page.keyboard.press('Escape')
  await expect(page.locator('body')).not.toContainText(secret)

  const row = table.getByRole('row', { name: 'front end' })
  await expect(row.getByRole('rowheader')).toContainText('<b>front end</b>')
  await expect(row.getByRole('cell').nth(0)).toHaveText('read')
  await expect(row.getByRole('cell').nth(1)).toHaveText('default')
  await expect(row.getByRole('cell').nth(2)).toHaveText('http://localhost:5173')
  await row.getByRole('button', { name: 'Reveal' }).click()
  await expect(page
    .getByRole('dialog', { name: 'API key <b>front end</b>', exact: true })
    .getByLabel('Secret')).toHaveText(secret)
  await page.keyboard.press('Escape')

  await row.getByRole('button', { name: 'Revoke' }).click()
  const question = page.getByRole('dialog', { name: 'Revoke <b>front end</b>?' })
  await expect(question).toContainText('Apps that send it get 401 at once.')
  await question.getByRole('button', { name: 'Cancel' }).click()
  expect((await get('/v1/a')).status).toBe(200)
  await row.getByRole('button', { name: 'Revoke' }).click()
  await question.getByRole('button', { name: 'Revoke' }).click()
  await expect(row).toBeHidden()
  expect((await get('/v1/a')).status).toBe(401)
})

test('rotates with overlap: both secrets work, then the old one ends', { tag: '@screen' }, async ({
  openConsole,
  call,
  server,
}) => {
  const created = await (await call(
    'POST',
    '/admin/keys',
    { json: { label: 'ci' } },
  )).json() as Listed & { secret: string }
  await call('PUT', '/v1/a', { body: 'one' })
  const page = await openConsole('/keys')
  const row = page.getByRole('table', { name: 'API keys' }).getByRole('row', { name: 'ci' })
  const statusOf = async (secret: string): Promise<number> =>
    (await fetch(`${server.url}/v1/a`, { headers: { 'Api-Key': secret } })).status

  await row.getByRole('button', { name: 'Rotate' }).click()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Rotate now' }).click()
  const shown = page.getByRole('dialog', { name: 'New secret of ci' })
  await expect(shown).toContainText('The old secret works until')
  const second = await shown.getByLabel('Secret').textContent() ?? ''
  expect(await statusOf(created.secret)).toBe(200)
  expect(await statusOf(second)).toBe(200)
  await page.keyboard.press('Escape')
  await expect(row.getByRole('img', { name: '2 secrets' })).toBeVisible()
  await expectAccessible(page)

  await row.getByRole('button', { name: 'Rotate' }).click()
  await page.getByLabel('The old secret').selectOption('Ends at once')
  await page.getByRole('button', { name: 'Rotate now' }).click()
  await expect(shown).not.toContainText('The old secret works until')
  expect(await statusOf(created.secret)).toBe(401)
  expect(await statusOf(second)).toBe(401)
  expect(await statusOf(await shown.getByLabel('Secret').textContent() ?? '')).toBe(200)
})

test('edits by keyboard alone, sending what changed only, and follows changes made elsewhere', {
  tag: '@screen',
}, async ({
  openConsole,
  call,
}) => {
  const { id } = await (await call('POST', '/admin/keys', { json: { label: 'app', origins: ['http://a.test'] } })).json() as Listed
  const page = await openConsole('/keys')
  const table = page.getByRole('table', { name: 'API keys' })
  const row = table.getByRole('row', { name: 'app' })
  await row.getByRole('button', { name: 'Edit' }).press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Edit app' })
  await expect(dialog.getByRole('textbox', { name: 'Label' })).toBeFocused()
  // The key changes while the dialog is open: fields that are not touched must keep the new value.
  await call('PATCH', `/admin/keys/${id}`, { json: { origins: ['http://b.test'] } })
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(row.getByRole('cell').nth(0)).toHaveText('read')
  const keys = await (await call('GET', '/admin/keys')).json() as Listed[]
  expect(keys.find(key => key.id === id)).toMatchObject({ scopes: ['read'], origins: ['http://b.test'] })

  await call('DELETE', `/admin/keys/${id}`)
  await expect(row).toBeHidden()
  for (const key of keys.filter(other => other.id !== id))
    await call('DELETE', `/admin/keys/${key.id}`)
  await expect(table).toContainText('You have no API key')
  await page.keyboard.press('n')
  await expect(page.getByRole('dialog', { name: 'New key' })).toBeVisible()
})

test('tells where secrets are kept', { tag: '@screen' }, async ({ openConsole, server }) => {
  const page = await openConsole('/keys')
  const vault = page.getByRole('region', { name: 'Where secrets are kept' })
  await expect(vault).toContainText('Private file')
  await expect(vault).toContainText('reachable')
  await expect(vault).toContainText(server.home)
  await expect(page.getByRole('region', { name: 'Use a key' })).toContainText(
    `${server.url}/api/caches/default/entries/greeting`,
  )
})

// Red: in src/renderer/src/views/keys/KeyTable.vue leave `v-changed` out.
test('a row that was changed elsewhere shows it once, and not with reduced motion', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  const { id } = await (await call('POST', '/admin/keys', { json: { label: 'app' } })).json() as Listed
  const page = await openConsole('/keys')
  const row = page.getByRole('table', { name: 'API keys' }).getByRole('row', { name: 'app' })
  await expect(row).toBeVisible()
  await page.evaluate(
    `globalThis.faded = []; addEventListener('animationstart', event => faded.push(event.animationName))`,
  )
  await call('PATCH', `/admin/keys/${id}`, { json: { scopes: ['read'] } })
  await expect.poll(() => page.evaluate<string[]>('faded')).toEqual(['changed'])
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await call('PATCH', `/admin/keys/${id}`, { json: { scopes: ['write'] } })
  await expect(row.getByRole('cell').first()).toHaveText('write')
  expect(await page.evaluate<string[]>('faded')).toEqual(['changed'])
})
