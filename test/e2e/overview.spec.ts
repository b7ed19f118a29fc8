import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

test('lists the caches with their figures', async ({ overview, call }) => {
  await call('PUT', '/v1/a', { body: 'one' })
  await call('GET', '/v1/a')
  await call('GET', '/v1/missing')
  const row = overview.getByRole('row', { name: 'default' })
  await expect(row.getByRole('rowheader')).toHaveText('default')
  await expect(row.getByRole('cell').nth(2)).toHaveText('1')
  await expect(row).toContainText('No expiry')
  await expect(row.getByRole('cell').nth(0)).toHaveText('50%')
})

test('switches a cache off and on: apps get 503, then 200', async ({ overview, call }) => {
  await call('PUT', '/v1/a', { body: 'one' })
  const toggle = overview.getByRole('switch', { name: 'Enable default' })
  await expect(toggle).toBeChecked()

  await toggle.uncheck()
  await expect.poll(async () => (await call('GET', '/v1/a')).status).toBe(503)
  const refused = await call('GET', '/v1/a')
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)

  await toggle.check()
  await expect.poll(async () => (await call('GET', '/v1/a')).status).toBe(200)
})

test('switches all caching off and on, says so, and shows what is stored', async ({ overview, call, server }) => {
  await call('PUT', '/v1/a', { body: 'one' })
  const toggle = overview.getByRole('switch', { name: 'Caching' })
  const banner = overview.getByText('Caching is off: apps get 503 over HTTP')
  await expect(toggle).toBeChecked()
  await expect(banner).toBeHidden()

  const { id } = await (await call('POST', '/admin/keys', { json: { label: 'ci', scopes: ['read'] } })).json() as {
    id: string
  }
  const { secret } = await (await call('POST', `/admin/keys/${id}/reveal`)).json() as { secret: string }
  await toggle.uncheck()
  await expect(banner).toBeVisible()
  await expect(overview.getByText(/Since \d\d:\d\d:\d\d: no request yet turned away/)).toBeVisible()
  const refused = await call('GET', '/v1/a')
  expect(refused.status).toBe(503)
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
  for (let i = 0; i < 2; i++)
    await fetch(`${server.url}/v1/a`, { headers: { 'Api-Key': secret } })
  await expect(overview.getByText(/Since \d\d:\d\d:\d\d: 3 requests turned away/)).toBeVisible()
  await expect(overview.getByText('Still calling: default with the key ci (2), default (1)')).toBeVisible()
  // The row's switch keeps its position, and says that nothing serves.
  const own = overview.getByRole('switch', { name: 'Enable default' })
  await expect(own).toBeChecked()
  await expect(own).toHaveAttribute('title', 'On, but it serves nothing while all caching is off')
  await expectAccessible(overview)

  // What is stored can still be seen, on every screen the banner stands.
  await overview.getByRole('rowheader').getByRole('link', { name: 'default' }).click()
  await expect(overview.getByText('Apps get 503; you see what is stored')).toBeVisible()
  await overview.getByRole('row', { name: /^a / }).click()
  await expect(overview.getByRole('region', { name: 'Entry' })).toContainText('one')
  for (const name of ['Playground', 'Requests', 'API keys', 'Settings', 'Docs', 'Overview']) {
    await overview.getByRole('link', { name, exact: true }).click()
    await expect(banner).toBeVisible()
  }
  await overview.getByRole('button', { name: 'Turn on' }).click()
  await expect(toggle).toBeChecked()
  await expect(banner).toBeHidden()
  expect((await call('GET', '/v1/a')).status).toBe(200)
})

// Red: in src/main/storage/entry-journal.ts never set `failure`.
test('says while the data folder cannot be written', async ({ overview, call, server }) => {
  const banner = overview.getByRole('alert').getByText('Larder cannot write to its data folder.')
  await expect(overview.getByRole('switch', { name: 'Caching' })).toBeChecked()
  await expect(banner).toBeHidden()
  const breaker = new Sqlite(join(server.home, 'entries.db'))
  try {
    breaker.exec('CREATE TRIGGER broken BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, \'disk full\'); END')
    await call('PUT', '/v1/a', { body: 'one' })
    await expect(banner).toBeVisible()
    breaker.exec('DROP TRIGGER broken')
    await expect(banner).toBeHidden()
  }
  finally {
    breaker.close()
  }
})

test('follows switches and entries that change elsewhere', async ({ overview, call }) => {
  await call('PATCH', '/admin/caches/default', { json: { enabled: false } })
  await expect(overview.getByRole('switch', { name: 'Enable default' })).not.toBeChecked()
  await call('PUT', '/admin/switch', { json: { enabled: false } })
  await expect(overview.getByRole('switch', { name: 'Caching' })).not.toBeChecked()
  await call('POST', '/admin/caches', { json: { name: 'late', ttl: 90 } })
  const row = overview.getByRole('row', { name: 'late' })
  await expect(row).toContainText('1 min 30 s')
  await call('DELETE', '/admin/caches/late')
  await expect(row).toBeHidden()
})

test('makes a cache by keyboard, and says beside the field what is wrong', async ({ overview, call }) => {
  await overview.getByRole('button', { name: 'New cache' }).press('Enter')
  const dialog = overview.getByRole('dialog', { name: 'New cache' })
  const name = dialog.getByRole('textbox', { name: 'Name' })
  const ttl = dialog.getByRole('textbox', { name: 'TTL', exact: true })
  await expect(name).toBeFocused()

  await name.fill('no spaces')
  await ttl.fill('0')
  await overview.keyboard.press('Enter')
  await expect(name).toHaveAttribute('aria-invalid', 'true')
  await expect(name).toHaveAccessibleDescription(/must be 1 to 64 characters/)
  await expect(ttl).toHaveAccessibleDescription(/TTL must be a positive value\./)

  await name.fill('default')
  await ttl.fill('soon')
  await overview.keyboard.press('Enter')
  await expect(ttl).toHaveAccessibleDescription(/must be a time such as 90, 90s, 15m, 2h or 7d, or none/)
  await ttl.fill('5m')
  await overview.keyboard.press('Enter')
  await expect(name).toHaveAttribute('aria-invalid', 'true')
  await expect(ttl).not.toHaveAttribute('aria-invalid')

  await name.fill('products')
  await dialog.getByRole('button', { name: 'Create cache' }).click()
  await expect(dialog).toBeHidden()
  await expect(overview.getByRole('row', { name: 'products' })).toContainText('5 min')
  expect(await (await call('GET', '/admin/caches/products')).json()).toMatchObject({
    name: 'products',
    ttl: 300,
    enabled: true,
  })
})

test('leaves the TTL empty for no expiry, and Escape makes nothing', { tag: '@screen' }, async ({ overview, call }) => {
  await overview.getByRole('button', { name: 'New cache' }).click()
  await overview.getByLabel('Name').fill('left')
  await overview.keyboard.press('Escape')
  await overview.getByRole('button', { name: 'Discard changes' }).click()
  await expect(overview.getByRole('dialog')).toBeHidden()
  await overview.getByRole('button', { name: 'New cache' }).click()
  await overview.getByLabel('Name').fill('endless')
  await overview.keyboard.press('Enter')
  await expect(overview.getByRole('row', { name: 'endless' })).toBeVisible()
  const names = (await (await call(
    'GET',
    '/admin/caches',
  )).json() as { name: string, ttl: number | null }[]).map(({ name, ttl }) =>
    [name, ttl])
  expect(names).toContainEqual(['endless', null])
  expect(names.map(([name]) => name)).not.toContain('left')
})

test('the advanced part is folded, and unfolds where something in it is wrong', { tag: '@screen' }, async ({
  overview,
  call,
}) => {
  await overview.getByRole('button', { name: 'New cache' }).click()
  const dialog = overview.getByRole('dialog', { name: 'New cache' })
  await dialog.getByLabel('Name').fill('rich')
  await dialog.getByRole('button', { name: '5 min' }).click()
  await expect(dialog.getByRole('textbox', { name: 'TTL', exact: true })).toHaveValue('5m')
  await expect(dialog.getByLabel('Max entries')).toBeHidden()
  await dialog.getByText('Advanced').click()
  await dialog.getByLabel('Max entries').fill('1.5')
  await dialog.getByText('Advanced').click()
  await dialog.getByRole('button', { name: 'Create cache' }).click()
  await expect(dialog.getByLabel('Max entries')).toBeVisible()
  await expect(dialog.getByLabel('Max entries')).toHaveAccessibleDescription(/must be a whole number/i)

  await dialog.getByLabel('Max entries').fill('10')
  await dialog.getByLabel('Sliding').check()
  await dialog.getByLabel('Storage format').selectOption({ label: 'CSV with a header line' })
  await dialog.getByLabel('Persistent').check()
  await dialog.getByRole('button', { name: 'Create cache' }).click()
  await expect(dialog).toBeHidden()
  expect(await (await call('GET', '/admin/caches/rich')).json()).toMatchObject({
    ttl: 300,
    sliding: true,
    persistent: true,
    format: 'csv',
    maxEntries: 10,
    maxBytes: null,
  })
})

test('clears a cache once the person agrees, and tells how many entries went', async ({ overview, call }) => {
  for (const key of ['a', 'b', 'c'])
    await call('PUT', `/v1/${key}`, { body: key })
  const row = overview.getByRole('row', { name: 'default' })
  await expect(row.getByRole('cell').nth(2)).toHaveText('3')
  await row.getByRole('button', { name: 'Clear' }).click()
  const dialog = overview.getByRole('dialog', { name: 'Clear default?' })
  await expect(dialog).toContainText('permanently deletes 3 entries')
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await overview.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  expect((await call('GET', '/v1/a')).status).toBe(200)

  await row.getByRole('button', { name: 'Clear' }).click()
  await dialog.getByRole('button', { name: 'Clear 3 entries' }).click()
  await expect(overview.getByRole('status').filter({ hasText: 'Cleared default: 3 entries deleted.' })).toBeAttached()
  expect((await call('GET', '/v1/a')).status).toBe(404)
})

test('deletes a cache once the person agrees; default stays', { tag: '@screen' }, async ({ overview, call }) => {
  await call('POST', '/admin/caches', { json: { name: 'old', ttl: 60 } })
  await call('PUT', '/api/caches/old/entries/a', { body: '1' })
  await expect(overview.getByRole('row', { name: 'default' }).getByRole('button', { name: 'Delete' })).toBeDisabled()
  const row = overview.getByRole('row', { name: 'old' })
  await expect(row.getByRole('cell').nth(2)).toHaveText('1')
  await row.getByRole('button', { name: 'Delete' }).click()
  const dialog = overview.getByRole('dialog', { name: 'Delete old?' })
  await expect(dialog).toContainText('permanently deletes 1 entry')
  await dialog.getByRole('button', { name: 'Delete old' }).click()
  await expect(row).toBeHidden()
  await expect(overview.getByRole('status').filter({ hasText: 'Deleted old.' })).toBeAttached()
  expect((await call('GET', '/admin/caches/old')).status).toBe(404)
})

test('adds an entry with its type, TTL and tags, and takes it back', { tag: '@screen' }, async ({ overview, call }) => {
  const path = '/api/caches/default/entries/sku%3A1%2F%C3%BC'
  await overview.getByRole('row', { name: 'default' }).getByRole('button', { name: 'Add entry' }).click()
  const dialog = overview.getByRole('dialog', { name: 'Add entry to default' })
  await expect(dialog.getByLabel('Key')).toBeFocused()
  await dialog.getByRole('button', { name: 'Add entry' }).click()
  await expect(dialog.getByLabel('Key')).toHaveAccessibleDescription(/must not be empty/i)

  await dialog.getByLabel('Key').fill('sku:1/ü')
  await dialog.getByLabel('Value').fill('{"name":"Boot"}')
  await expect(dialog.getByLabel('Content type')).toHaveAccessibleDescription('Empty: application/json')
  await dialog.getByLabel('TTL').fill('soon')
  await dialog.getByLabel('Tags').fill('shoes, été')
  await dialog.getByRole('button', { name: 'Add entry' }).click()
  await expect(dialog.getByLabel('TTL')).toHaveAttribute('aria-invalid', 'true')
  await dialog.getByLabel('TTL').fill('15m')
  await dialog.getByRole('button', { name: 'Add entry' }).click()
  await expect(dialog).toBeHidden()
  const stored = await call('GET', path)
  expect([
    await stored.text(),
    stored.headers.get('Content-Type'),
    stored.headers.get('Larder-TTL'),
    stored.headers.get('Larder-Tags'),
  ]).toEqual(['{"name":"Boot"}', 'application/json', '900', 'shoes, %C3%A9t%C3%A9'])

  await overview.getByRole('row', { name: 'default' }).getByRole('button', { name: 'Add entry' }).click()
  await dialog.getByLabel('Key').fill('sku:1/ü')
  await dialog.getByLabel('Value').fill('other')
  await dialog.getByRole('button', { name: 'Add entry' }).click()
  await expect(dialog.getByLabel('Key')).toHaveAccessibleDescription(/already has a fresh entry/i)
  await overview.keyboard.press('Escape')
  await overview.getByRole('button', { name: 'Discard changes' }).click()

  await overview.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await call('GET', path)).status).toBe(404)
})

test('views all entries as JSON, laid out, and gives them as a file', async ({ overview, call }) => {
  await call('PUT', '/v1/a', { body: '<img src=x onerror="document.title=1">' })
  await call('PUT', '/v1/b', { body: 'two' })
  await expect(overview.getByRole('row', { name: 'default' }).getByRole('cell').nth(2)).toHaveText('2')
  await overview.getByRole('row', { name: 'default' }).getByRole('button', { name: 'View all' }).click()
  const dialog = overview.getByRole('dialog', { name: 'default: all entries' })
  await expect(dialog.getByRole('region', { name: 'Entries as JSON' })).toContainText('"key": "a",')
  await expect(dialog).toContainText('2 entries')
  const coming = overview.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Download' }).click()
  const file = await coming
  expect(file.suggestedFilename()).toBe('default.json')
  const stream = await file.createReadStream()
  let text = ''
  for await (const chunk of stream)
    text += String(chunk)
  expect(text).toBe(await (await call('GET', '/api/get-cache?cache=default')).text())
  await expect(overview).toHaveTitle('Overview · Larder')
})

test('a view of a hundred thousand entries stays light', { tag: '@screen' }, async ({ overview, call }) => {
  await call('POST', '/admin/caches', { json: { name: 'big', ttl: null } })
  for (let from = 0; from < 100_000; from += 10_000) {
    const operations = Array.from({ length: 10_000 }, (_, i) =>
      ({ op: 'set', key: `k${from + i}`, value: { text: 'x'.repeat(40) } }))
    expect((await call('POST', '/api/caches/big/batch', { json: { operations } })).status).toBe(200)
  }
  await expect(overview.getByRole('row', { name: 'big' }).getByRole('cell').nth(2)).toHaveText('100,000')
  await overview.getByRole('row', { name: 'big' }).getByRole('button', { name: 'View all' }).click()
  const dialog = overview.getByRole('dialog', { name: 'big: all entries' })
  await expect(dialog).toContainText('100,000 entries, 6.79 MB of JSON; the first 2.00 MB are shown')
  expect(await overview.evaluate('document.querySelectorAll("dialog *").length')).toBeLessThan(400)
})

test('a viewer says why it cannot show anything', { tag: '@http' }, async ({ overview, call }) => {
  await call('PUT', '/v1/a', { body: 'one' })
  await overview.route(url => url.pathname === '/api/get-cache', route => route.fulfill({
    status: 404,
    contentType: 'application/json',
    json: { message: 'The cache has gone.' },
  }))
  await overview.getByRole('row', { name: 'default' }).getByRole('button', { name: 'View all' }).click()
  await expect(overview.getByRole('dialog').getByRole('alert')).toHaveText('The cache has gone.')
})

test('an empty Larder shows the command that fills it, and runs it', { tag: '@screen' }, async ({ overview, call }) => {
  const empty = overview.getByRole('region', { name: 'Nothing is cached yet' })
  await expect(empty).toContainText('-H "Api-Key: $LARDER_API_KEY"')
  await expect(empty).toContainText('-H \'Content-Type: text/plain')
  await empty.getByRole('button', { name: 'Insert my API key' }).click()
  await expect(empty).toContainText(/Api-Key: lk_\w+/)
  await empty.getByRole('button', { name: 'Run it here' }).click()
  await expect(empty).toBeHidden()
  expect(await (await call('GET', '/v1/greeting')).text()).toBe('hello')
})

test('a sample cache in one click, and away again', { tag: '@screen' }, async ({ overview, call }) => {
  await overview.getByRole('button', { name: 'Create a sample cache' }).click()
  // It is opened: there is something to see.
  await expect(overview).toHaveURL(/\/caches\/sample$/)
  await expect(overview.getByRole('grid', { name: 'Entries' }).getByText('pixel.png')).toBeVisible()
  expect(await (await call('GET', '/api/caches/sample/entries?tag=sale')).json()).toMatchObject({ total: 4 })
  expect((await call('GET', '/api/caches/sample/entries/pixel.png')).headers.get('Content-Type')).toBe('image/png')
  await overview.getByRole('button', { name: 'Undo' }).click()
  await overview.getByRole('link', { name: 'Overview' }).click()
  await expect(overview.getByRole('row', { name: 'default' })).toBeVisible()
  await expect(overview.getByRole('row', { name: 'sample' })).toBeHidden()
})

test('charts follow the traffic, on other screens too', { tag: '@http' }, async ({ overview, call }) => {
  await call('PUT', '/v1/a', { body: 'one' })
  const strip = overview.getByRole('region', { name: 'Last 15 minutes' })
  for (const name of ['Reads/s by outcome', 'Latency'])
    await expect(strip.getByRole('img', { name: `${name} over the last 15 minutes` })).toBeVisible()
  await expect(strip.getByRole('meter', { name: 'Memory' })).toHaveAttribute('aria-valuetext', / of 256 MB$/)
  await overview.getByRole('link', { name: 'Docs' }).click()
  await expect(overview.getByRole('heading', { level: 1, name: 'Docs' })).toBeVisible()
  const polled = overview.waitForResponse(response => response.url().endsWith('/admin/stats'))
  for (let i = 0; i < 40; i++)
    await call('GET', i % 2 === 0 ? '/v1/a' : '/v1/missing')
  await polled
  await overview.getByRole('link', { name: 'Overview' }).click()
  await expect(strip).toContainText('50.0%')
  await expect(overview.getByRole('row', { name: 'default' }).getByRole('cell').nth(4)).not.toHaveText('0.0')
  // The words below a chart show the point under the pointer; the headline keeps its meaning.
  await expect(strip).toContainText('last minute')
  await strip.getByRole('img', { name: 'Latency' }).hover({ position: { x: 150, y: 30 } })
  await expect(strip.locator('.words').first()).toContainText(/\d\d:\d\d:\d\d/)
  await expect(strip.getByText(/^50\.0% hits now since \d\d:\d\d: 50\.0%$/)).toBeVisible()
})

// Red: in src/renderer/src/stores/live.ts read only what comes after the page was opened.
test('a reload keeps the last 15 minutes, with what happened', { tag: '@http' }, async ({ overview, call }) => {
  const strip = overview.getByRole('region', { name: 'Last 15 minutes' })
  // 503 by choice is no miss: three of four reads hit.
  const headline = strip.getByText(/^75\.0% hits now since \d\d:\d\d: 75\.0%$/)
  await call('PUT', '/v1/a', { body: 'one' })
  for (const path of ['/v1/a', '/v1/a', '/v1/a', '/v1/missing'])
    await call('GET', path)
  await call('PATCH', '/admin/caches/default', { json: { enabled: false } })
  expect((await call('GET', '/v1/a')).status).toBe(503)
  await call('PATCH', '/admin/caches/default', { json: { enabled: true } })
  await expect(headline).toBeVisible()
  await overview.reload()
  await expect(headline).toBeVisible()
  const events = strip.getByRole('list', { name: 'Events' })
  for (const text of ['Larder started', 'Switched off: default', 'Switched on: default'])
    await expect(events.getByText(text)).toBeAttached()
  await strip.getByRole('radio', { name: '1 m', exact: true }).check({ force: true })
  await expect(overview.getByRole('img', { name: 'Reads/s by outcome over the last minute' })).toBeVisible()
})

// Red: in src/renderer/src/views/overview/FigureStrip.vue take `totals.hitRatio` for everyone's, or
// let `isOfAll` be false.
test('an administrator sees one scope, that of all users, and is told so', { tag: '@http' }, async ({
  overview,
  call,
  server,
}) => {
  const person = { name: 'ben', password: 'correct horse battery' }
  await call('POST', '/admin/users', { json: person })
  const { token } = await (await call('POST', '/admin/session', { json: person })).json() as { token: string }
  const headers = { 'Authorization': `Bearer ${token}`, 'Larder-As': 'app' }
  await call('PUT', '/v1/a', { body: 'one' })
  for (let i = 0; i < 4; i++)
    await call('GET', i === 0 ? '/v1/missing' : '/v1/a')
  for (let i = 0; i < 12; i++)
    await fetch(`${server.url}/v1/missing`, { headers })
  const strip = overview.getByRole('region', { name: 'Last 15 minutes' })
  await expect(strip.getByText(/^18\.8% hits now since \d\d:\d\d: 18\.8%$/)).toBeVisible()
  await expect(strip.getByText('all users', { exact: true })).toHaveCount(4)
  await expectAccessible(overview)
})
