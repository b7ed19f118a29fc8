import type { Page } from '@playwright/test'
import type { ConsoleFixtures } from './console-test'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()
// Several states a test are looked at with axe, in both themes.
test.slow()

const path = '/api/caches/default/entries/'
const list = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('grid', { name: 'Entries' })
const entry = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('region', { name: 'Entry' })
const button = (page: Page, name: string): ReturnType<Page['getByRole']> => entry(page).getByRole('button', { name })

async function store(call: ConsoleFixtures['call'], steps: readonly object[]): Promise<void> {
  const operations = steps.map(step => ({ op: 'set', value: { text: 'v' }, ...step }))
  expect((await call('POST', '/api/caches/default/batch', { json: { operations } })).status).toBe(200)
}

async function leftOf(call: ConsoleFixtures['call'], key: string): Promise<number> {
  return Number((await call('GET', `${path}${key}?peek=1`)).headers.get('Larder-TTL'))
}

/** Nothing scrolls sideways, and no part with this selector is cut or outside of the window. */
async function expectWhole(page: Page, selector: string): Promise<void> {
  expect(await page.evaluate(`[
    ...[...document.querySelectorAll(${JSON.stringify(selector)})].filter(part =>
      part.scrollWidth > part.clientWidth + 1 || part.getBoundingClientRect().right > innerWidth),
    ...[document.documentElement, document.querySelector('main')].filter(part => part.scrollWidth > part.clientWidth),
  ].map(part => part.outerHTML.slice(0, 80))`)).toEqual([])
}

// Red: in CacheCrumb.vue let `found` be all caches, or leave `tab` out of `go`; in router.ts
// leave `beforeEach` out.
test('the crumb leads to every cache, by its name and by keys alone', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  for (const name of ['products', 'sessions', 'search'])
    await call('POST', '/admin/caches', { json: { name, ttl: null } })
  await store(call, [{ key: 'k' }])
  const page = await openConsole('/caches/default?tab=statistics')
  await expect(page.getByRole('heading', { level: 1, name: 'default' })).toBeVisible()
  await page.getByRole('button', { name: 'default', exact: true }).press('ArrowDown')
  const field = page.getByRole('combobox', { name: 'Go to cache' })
  const options = page.getByRole('listbox', { name: 'Caches' }).getByRole('option')
  await expect(field).toBeFocused()
  await expect(options).toHaveCount(4)
  await expect(options.and(page.locator('[aria-current]'))).toHaveText(/^default/)
  await expect(page.getByRole('option', { selected: true })).toHaveText(/^default/)
  await expectAccessible(page)
  await field.fill('S')
  await expect(options).toHaveText([/^products/, /^sessions/, /^search/])
  await field.fill('nothing')
  await expect(page.getByText('No cache has this in its name.')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(field).toBeHidden()
  await expect(page.getByRole('button', { name: 'default', exact: true })).toBeFocused()

  await page.keyboard.press('ArrowDown')
  await field.fill('s')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'sessions' })).toBeVisible()
  await expect(page.getByRole('tab', { name: 'Statistics' })).toHaveAttribute('aria-selected', 'true')
  expect(new URL(page.url()).pathname).toBe('/caches/sessions')

  // What is being edited is not lost on the way.
  await page.goto(new URL('/caches/default?key=k', page.url()).href)
  await button(page, 'Edit').click()
  await page.getByRole('textbox', { name: 'Value' }).press('x')
  await page.getByRole('button', { name: 'default', exact: true }).click()
  await page.getByRole('option', { name: /^products/ }).click()
  await page.getByRole('dialog', { name: 'Discard your changes?' }).getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('textbox', { name: 'Value' })).toContainText('x')
  await page.getByRole('navigation', { name: 'Where you are' }).getByRole('link', { name: 'Caches' }).click()
  await page.getByRole('button', { name: 'Discard changes' }).click()
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
})

// Red: in LifeBar.vue give the rect of the fresh part the whole width; in EntryRow.vue leave
// `KindSign` out.
test('a row says what a value is, and how near its end', { tag: '@screen' }, async ({ openConsole, call }) => {
  await store(call, [
    { key: 'json', value: { text: '{}' }, contentType: 'application/json', ttl: 4000 },
    { key: 'half', contentType: 'text/csv', ttl: 60, grace: 240 },
    { key: 'forever', contentType: 'image/png', ttl: null },
    { key: 'bytes', contentType: 'application/octet-stream', ttl: 100_000 },
  ])
  await store(call, [{ key: 'stale', contentType: 'font/ttf', ttl: 0, grace: 3000 }])
  const page = await openConsole('/caches/default')
  const row = (name: string): ReturnType<Page['getByRole']> =>
    list(page).getByRole('row').filter({ has: page.getByRole('gridcell', { name, exact: true }) })
  for (const [key, kind, life] of [
    ['json', 'JSON', /1:0\d:\d\d/],
    ['half', 'Text', /(0:\d\d|1:00)/],
    ['forever', 'Picture', /no expiry/],
    ['bytes', 'Bytes', /1 d 3 h/],
    ['stale', 'Bytes', /stale (49:\d\d|50:00)/],
  ] as const) {
    await expect(row(key).getByRole('img', { name: kind })).toBeVisible()
    await expect(row(key)).toContainText(life)
  }
  // One fifth of its life is fresh, and less of it every second.
  const width = await row('half').locator('.fresh-part').getAttribute('width')
  expect(Number.parseFloat(width ?? '')).toBeGreaterThan(0)
  expect(Number.parseFloat(width ?? '')).toBeLessThanOrEqual(20)
  await expect.poll(() => row('half').locator('.fresh-part').getAttribute('width')).not.toBe(width)
  const head = page.getByRole('columnheader', { name: 'Life' })
  await head.click()
  await expect(head).toHaveAttribute('aria-sort', 'ascending')
  await expect(list(page).getByRole('row').nth(1)).toContainText('stale')
  await expect(list(page).getByRole('row').last()).toContainText('forever')
})

// Red: in share.ts let `toShare` be Math.round; in EntriesTab.vue leave `keepChoice` out.
test('list and entry share the width as one likes it', { tag: '@screen' }, async ({ openConsole, call }) => {
  await store(call, [{ key: 'k' }])
  const page = await openConsole('/caches/default?key=k')
  const handle = page.getByRole('separator', { name: 'Width of the list' })
  const width = async (): Promise<number> => (await list(page).boundingBox())?.width ?? 0
  await expect(handle).toHaveAttribute('aria-valuenow', '58')
  const usual = await width()
  await handle.press('ArrowLeft')
  await handle.press('ArrowLeft')
  await expect(handle).toHaveAttribute('aria-valuenow', '54')
  expect(await width()).toBeLessThan(usual)
  await page.reload()
  await expect(handle).toHaveAttribute('aria-valuenow', '54')
  await handle.press('Home')
  await expect(handle).toHaveAttribute('aria-valuenow', '30')
  await handle.press('End')
  await handle.press('ArrowRight')
  await expect(handle).toHaveAttribute('aria-valuenow', '75')
  const { x = 0, y = 0, height = 0 } = await handle.boundingBox() ?? {}
  await page.mouse.move(x, y + height / 2)
  await page.mouse.down()
  await page.mouse.move(10, y + height / 2)
  await page.mouse.up()
  await expect(handle).toHaveAttribute('aria-valuenow', '30')
  await handle.dblclick()
  await expect(handle).toHaveAttribute('aria-valuenow', '58')
  expect(await width()).toBe(usual)
})

// Red: in EntryList.vue leave `runShortcut` out; in EntryActions.vue leave `useShortcuts` out.
test('keys work from the list: touch, edit, invalidate, and back', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  await store(call, [{ key: 'a', ttl: 100 }, { key: 'b', ttl: 100 }])
  await call('PATCH', '/admin/caches/default', { json: { ttl: 7200 } })
  const page = await openConsole('/caches/default?key=a')
  await expect(entry(page)).toContainText('Fresh')
  await list(page).focus()
  await page.keyboard.press('t')
  await expect(page.getByRole('menuitem')).toHaveText([
    '1 minute',
    '5 minutes',
    '1 hour',
    'The cache’s own: 2 h',
    'Another TTL…',
  ])
  await expect(page.getByRole('menuitem', { name: '1 minute' })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect.poll(() => leftOf(call, 'a')).toBeGreaterThan(100)
  expect(await leftOf(call, 'a')).toBeLessThanOrEqual(300)
  await button(page, 'Touch').click()
  await page.getByRole('menuitem', { name: 'The cache’s own: 2 h' }).click()
  await expect.poll(() => leftOf(call, 'a')).toBeGreaterThan(3600)

  await button(page, 'Invalidate').focus()
  await page.keyboard.press('Escape')
  await expect(list(page)).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(entry(page).getByRole('heading', { name: 'b' })).toBeVisible()
  await page.keyboard.press('e')
  await expect(page.getByRole('textbox', { name: 'Value' })).toBeFocused()
  await entry(page).getByRole('button', { name: 'Cancel' }).click()
  await list(page).focus()
  await page.keyboard.press('/')
  await expect(page.getByRole('searchbox', { name: 'Filter keys' })).toBeFocused()
  // Red: in EntryActions.vue leave one of the two keys out.
  await entry(page).focus()
  await page.keyboard.press('Delete')
  await expect(entry(page)).toContainText('This entry is gone.')
  await expect(button(page, 'Touch')).toBeDisabled()
  await expectAccessible(page)
})

// Red: in use-writing-stop.ts return '' always; in classic.ts `open` instead of `look`.
test('off: one sees all that is stored, and why nothing can be changed', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  await store(call, [{ key: 'k', value: { text: 'hello' } }])
  await call('PATCH', '/admin/caches/default', { json: { enabled: false } })
  const page = await openConsole('/caches/default?key=k')
  await expect(page.getByText('Apps get 503; you see what is stored')).toBeVisible()
  const reason = entry(page).getByText('Nothing can be changed while this cache is off.')
  await expect(reason).toBeVisible()
  for (const name of ['Edit', 'Touch', 'Invalidate'])
    await expect(button(page, name)).toBeDisabled()
  await expect(button(page, 'Copy as')).toBeEnabled()
  await expect(page.getByRole('button', { name: 'Add entry' })).toBeDisabled()
  await expectAccessible(page)
  await list(page).focus()
  await page.keyboard.press('Backspace')
  await expect(page.getByRole('region', { name: 'Messages' })).toContainText('while this cache is off')

  await page.getByRole('button', { name: 'More for default' }).click()
  await page.getByRole('menuitem', { name: 'View all' }).click()
  await expect(page.getByRole('dialog')).toContainText('"hello"')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Turn on' }).click()
  await expect(button(page, 'Edit')).toBeEnabled()
  await expect(reason).toBeHidden()
  await call('PUT', '/admin/switch', { json: { enabled: false } })
  await expect(entry(page).getByText('Nothing can be changed while all caching is off.')).toBeVisible()
  await expect(button(page, 'Edit')).toBeDisabled()
})

// Red: in key-log.ts let `foldMoments` fold nothing; in use-key-log.ts leave `events.listen` out.
test('tells what happened to a key of late, while it happens', { tag: '@screen' }, async ({
  openConsole,
  call,
  server,
}) => {
  const { secret } = await (await call('POST', '/admin/keys', { json: { label: 'ci', scopes: ['read', 'write'] } }))
    .json() as { secret: string }
  const send = async (method: string, body?: string): Promise<void> => {
    await (await fetch(`${server.url}${path}k`, {
      method,
      headers: { 'Api-Key': secret },
      ...body !== undefined && { body },
    })).arrayBuffer()
  }
  await store(call, [{ key: 'quiet' }])
  await send('GET')
  await send('PUT', 'v')
  for (let hits = 0; hits < 3; hits++)
    await send('GET')
  const page = await openConsole('/caches/default?key=k')
  const log = entry(page).getByRole('region', { name: 'Lately on this key' })
  const moments = log.getByRole('listitem')
  await expect(moments).toHaveText([/Hit ×3$/, /Stored by ci$/, /Miss absent$/])
  await send('GET')
  await expect(moments.first()).toHaveText(/Hit ×4$/)
  await send('DELETE')
  await expect(moments).toHaveText([/Deleted by ci$/, /Hit ×4$/, /Stored by ci$/, /Miss absent$/])
  await expect(entry(page)).toContainText('This entry is gone.')
  await expectAccessible(page)
  await log.getByRole('link', { name: /^all/ }).click()
  await expect(page.getByRole('combobox', { name: 'Filter requests' })).toHaveValue('cache:default key:k')

  await page.goto(new URL('/caches/default?key=quiet', page.url()).href)
  await expect(log).toContainText('No app has asked for it since the server started.')
  await page.goto(new URL(`/caches/default?key=${'x'.repeat(300)}`, page.url()).href)
  await expect(log).toContainText('The log keeps only the beginning of a key this long')
})

// Red: in use-key-log.ts let `refusalOf` return ''.
test('says so if one may not read the log', { tag: '@http' }, async ({ openConsole, call, page }) => {
  await store(call, [{ key: 'k' }])
  await page.route(url => url.pathname === '/admin/requests', route => route.fulfill({
    status: 403,
    contentType: 'application/problem+json',
    json: { type: 'about:blank', title: 'Out of scope', status: 403, code: 'out-of-scope', detail: 'No.' },
  }))
  await openConsole('/caches/default?key=k')
  await expect(entry(page).getByRole('region', { name: 'Lately on this key' }))
    .toContainText('You may not read the request log.')
})

// Red: in comparison.ts leave `to` out; in use-measured.ts sort by key.
test('statistics lead to requests and to entries', { tag: '@screen' }, async ({ openConsole, call }) => {
  await store(call, [{ key: 'much' }, { key: 'little' }, { key: 'never' }])
  for (const key of ['much', 'much', 'much', 'little', 'missing'])
    await call('GET', `${path}${key}`)
  const page = await openConsole('/caches/default?tab=statistics')
  for (const name of ['Reads/s by outcome', 'Latency'])
    await expect(page.getByRole('img', { name: `${name} over the last 15 minutes` })).toBeVisible()
  const misses = page.getByRole('table', { name: 'Misses by reason' })
  // A second is over before its figures are told.
  await expect(misses.getByRole('row', { name: /^absent/ })).toHaveText(/absent.*111$/)
  const compared = page.getByRole('table', { name: 'In comparison' })
  await expect(compared.getByRole('row', { name: /^Hits / })).toHaveText(/Hits\s*4\s*4\s*4/)
  const keys = page.getByRole('table', { name: 'Keys by hits' }).getByRole('row')
  await expect(keys).toHaveText([/^much.*3$/, /^little.*1$/])
  await expectAccessible(page)
  await keys.getByRole('link', { name: 'much' }).click()
  await expect(entry(page).getByRole('heading', { name: 'much' })).toBeVisible()
  await page.goBack()
  await misses.getByRole('link', { name: 'absent' }).click()
  // The log would stand still under the pointer.
  await page.mouse.move(0, 0)
  await expect(page.getByRole('combobox', { name: 'Filter requests' })).toHaveValue('cache:default reason:absent')
  await expect(page.getByRole('grid', { name: 'Requests' }).getByRole('gridcell', { name: 'missing' })).toHaveCount(1)
})

// Red: in CacheView.vue leave `flex-wrap` out of the line.
test('nothing is cut at 400 px', { tag: '@screen' }, async ({ openConsole, call, page }) => {
  await store(call, [{ key: 'k', tags: ['a-tag', 'another'], ttl: 90_000 }])
  await page.setViewportSize({ width: 400, height: 800 })
  await openConsole('/caches/default?key=k')
  await expect(entry(page)).toContainText('Fresh')
  await expectWhole(page, '[role=tab], .tools, .actions, .actions button')
  await expectAccessible(page)
  await page.getByRole('tab', { name: 'Statistics' }).click()
  await expect(page.getByRole('table', { name: 'Entries by size' })).toBeVisible()
  await expectWhole(page, '[role=tab], .tools, .statistics .panel, figure, figcaption')
  await page.getByRole('tab', { name: 'Settings' }).click()
  await expect(page.getByRole('form', { name: 'Settings' })).toBeVisible()
  await expectWhole(page, '[role=tab], .tools')
})

test('an empty cache is accessible', { tag: '@screen' }, async ({ openConsole }) => {
  const page = await openConsole('/caches/default')
  await expect(page.getByText('Nothing in default yet')).toBeVisible()
  await expectAccessible(page)
})
