import type { Page } from '@playwright/test'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

function rows(page: Page) {
  return page.getByRole('grid', { name: 'Requests' }).getByRole('row').filter({ has: page.getByRole('gridcell') })
}

const filterOf = (page: Page) => page.getByRole('combobox', { name: 'Filter requests' })

// Red: in src/renderer/src/views/requests/use-key-past.ts read without `before: id`.
test('a request tells why it missed, the life of its key, and finds those like it', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  await call('POST', '/admin/caches', { json: { name: 'quotes', ttl: 0.01 } })
  const brief = '/api/caches/quotes/entries/brief'
  await call('PUT', brief, { body: 'x' })
  for (let missed = 0; missed < 2;) {
    missed += (await call('GET', brief)).status === 404 ? 1 : 0
    // The second miss is some milliseconds late, so that it can be said by how many.
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  await call('PATCH', '/admin/caches/quotes', { json: { ttl: 60 } })
  await call('PUT', brief, { body: 'x' })
  await call('DELETE', brief)
  await call('GET', brief)
  await call('GET', '/v1/never')

  const page = await openConsole('/requests')
  const detail = page.getByRole('region', { name: 'GET 404' })
  await rows(page).filter({ hasText: 'never' }).click()
  await expect(detail.getByRole('heading', { name: 'Miss: absent' })).toBeVisible()
  await expect(detail).toContainText('Never stored since the server started.')
  await rows(page).filter({ hasText: 'invalidated' }).click()
  await expect(detail.getByRole('heading', { name: 'Miss: invalidated' })).toBeVisible()
  await expect(detail)
    .toContainText(/Deleted \d\d:\d\d:\d\d, \d+ m?s before; it was stored \d\d:\d\d:\d\d, TTL 1:00, never read since\./)
  await rows(page).filter({ hasText: 'expired' }).first().click()
  await expect(detail.getByRole('heading', { name: 'Miss: expired' })).toBeVisible()
  await expect(detail)
    .toContainText(/\d+ m?s too late: stored \d\d:\d\d:\d\d, TTL 0:00, (never read|read \d+ times?) since\./)
  const life = detail.getByRole('list', { name: 'Life of this key' }).getByRole('listitem')
  await expect(life.first()).toHaveText(/^\d\d:\d\d:\d\d Stored$/)
  await expect(life.filter({ hasText: 'this one' })).toHaveText(/Miss expired: this one$/)
  await expect(life.last()).toHaveText(/Miss invalidated$/)
  await expectAccessible(page)
  await detail.getByRole('button', { name: '1 more miss like it' }).click()
  await expect(filterOf(page)).toHaveValue('cache:quotes key:brief result:miss reason:expired')
  await expect(rows(page)).toHaveCount(2)
})

// Red: in src/renderer/src/views/requests/use-key-past.ts leave out `made-stale`.
test('a touch and a soft invalidation are told as what they are', { tag: '@screen' }, async ({ openConsole, call }) => {
  await call('POST', '/admin/caches', { json: { name: 'quotes', ttl: 60 } })
  const entry = '/api/caches/quotes/entries/brief'
  await call('PUT', entry, { body: 'x', headers: { 'Larder-Tags': 'q' } })
  await call('POST', `${entry}?op=touch&ttl=600`)
  await call('DELETE', '/api/caches/quotes/entries?tag=q&soft')
  await call('GET', entry)

  const page = await openConsole('/requests')
  const list = rows(page)
  await expect(list.filter({ hasText: 'Marked stale' })).toHaveCount(1)
  await list.filter({ hasText: 'Touched' }).click()
  await expect(page.getByRole('heading', { name: 'Touched: TTL 10:00' })).toBeVisible()
  await expect(page.getByText(/^It was stored \d\d:\d\d:\d\d, TTL 1:00, never read since\.$/)).toBeVisible()
  await list.filter({ hasText: 'GET' }).click()
  await expect(page.getByRole('heading', { name: /^Stale for 0:0\d$/ })).toBeVisible()
  const told = 'Marked stale with others AT; it was stored AT, TTL 1:00, never read since, touched AT, TTL 10:00.'
  const pattern = told.replaceAll('.', '\\.').replaceAll('AT', '\\d\\d:\\d\\d:\\d\\d')
  await expect(page.getByText(new RegExp(`^${pattern}$`))).toBeVisible()
  await expectAccessible(page)
})

// Red: in src/renderer/src/views/requests/use-log-filter.ts leave out `withRange`.
test('a part of the time is chosen by keyboard and by mouse, and stands in the address', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  await call('PUT', '/v1/a', { body: 'x' })
  const page = await openConsole('/requests')
  await expect(rows(page)).toHaveCount(1)
  const from = page.getByRole('slider', { name: 'Requests since' })
  const to = page.getByRole('slider', { name: 'Requests before' })
  await expect(from).toHaveAttribute('aria-valuetext', 'the beginning')
  await expect(to).toHaveAttribute('aria-valuetext', 'now')

  // All that is older than the first bars has no request.
  await to.focus()
  await page.keyboard.press('Home')
  await expect(page).toHaveURL(/\/requests\?to=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  await expect(rows(page)).toHaveCount(0)
  await expect(page.getByText(/^None of the 1 newest requests match\./)).toBeVisible()
  await expectAccessible(page)
  await page.reload()
  await expect(page.getByText(/^0 of 1 match since /)).toBeVisible()
  await page.getByRole('button', { name: /^Remove the time range Before / }).click()
  await expect(page).toHaveURL(/\/requests$/)
  await expect(rows(page)).toHaveCount(1)
  await from.focus()
  await page.keyboard.press('ArrowRight')
  await expect(page).toHaveURL(/\?from=[\w:-]+Z$/)
  await expect(rows(page)).toHaveCount(1)
  await page.keyboard.press('Delete')
  await expect(page).toHaveURL(/\/requests$/)

  const box = await page.locator('.plot').boundingBox()
  if (!box)
    throw new Error('The histogram is not shown')
  await page.mouse.move(box.x + box.width * 0.1, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2, { steps: 3 })
  await page.mouse.up()
  await expect(page).toHaveURL(/\?from=[\w:-]+Z&to=[\w:-]+Z$/)
  await expect(page.getByRole('button', { name: /^Remove the time range \d\d:\d\d:\d\d – \d\d:\d\d:\d\d$/ })).toBeVisible()
  await expect(rows(page)).toHaveCount(0)
})

test('results are left out by Alt, and by the key of the minus', { tag: '@screen' }, async ({ openConsole, call }) => {
  await call('PUT', '/v1/a', { body: 'x' })
  await call('GET', '/v1/a')
  await call('GET', '/v1/b')
  const page = await openConsole('/requests')
  await expect(rows(page)).toHaveCount(3)
  await expect(page.getByRole('button', { name: 'Hit 1 33%' })).toBeVisible()
  await page.getByRole('button', { name: /^Hit/ }).click({ modifiers: ['Alt'] })
  await expect(filterOf(page)).toHaveValue('-result:hit')
  await expect(rows(page)).toHaveCount(2)
  await page.getByRole('button', { name: /^Miss/ }).focus()
  await page.keyboard.press('-')
  await expect(filterOf(page)).toHaveValue('-result:hit -result:miss')
  await expect(rows(page)).toHaveCount(1)
  await expectAccessible(page)
  await page.keyboard.press('-')
  await page.getByRole('button', { name: /^Hit left out/ }).click({ modifiers: ['Alt'] })
  await expect(filterOf(page)).toHaveValue('')
})

// Red: in src/renderer/src/views/requests/group-links.ts leave out the cache in `termsOfGroup`.
test('groups answer which keys miss most, and why', { tag: '@screen' }, async ({ openConsole, call }) => {
  await call('POST', '/admin/caches', { json: { name: 'other', ttl: 60 } })
  for (const path of ['/v1/bad', '/v1/bad', '/v1/bad', '/api/caches/other/entries/bad'])
    await call('GET', path)
  await call('PUT', '/v1/good', { body: 'x' })
  await call('GET', '/v1/good')
  const page = await openConsole('/requests')
  await page.getByRole('combobox', { name: 'Group by' }).selectOption('key')
  await expect(page).toHaveURL(/\/requests\?group=key$/)
  const table = page.getByRole('table', { name: 'Requests by Key' })
  const groups = table.getByRole('row').filter({ has: page.getByRole('cell') })
  await expect(groups).toHaveCount(3)
  await expect(groups.nth(0)).toContainText(/bad\s*default\s*3 of 3\s*absent 100%\s*3/)
  await expect(groups.nth(1)).toContainText(/bad\s*other\s*1 of 1/)
  await expect(groups.nth(2)).toContainText(/good\s*default\s*0 of 1/)
  await expect(page.getByText(/^3 keys, 6 requests since .* Counted by the server over all that its log holds\.$/)).toBeVisible()
  await expectAccessible(page)
  await page.reload()
  await expect(groups).toHaveCount(3)
  await filterOf(page).fill('cache:other')
  await expect(groups).toHaveCount(1)
  await filterOf(page).fill('')
  await expect(groups).toHaveCount(3)
  await groups.nth(0).getByRole('button', { name: 'Filter by bad' }).click()
  await expect(filterOf(page)).toHaveValue('cache:default key:bad')
  await expect(rows(page)).toHaveCount(3)
  await page.getByRole('combobox', { name: 'Group by' }).selectOption('reason')
  await expect(page.getByRole('table', { name: 'Requests by Reason' })).toContainText('absent')
  await page.getByRole('combobox', { name: 'Group by' }).selectOption('key')
  await page.getByRole('link', { name: 'Open bad' }).click()
  await expect(page).toHaveURL(/\/caches\/default\?key=bad$/)
})

// Red: in src/renderer/src/views/requests/group-links.ts let `settingsOfGroup` answer null.
test('a key that mostly expires leads to where its TTL is set', { tag: '@screen' }, async ({ openConsole, call }) => {
  await call('POST', '/admin/caches', { json: { name: 'quick', ttl: 0.05 } })
  await call('PUT', '/api/caches/quick/entries/rate', { body: 'x' })
  await expect.poll(async () => (await call('GET', '/api/caches/quick/entries/rate')).status).toBe(404)
  await call('GET', '/v1/absent')
  const page = await openConsole('/requests?group=key')
  await expect(page.getByRole('row', { name: /absent/ })).toBeVisible()
  await expect(page.getByRole('link', { name: /^Raise TTL/ })).toHaveCount(1)
  await page.getByRole('link', { name: 'Raise TTL of quick' }).click()
  await expect(page).toHaveURL(/\/caches\/quick\?tab=settings$/)
})

test('a cell filters by right click, a row by its menu, and own reads are shown', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  await call('PUT', '/v1/a', { body: 'x' })
  await call('GET', '/v1/b')
  const page = await openConsole('/requests')
  await expect(rows(page)).toHaveCount(2)
  await rows(page).nth(0).locator('.key').click({ button: 'right' })
  await expectAccessible(page)
  await page.getByRole('menuitem', { name: 'Not key:b' }).click()
  await expect(filterOf(page)).toHaveValue('-key:b')
  await expect(rows(page)).toHaveCount(1)
  await page.getByRole('button', { name: 'Clear filter' }).click()
  await expect(rows(page)).toHaveCount(2)

  await page.getByRole('grid', { name: 'Requests' }).focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('.')
  await expect(page.getByRole('menuitem')).toHaveText([
    'Only result:miss',
    'Not result:miss',
    'Only reason:absent',
    'Not reason:absent',
    'Only verb:GET',
    'Not verb:GET',
    'Only cache:default',
    'Not cache:default',
    'Only key:b',
    'Not key:b',
  ])
  await expect(page.getByRole('menuitem').first()).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(filterOf(page)).toHaveValue('result:miss')
  await expect(rows(page)).toHaveCount(1)
  await page.getByRole('button', { name: 'Clear filter' }).click()

  await page.goto(new URL('/caches/default', page.url()).href)
  await expect(page.getByRole('grid', { name: 'Entries' })).toContainText('a')
  await page.goto(new URL('/requests', page.url()).href)
  const own = page.getByRole('checkbox', { name: /^console's own \([1-9]\d*\)$/ })
  await own.check()
  await expect(filterOf(page)).toHaveValue('from:app,console')
  await expect(rows(page).filter({ hasText: '/api/caches/default/entries' }).first()).toBeVisible()
  await own.uncheck()
  await expect(filterOf(page)).toHaveValue('')
  await expect(rows(page)).toHaveCount(2)
})

test('narrow, it keeps result, cache and key, and nothing scrolls sideways', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  const key = `product:${'a-long-name-'.repeat(8)}:cart`
  await call('GET', `/v1/${key}`)
  const page = await openConsole('/requests')
  await expect(rows(page)).toHaveCount(1)
  for (const width of [1440, 1024, 800, 400]) {
    await page.setViewportSize({ width, height: 800 })
    for (const isOpen of [false, true]) {
      await (isOpen ? rows(page).first().click() : page.getByRole('grid', { name: 'Requests' }).press('Escape'))
      await expect(page.getByRole('region', { name: 'GET 404' })).toHaveCount(isOpen ? 1 : 0)
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), `${width}`).toBeLessThanOrEqual(0)
      for (const column of ['result', 'cache', 'key'])
        await expect(rows(page).first().locator(`.${column}`), `${column} at ${width}`).toBeInViewport({ ratio: 1 })
      // The ellipsis is in the middle: the end of the key stays.
      await expect(rows(page).first().locator('.key .end')).toBeInViewport({ ratio: 1 })
      await expect(rows(page).first().locator('.key')).toHaveText(key)
    }
    await expectAccessible(page)
  }
})
