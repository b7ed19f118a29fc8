import type { Locator, Page } from '@playwright/test'
import type { ConsoleFixtures } from './console-test'
import { Buffer } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { timed } from '../helpers/durations'
import { patience } from '../helpers/patience'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'
import { choose, figuresOf, timeInPage, typeFilter } from './timing'

skipWithoutBrowser()

interface Step {
  key: string
  value: { text: string } | { base64: string }
  contentType?: string
  ttl?: number | null
  tags?: string[]
}

async function store(call: ConsoleFixtures['call'], steps: readonly Step[]): Promise<void> {
  for (let from = 0; from < steps.length; from += 2000) {
    expect(
      (await call(
        'POST',
        '/api/caches/default/batch',
        { json: { operations: steps.slice(from, from + 2000).map(step => ({ op: 'set', ...step })) } },
      )).status,
    ).toBe(200)
  }
}

/** 600 entries: 200 users with two entries each, 200 carts. */
const many: readonly Step[] = Array.from({ length: 200 }, (_, i): Step[] => {
  const id = String(1000 + i)
  return [
    {
      key: `user:${id}:profile`,
      value: { text: JSON.stringify({ id: i, name: 'n'.repeat(i) }) },
      contentType: 'application/json',
      tags: i % 2 === 0 ? ['even'] : [],
    },
    { key: `user:${id}:orders`, value: { text: `[${i}]` }, contentType: 'application/json' },
    { key: `cart:${id}`, value: { text: 'empty' }, ttl: 3600 },
  ]
}).flat()

/** Returns the text of the button that a click in the middle of an element reaches. */
async function buttonAtMiddle(page: Page, element: Locator): Promise<string | undefined> {
  const { x, y, width, height } = await element.boundingBox() ?? { x: 0, y: 0, width: 0, height: 0 }
  const middle = `${x + width / 2}, ${y + height / 2}`
  return page.evaluate(`document.elementFromPoint(${middle})?.closest('button')?.textContent.trim()`)
}
const grid = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('grid', { name: 'Entries' })
const entry = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('region', { name: 'Entry' })
async function value(call: ConsoleFixtures['call'], key: string): Promise<string> {
  return (await call('GET', `/api/caches/default/entries/${encodeURIComponent(key)}?peek=1`)).text()
}

test('lists, filters by prefix, glob and tag, and says beside the field what is wrong', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  await store(call, many)
  const page = await openConsole('/caches/default')
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '601')
  const filter = page.getByRole('searchbox', { name: 'Filter keys' })
  for (const [text, count] of [
    ['user:', 400],
    ['*:1001*', 3],
    ['tag:even', 100],
    ['user:1001', 2],
    ['USER: profile -100', 189],
    ['user:* tag:even size>100', 59],
    ['cart ttl<=1h age<1h -1001', 199],
    ['state:stale', 0],
    ['er:*', 0],
    ['nothing', 0],
    ['', 600],
  ] as const) {
    await filter.fill(text)
    await expect(page.getByText(
      text === '' ? `${count} entries` : `${count} entries match`,
      { exact: true },
    )).toBeVisible()
  }
  await expect(filter).toHaveAccessibleDescription(/^A word is searched for inside keys/)
  await filter.fill('shoes')
  await expect(filter).toHaveAccessibleDescription('Keys that contain shoes (upper or lower case)')
  await filter.fill('tag:even ttl<1y')
  await expect(page.locator('mark')).toHaveText('1y')
  await filter.fill('glob:[a')
  await expect(filter).toHaveAttribute('aria-invalid', 'true')
  await expect(filter).toHaveAccessibleDescription(/.{5,}/)
})

test('sorts by every column, both ways', { tag: '@screen' }, async ({ openConsole, call }) => {
  await store(call, many)
  const page = await openConsole('/caches/default')
  const first = grid(page).getByRole('row').nth(1)
  await expect(first).toContainText('cart:1000')
  await page.getByRole('columnheader', { name: 'Size' }).click()
  await page.getByRole('columnheader', { name: 'Size' }).click()
  await expect(page.getByRole('columnheader', { name: 'Size' })).toHaveAttribute('aria-sort', 'descending')
  await expect(first).toContainText('user:1199:profile')
  await page.getByLabel('Sort by').selectOption('key')
  await expect(first).toContainText('user:1199:profile')
  await page.getByRole('button', { name: 'Descending' }).click()
  await expect(first).toContainText('cart:1000')
})

test('filter, order and tree live in the address: tabs, Back, reload and a link keep them', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  test.setTimeout(3 * patience)
  await store(call, many)
  const page = await openConsole('/caches/default')
  const filter = page.getByRole('searchbox', { name: 'Filter keys' })
  const first = grid(page).getByRole('row').nth(1)
  async function expectKept(): Promise<void> {
    await expect(filter).toHaveValue('tag:even')
    await expect(page.getByLabel('Sort by')).toHaveValue('size')
    await expect(page.getByLabel('Show as')).toHaveValue(':')
    await expect(page.getByText('100 entries match', { exact: true })).toBeVisible()
    await expect(first).toContainText('user:1198:profile')
  }
  await filter.fill('tag:even')
  await page.getByLabel('Show as').selectOption(':')
  // Sort and order change at once.
  await page.getByRole('columnheader', { name: 'Size' }).click()
  await page.getByRole('columnheader', { name: 'Size' }).click()
  await expectKept()
  await first.click()
  await expect(entry(page)).toContainText('user:1198:profile')
  await expect(page).toHaveURL(/[?&]key=user:1198:profile/)
  const link = page.url()
  expect(Object.fromEntries(new URL(link).searchParams)).toEqual({
    filter: 'tag:even',
    sort: 'size',
    order: 'desc',
    tree: ':',
    key: 'user:1198:profile',
  })

  await page.getByRole('tab', { name: 'Statistics' }).click()
  await expect(page).toHaveURL(`${link}&tab=statistics`)
  await page.getByRole('tab', { name: 'Entries' }).click()
  await expectKept()
  await expect(entry(page)).toContainText('user:1198:profile')
  await page.reload()
  await expectKept()

  await page.getByRole('link', { name: 'Overview' }).click()
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  await page.goBack()
  await expectKept()
  await page.goForward()
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()

  // A link that somebody else sent wins over what this browser remembers.
  await page.goto(`${new URL(link).origin}/caches/default?filter=cart%3A11&order=desc&tree=none`)
  await expect(page.getByText('100 entries match', { exact: true })).toBeVisible()
  await expect(page.getByLabel('Show as')).toHaveValue('')
  await expect(first).toContainText('cart:1199')
  await filter.fill('')
  await page.getByRole('button', { name: 'Descending' }).click()
  await expect(page).toHaveURL(/\/caches\/default\?tree=none$/)
  // An address that says nothing, or what no menu offers, shows everything in the usual order.
  await page.goto(`${new URL(link).origin}/caches/default?sort=colour&order=up&tree=x`)
  await expect(page.getByText('600 entries', { exact: true })).toBeVisible()
  await expect(page.getByLabel('Sort by')).toHaveValue('key')
})

test('shows folders with exact counts, and opens them by keyboard', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  await store(call, many)
  const page = await openConsole('/caches/default')
  await page.getByLabel('Show as').selectOption(':')
  const tree = page.getByRole('tree', { name: 'Entries' })
  await expect(tree.getByRole('treeitem')).toHaveText([/cart:\s*200/, /user:\s*400/])
  await tree.press('End')
  await tree.press('ArrowRight')
  const folder = tree.getByRole('treeitem', { name: /^user: 400/ })
  await expect(folder).toHaveAttribute('aria-expanded', 'true')
  await expect(tree.getByRole('treeitem', { name: /^1000: 2/ })).toHaveAttribute('aria-level', '2')
  await tree.press('ArrowRight')
  await tree.press('Enter')
  await expect(tree.getByRole('treeitem', { name: /^orders/ })).toHaveAttribute('aria-level', '3')
  await tree.press('ArrowDown')
  await expect(entry(page)).toContainText('user:1000:orders')
  // The folder stays open while the cache changes around it.
  await call('PUT', '/api/caches/default/entries/a:1', { body: 'x' })
  await expect(tree.getByRole('treeitem', { name: /^a: 1/ })).toBeVisible()
  await expect(folder).toHaveAttribute('aria-expanded', 'true')
  await tree.press('ArrowLeft')
  await tree.press('ArrowLeft')
  await tree.press('ArrowLeft')
  await tree.press('ArrowLeft')
  await expect(folder).toHaveAttribute('aria-expanded', 'false')
})

test('follows entries that come, change and go, and keeps what is looked at in place', async ({
  openConsole,
  call,
}) => {
  await store(call, many)
  const page = await openConsole('/caches/default')
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '601')
  await call('PUT', '/api/caches/default/entries/aaa', { body: 'first' })
  await expect(grid(page).getByRole('row').nth(1)).toContainText('aaa')
  await call('DELETE', '/api/caches/default/entries/aaa')
  await expect(grid(page).getByRole('row').nth(1)).toContainText('cart:1000')

  await grid(page).press('End')
  const row = grid(page).getByRole('row', { name: /user:1195:orders/ })
  const before = await row.boundingBox()
  await store(call, Array.from({ length: 30 }, (_, i) => ({ key: `b${i}`, value: { text: 'x' } })))
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '631')
  await expect.poll(async () => (await row.boundingBox())?.y).toBe(before?.y)
})

// Red: in src/renderer/src/views/cache/entries/use-browser.ts leave out `useIntervalFn`.
test('follows the time that a filter asks for, and deletes what it finds by then', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  await store(call, [
    { key: 'later', value: { text: 'x' }, ttl: 3600 },
    { key: 'never', value: { text: 'x' }, ttl: null },
  ])
  const page = await openConsole('/caches/default?filter=ttl%3C57')
  await expect(page.getByText('0 entries match', { exact: true })).toBeVisible()
  // Only time makes it match, three seconds after the event.
  await store(call, [{ key: 'soon', value: { text: 'x' }, ttl: 60 }])
  await expect(page.getByText('1 entry matches', { exact: true })).toBeVisible()
  await expect(grid(page).getByRole('row', { name: /soon/ })).toBeVisible()
  await grid(page).press('Control+a')
  await grid(page).press('Delete')
  await page.getByRole('button', { name: 'Delete 1 entry' }).click()
  await page.getByRole('searchbox', { name: 'Filter keys' }).fill('')
  await expect(page.getByText('2 entries', { exact: true })).toBeVisible()
})

test('deletes and exports what is selected, and tells how many', async ({ openConsole, call }) => {
  await store(call, many)
  const page = await openConsole('/caches/default')
  await grid(page).getByRole('row', { name: /cart:1000/ }).click()
  await grid(page).press('Space')
  await grid(page).press('Shift+ArrowDown')
  await grid(page).press('Shift+ArrowDown')
  await expect(page.getByText('3 selected')).toBeVisible()
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export…' }).click()
  await page.getByRole('dialog', { name: /^Export 3 entries/ }).getByRole('button', { name: 'Export', exact: true }).click()
  const lines = (await readFile(await (await saved).path(), 'utf8'))
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as { key: string, value: object })
  expect(lines.map(({ key, value }) => [key, value])).toEqual([
    ['cart:1000', { text: 'empty' }],
    ['cart:1001', { text: 'empty' }],
    ['cart:1002', { text: 'empty' }],
  ])

  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('button', { name: 'Delete 3 entries' }).click()
  await expect(page.getByText('597 entries')).toBeVisible()

  await page.getByRole('searchbox', { name: 'Filter keys' }).fill('user:')
  await expect(page.getByText('400 entries match')).toBeVisible()
  await grid(page).press('Control+a')
  await expect(page.getByText('400 selected')).toBeVisible()
  await grid(page).press('Delete')
  await page.getByRole('button', { name: 'Delete 400 entries' }).click()
  await expect
    .poll(async () => (await (await call('GET', '/admin/caches/default')).json() as { entries: number }).entries)
    .toBe(197)
})

test('shows an entry, leaves no trace in its figures, and runs its life down', async ({ openConsole, call }) => {
  await store(
    call,
    [{
      key: 'product:1',
      value: { text: '{"id":1,"deep":{"list":[1.0,2]}}' },
      contentType: 'application/json',
      tags: ['shoes', 'sale'],
      ttl: 90,
    }],
  )
  const page = await openConsole('/caches/default?key=product%3A1')
  await expect(entry(page)).toContainText('product:1')
  await expect(entry(page)).toContainText('shoes')
  await expect(entry(page)).toContainText(/Fresh\s*1:\d\d of 1:30/)
  await expect(page
    .getByRole('tree', { name: 'JSON' })
    .getByRole('treeitem')).toHaveText([/id:\s*1/, /deep:/, /list:/, /0:\s*1\.0/, /1:\s*2/])
  const { statistics } = await (await call('GET', '/admin/caches/default')).json() as { statistics: { hits: number } }
  expect(statistics.hits).toBe(0)

  await call('PUT', '/api/caches/default/entries/product:1', { body: 'changed elsewhere' })
  await expect(entry(page)).toContainText('changed elsewhere')
  await call('DELETE', '/api/caches/default/entries/product:1')
  await expect(entry(page)).toContainText('This entry is gone.')
})

test('edits in place: bytes that nobody touched stay, and a change meanwhile is noticed', async ({
  openConsole,
  call,
}) => {
  const written = '{"big":12345678901234567890,\r\n "n": 1.0,\n\t"t":"é"}'
  await store(
    call,
    [{ key: 'k', value: { text: written }, contentType: 'application/json', tags: ['keep me'], ttl: 500 }],
  )
  const page = await openConsole('/caches/default?key=k')
  await entry(page).getByRole('button', { name: 'Edit' }).click()
  const editor = page.getByRole('textbox', { name: 'Value' })
  await editor.press('Control+End')
  await page.keyboard.type(' ')
  await page.keyboard.press('Control+s')
  await expect(page.getByRole('button', { name: 'Edit' })).toBeVisible()
  expect(await value(call, 'k')).toBe(`${written} `)
  const after = await call('GET', '/api/caches/default/entries/k?peek=1')
  expect(decodeURIComponent(after.headers.get('Larder-Tags') ?? '')).toBe('keep me')
  expect(after.headers.get('Content-Type')).toBe('application/json')
  expect(Number(after.headers.get('Larder-TTL'))).toBeLessThanOrEqual(500)
  expect(Number(after.headers.get('Larder-TTL'))).toBeGreaterThan(450)

  await entry(page).getByRole('button', { name: 'Edit' }).click()
  await editor.press('Control+Home')
  await page.keyboard.type('[1,')
  await call('PUT', '/api/caches/default/entries/k', { body: 'theirs' })
  // The message about the first save is still shown, and must not cover the button.
  await expect(page.getByRole('region', { name: 'Messages' }).getByText('Saved k.').last()).toBeVisible()
  const save = page.getByRole('button', { name: 'Save' })
  expect(await buttonAtMiddle(page, save)).toBe('Save')
  await save.click()
  await page.getByRole('button', { name: 'Save anyway' }).click()
  await expect(page.getByText('The entry has changed since you opened it.')).toBeVisible()
  expect(await value(call, 'k')).toBe('theirs')
  await page.getByRole('button', { name: 'Overwrite' }).click()
  await expect.poll(() => value(call, 'k')).toMatch(/^\[1,/)
})

test('an edit changes nothing else, and can be undone', { tag: '@screen' }, async ({ openConsole, call, server }) => {
  // More rows than the list reads at once: the row of `zz` is not at hand.
  await store(call, Array.from({ length: 1200 }, (_, n) => ({ key: `a${n}`, value: { text: '' } })))
  const path = '/api/caches/default/entries/zz'
  const headers = {
    'Api-Key': server.apiKey,
    'Content-Type': 'application/json',
    'Larder-TTL': '500',
    'Larder-Grace': '600',
    'Larder-Tags': 'a%2Cb, %20lead, 100%25',
  }
  await fetch(`${server.url}${path}`, { method: 'PUT', headers, body: '{"n":1}' })
  const peek = async (): Promise<(string | null)[]> => {
    const answer = await call('GET', `${path}?peek=1`)
    const names = ['Larder-Grace', 'Larder-Given-TTL', 'Larder-Tags', 'Content-Type']
    return [await answer.text(), ...names.map(name => answer.headers.get(name))]
  }
  const rest = ['600', '500', 'a%2Cb, %20lead, 100%25', 'application/json']
  const page = await openConsole('/caches/default?key=zz')
  const edit = entry(page).getByRole('button', { name: 'Edit' })
  await edit.click()
  await expect(page.getByRole('textbox', { name: 'Tags' })).toHaveValue('a%2Cb, %20lead, 100%25')
  await page.getByRole('textbox', { name: 'Value' }).press('Control+End')
  await page.keyboard.press('Backspace')

  await page.keyboard.press('Control+s')
  await expect(page.getByText('The content type says JSON, but this is not valid JSON.')).toBeVisible()
  expect(await peek()).toEqual(['{"n":1}', ...rest])
  await page.getByRole('button', { name: 'Save anyway' }).click()
  await expect(edit).toBeVisible()
  expect(await peek()).toEqual(['{"n":1', ...rest])
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(peek).toEqual(['{"n":1}', ...rest])
  const { headers: told } = await call('GET', `${path}?peek=1`)
  await expect(entry(page)).toContainText(told.get('ETag') ?? 'no ETag')

  await edit.click()
  await page.getByRole('textbox', { name: 'Tags' }).fill('50%, x')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Tags' })).toHaveAccessibleDescription(/write a percent sign as %25/)
  await page.getByRole('textbox', { name: 'Tags' }).fill('50%25, x%2Cy')
  await page.getByRole('textbox', { name: 'TTL' }).fill('2h')
  await page.keyboard.press('Enter')
  await expect.poll(peek).toEqual(['{"n":1}', '600', '7200', '50%25, x%2Cy', 'application/json'])
  await expect(entry(page)).toContainText('x,y')

  await entry(page).getByRole('button', { name: 'Touch' }).click()
  await page.getByRole('menuitem', { name: 'Another TTL…' }).click()
  const field = entry(page).getByRole('form', { name: 'Touch entry' }).getByLabel('TTL')
  await expect(field).toHaveValue('2h')
  await field.press('Escape')
  await expect(field).toBeHidden()
  await entry(page).getByRole('button', { name: 'Invalidate' }).click()
  // The message of the edit before may still be there, with an Undo of its own.
  const invalidated = page.getByRole('region', { name: 'Messages' }).locator('.card', { hasText: 'Invalidated' })
  await invalidated.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await peek()).slice(0, 2)).toEqual(['{"n":1}', '600'])
})

// Red: `event.composedPath()` in use-shell-shortcuts.ts is `[event.target]`.
test('letters in the editor are text, not shortcuts', { tag: '@screen' }, async ({ openConsole, call }) => {
  await store(call, [{ key: 'k', value: { text: '' } }])
  const page = await openConsole('/caches/default?key=k')
  await entry(page).getByRole('button', { name: 'Edit' }).click()
  const editor = page.getByRole('textbox', { name: 'Value' })
  await expect(editor).toBeFocused()
  const written = '{"name": "sandal"} a / ? n go'
  await page.keyboard.type(written)
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(editor).toBeFocused()
  await page.keyboard.press('Control+s')
  await expect.poll(() => value(call, 'k')).toBe(written)
})

test('asks before changes are lost', { tag: '@screen' }, async ({ openConsole, call }) => {
  await store(call, [{ key: 'a', value: { text: 'one' } }, { key: 'b', value: { text: 'two' } }])
  const page = await openConsole('/caches/default?key=a')
  await entry(page).getByRole('button', { name: 'Edit' }).click()
  await page.getByRole('textbox', { name: 'Value' }).pressSequentially('x')
  await grid(page).getByRole('row', { name: /^b / }).click()
  await page.getByRole('dialog', { name: 'Discard your changes?' }).getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('textbox', { name: 'Value' })).toContainText('one')
  await grid(page).getByRole('row', { name: /^b / }).click()
  await page.getByRole('button', { name: 'Discard changes' }).click()
  await expect(entry(page)).toContainText('two')
})

// Red: in restore.ts leave out `givenTtl`.
test('touches, invalidates and takes it back', { tag: '@screen' }, async ({ openConsole, call }) => {
  await store(
    call,
    [{ key: 'k', value: { base64: '/w==' }, contentType: 'application/x-thing', tags: ['t'], ttl: 100 }],
  )
  const page = await openConsole('/caches/default?key=k')
  await entry(page).getByRole('button', { name: 'Touch' }).click()
  await page.getByRole('menuitem', { name: 'Another TTL…' }).click()
  const field = entry(page).getByRole('form', { name: 'Touch entry' }).getByLabel('TTL')
  await expect(field).toBeFocused()
  await field.fill('soon')
  await page.keyboard.press('Enter')
  await expect(field).toHaveAccessibleDescription(/must be a positive time/)
  await field.fill('2h')
  await page.keyboard.press('Enter')
  await expect(field).toBeHidden()
  await expect(entry(page).getByRole('button', { name: 'Touch' })).toBeFocused()
  await expect(entry(page)).toContainText(/Fresh\s*(2:00:00|1:59:\d\d) of 2:00:00/)

  await entry(page).getByRole('button', { name: 'Invalidate' }).click()
  await expect(entry(page)).toContainText('This entry is gone.')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await call('GET', '/api/caches/default/entries/k?peek=1')).status).toBe(200)
  const back = await call('GET', '/api/caches/default/entries/k?peek=1')
  expect([...new Uint8Array(await back.arrayBuffer())]).toEqual([255])
  expect([back.headers.get('Content-Type'), back.headers.get('Larder-Tags')]).toEqual(['application/x-thing', 't'])
  expect(Number(back.headers.get('Larder-TTL'))).toBeGreaterThan(7000)
  expect(back.headers.get('Larder-Given-TTL')).toBe('7200')
})

test('values that could hang a page do not', { tag: '@alone' }, async ({ openConsole, call, server }) => {
  test.setTimeout(5 * patience)
  const put = async (key: string, body: string | Uint8Array<ArrayBuffer>, type: string): Promise<void> => {
    const answer = await fetch(`${server.url}/api/caches/default/entries/${key}`, {
      method: 'PUT',
      headers: { 'Api-Key': server.apiKey, 'Content-Type': type },
      body,
    })
    expect(answer.status).toBe(201)
  }
  const items = Array.from({ length: 140_000 }, (_, i) =>
    ({ id: i, name: `Item number ${i}`, price: i * 1.25, tags: ['a', 'b', 'c'], nested: { ok: true, none: null } }))
  const json = JSON.stringify(items)
  expect(json.length).toBeGreaterThan(15_000_000)
  await put('1-json', json, 'application/json')
  await put('2-line', 'x'.repeat(1_048_576), 'text/plain')
  await put('3-binary', new Uint8Array(2_000_000).map((_, i) => i * 7), 'application/octet-stream')
  await put('4-empty', '', 'text/plain')
  await put('5-utf8', new Uint8Array([0x61, 0xC3, 0x28, 0xFF]), 'text/plain')
  await put(
    '6-image',
    Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkkCn7DwAClgGqPRMt9QAAAABJRU5ErkJggg==',
      'base64',
    ),
    'image/png',
  )
  await put('7-csv', `id,name\n${Array.from({ length: 100_000 }, (_, i) => `${i},"row, ${i}"`).join('\n')}`, 'text/csv')
  await put('8-deep', '['.repeat(500_000) + ']'.repeat(500_000), 'application/json')
  // No byte of it begins a character or ends a line.
  await put('9-run', new Uint8Array(15_000_000).fill(0x80), 'text/plain')

  const page = await openConsole('/caches/default')
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '10')
  const written: Record<string, number> = {}
  const drawn: Record<string, number> = {}
  await page.evaluate(
    'window.longest = 0; new PerformanceObserver(list => list.getEntries().forEach(task => window.longest = Math.max(window.longest, task.duration))).observe({ type: "longtask" })',
  )
  // Long tasks are noticed, so 0 below means that nothing took 50 ms.
  await page.evaluate('setTimeout(() => { for (const end = performance.now() + 80; performance.now() < end;); })')
  await expect.poll(() => page.evaluate<number>('window.longest')).toBeGreaterThanOrEqual(50)
  const longest: Record<string, number> = {}
  const expected: readonly [string, string][] = [
    ['1-json', 'Item number 0'],
    ['2-line', 'xxxxxxxx'],
    ['3-binary', '00000000'],
    ['4-empty', 'The value is empty'],
    ['5-utf8', 'Not UTF-8'],
    ['6-image', '1 × 1'],
    ['7-csv', 'row, 0'],
    ['8-deep', '[[[['],
    ['9-run', '80 80 80 80'],
  ]
  for (const [key, text] of expected) {
    await page.evaluate('window.longest = 0')
    await grid(page).getByRole('row', { name: new RegExp(`^${key}`) }).click()
    await expect(entry(page).getByRole('heading', { name: key })).toBeVisible()
    await expect(entry(page)).toHaveAttribute('aria-busy', 'false')
    const views = entry(page).getByRole('group', { name: 'View' }).getByRole('button')
    await (key === '5-utf8' ? views.filter({ hasText: 'Text' }) : views.first()).click()
    await expect(entry(page)).toContainText(text)
    for (const view of await views.and(page.locator('[aria-pressed]')).all()) {
      await view.click()
      await expect(view).toHaveAttribute('aria-pressed', 'true')
      drawn[key] = Math.max(drawn[key] ?? 0, await page.locator('*').count())
      const letters = 'document.querySelector("section[aria-label=Value]").textContent.length'
      written[key] = Math.max(written[key] ?? 0, await page.evaluate<number>(letters))
    }
    const saved = page.waitForEvent('download')
    await entry(page).getByRole('button', { name: 'Download' }).click()
    await page.getByRole('menuitem', { name: /as stored$/ }).click()
    const original = Buffer.from(await (await call('GET', `/api/caches/default/entries/${key}?peek=1`)).arrayBuffer())
    expect((await readFile(await (await saved).path())).equals(original)).toBe(true)
    longest[key] = await page.evaluate<number>('window.longest')
  }
  console.log(`elements: ${JSON.stringify(drawn)}, longest tasks in ms: ${JSON.stringify(longest)}`)
  // Only the visible part is drawn, however long the value is. The slices of the work are counted
  // in test/renderer/cache/values.test.ts.
  expect(Object.entries(drawn).filter(([, elements]) => elements > 800)).toEqual([])
  expect(Object.entries(written).filter(([, letters]) => letters > 200_000)).toEqual([])
  if (timed)
    expect(Object.entries(longest).filter(([, time]) => time > 200)).toEqual([])
})

test('50,000 entries: windows, sorting, filtering and folders need a read or two', { tag: '@alone' }, async ({
  openConsole,
  call,
}) => {
  test.setTimeout(5 * patience)
  await store(
    call,
    Array.from({ length: 50_000 }, (_, i) =>
      ({ key: `k:${i % 50}:${String(i).padStart(6, '0')}`, value: { text: 'x'.repeat((i + 1) % 300) } })),
  )
  const page = await openConsole('/caches/default')
  const first = grid(page).getByRole('row').nth(1)
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '50001')
  // Once for each order, so that the server builds it.
  for (const sort of ['size', 'key'] as const) {
    await page.getByLabel('Sort by').selectOption(sort)
    await expect(first).toContainText(sort === 'size' ? 'k:49:000299' : 'k:0:000000')
  }
  const figures: { median: number, figure: string }[] = []
  const reads: string[] = []
  page.on('response', (response) => {
    const { pathname, search } = new URL(response.url())
    // While the server still builds an order it answers 202 with how far it is, and is asked again.
    if (pathname === '/api/caches/default/entries' && response.status() === 200)
      reads.push(search)
  })
  // A window of the list, or of a folder, takes one or two reads; only the visible rows are drawn.
  async function measure(name: string, act: string, shown: string): Promise<void> {
    const before = reads.length
    figures.push(figuresOf(name, [await timeInPage(page, act, shown)]))
    const made = reads.slice(before)
    expect(made.length, `${name}: ${made.join(' ')}`).toBeLessThanOrEqual(2)
    expect(await page.getByRole('row').or(page.getByRole('treeitem')).count(), name).toBeLessThan(80)
  }
  const firstRow = 'String(document.querySelector("[role=grid] [aria-rowindex=\'2\']")?.textContent)'
  const folder = 'document.querySelector("[role=treeitem]")'
  await measure(
    'end',
    'const list = document.querySelector("[role=grid]"); list.scrollTop = list.scrollHeight',
    'return document.querySelector("[role=grid]").textContent.includes("k:9:049959")',
  )
  await measure('sort', choose('Sort by', 'size'), `return ${firstRow}.includes('k:49:000299')`)
  await page.getByLabel('Sort by').selectOption('key')
  await expect(first).toContainText('k:0:000000')
  await measure(
    'prefix',
    typeFilter('k:7:*'),
    `return ${firstRow}.includes('k:7:') && document.querySelector('footer [role=status]')?.textContent === '1,000 entries match'`,
  )
  await page.getByRole('searchbox', { name: 'Filter keys' }).fill('')
  await page.getByLabel('Show as').selectOption(':')
  await expect(page.getByRole('treeitem', { name: /^k: 50,000/ })).toBeVisible()
  await measure(
    'folder',
    `${folder}.click()`,
    'return [...document.querySelectorAll("[role=treeitem]")].some(row => row.textContent.trim().startsWith("0:1,000"))',
  )
  console.log(figures.map(({ figure }) => figure).join(', '))
  for (const { figure } of figures)
    test.info().annotations.push({ type: 'figure', description: figure })
  if (timed)
    expect(figures.filter(({ median }) => median > 150).map(({ figure }) => figure)).toEqual([])
})

// Red with `v-html="rows.text(index)"` for `{{ rows.text(index) }}` in values/TextLines.vue.
test('texts of keys, values and tags are only ever text (S19)', { tag: '@screen' }, async ({ openConsole, call }) => {
  const payload = '<img src=x onerror="reportViolation(\'ran\')"><script>reportViolation(\'ran\')</script>'
  await store(
    call,
    [{
      key: payload,
      value: { text: JSON.stringify([{ [payload]: payload }]) },
      contentType: 'text/html',
      tags: [payload],
    }],
  )
  const page = await openConsole('/caches/default')
  await grid(page).getByRole('row').nth(1).click()
  for (const view of ['JSON', 'Table', 'Text', 'Hex']) {
    await entry(page).getByRole('group', { name: 'View' }).getByRole('button', { name: view }).click()
    await expect(entry(page).getByRole('region', { name: 'Value' })).toContainText(view === 'Hex' ? '3c' : '<img')
  }
  await page.getByLabel('Show as').selectOption('/')
  await expect(page.getByRole('treeitem')).toHaveCount(1)
})

test('an empty cache teaches how to fill it', { tag: '@screen' }, async ({ openConsole, call }) => {
  const page = await openConsole('/caches/default')
  await expect(page.getByText('-H \'Content-Type: text/plain')).toBeVisible()
  await page.getByRole('button', { name: 'Run it here' }).click()
  await expect(grid(page).getByRole('row', { name: /greeting/ })).toBeVisible()
  expect(await value(call, 'greeting')).toBe('hello')

  await page.getByRole('switch', { name: 'Enable default' }).click()
  await expect(page.getByText('Apps get 503; you see what is stored')).toBeVisible()
  await expect(grid(page).getByRole('row', { name: /greeting/ })).toBeVisible()
  await page.getByRole('button', { name: 'Turn on' }).click()
  await expect(page.getByRole('switch', { name: 'Enable default' })).toBeChecked()
})

test('statistics and settings', { tag: '@screen' }, async ({ openConsole, call }) => {
  await store(call, many)
  await call('GET', '/api/caches/default/entries/cart:1000')
  await call('GET', '/api/caches/default/entries/missing')
  const page = await openConsole('/caches/default')
  await page.getByRole('tab', { name: 'Statistics' }).click()
  await expect(page
    .getByRole('table', { name: 'Misses by reason' })
    .getByRole('row', { name: /absent/ })).toContainText('1')
  const sizes = page.getByRole('table', { name: 'Entries by size' }).getByRole('row')
  const small = many.filter(({ value }) => 'text' in value && value.text.length < 64).length
  await expect(sizes).toHaveText([`0 B – 64 B${small}`, `64 B – 256 B${many.length - small}`])

  await page.getByRole('tab', { name: 'Settings' }).click()
  const form = page.getByRole('form', { name: 'Settings' })
  await form.getByRole('textbox', { name: 'TTL', exact: true }).fill('0')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form.getByRole('textbox', { name: 'TTL', exact: true })).toHaveAccessibleDescription(/TTL must be a positive value\./)
  await form.getByRole('textbox', { name: 'TTL', exact: true }).fill('60')
  await form.getByLabel('Sliding').check()
  await form.getByLabel('Max entries').fill('1000')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect
    .poll(async () => await (await call('GET', '/admin/caches/default')).json())
    .toMatchObject({ ttl: 60, sliding: true, maxEntries: 1000 })
})

test('renames a cache, stays on its screen, and says beside the field what is wrong', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  for (const name of ['products', 'taken'])
    await call('POST', '/admin/caches', { json: { name, ttl: null } })
  await call('PUT', '/api/caches/products/entries/a', { body: 'x' })
  const page = await openConsole('/caches/products?tab=settings')
  await page.getByRole('button', { name: 'Rename…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Rename products' })
  const field = dialog.getByLabel('New name')
  await expect(field).toHaveValue('products')
  for (const [name, reason] of [['taken', /already have a cache named taken/], ['a/b', /A-Z a-z 0-9/]] as const) {
    await field.fill(name)
    await dialog.getByRole('button', { name: 'Rename' }).click()
    await expect(field).toHaveAccessibleDescription(reason)
  }
  await field.fill('articles')
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('status').filter({ hasText: 'Renamed products to articles.' })).toBeAttached()
  await expect(page.getByRole('tab', { name: 'Settings' })).toHaveAttribute('aria-selected', 'true')
  expect(new URL(page.url()).pathname).toBe('/caches/articles')
  expect(await (await call('GET', '/admin/caches/articles')).json()).toMatchObject({ entries: 1 })

  await page.goto(new URL('/caches/default?tab=settings', page.url()).href)
  await expect(page.getByRole('button', { name: 'Save' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Rename…' })).toHaveCount(0)
})

test('by keyboard alone: filter, walk, select, edit, save', { tag: '@screen' }, async ({ openConsole, call }) => {
  await store(call, many)
  const page = await openConsole('/caches/default')
  await expect(grid(page)).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type('cart:100')
  await expect(page.getByText('10 entries match')).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await expect(grid(page)).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(entry(page)).toContainText('cart:1001')
  await page.keyboard.press('Enter')
  await expect(entry(page)).toBeFocused()
  for (let presses = 0; presses < 6
    && await page.evaluate('document.activeElement.getAttribute("aria-keyshortcuts")') !== 'e'; presses++)
    await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Value' })).toBeFocused()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('!')
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => value(call, 'cart:1001')).toBe('empty!')
})

test('is accessible, list, tree, entry, editor and tabs', { tag: '@screen' }, async ({ openConsole, call }) => {
  test.setTimeout(5 * patience)
  await store(call, many)
  const page = await openConsole('/caches/default?key=user%3A1001%3Aprofile')
  await expect(page.getByRole('tree', { name: 'JSON' })).toBeVisible()
  await expectAccessible(page)
  await page.getByLabel('Show as').selectOption(':')
  await page.getByRole('treeitem', { name: /^user:/ }).click()
  await expect(page.getByRole('treeitem', { name: /^1000:/ })).toBeVisible()
  await expectAccessible(page)
  await entry(page).getByRole('button', { name: 'Edit' }).click()
  await expect(page.getByRole('textbox', { name: 'Value' })).toBeVisible()
  await expectAccessible(page)
  for (const tab of ['Statistics', 'Settings']) {
    await page.getByRole('tab', { name: tab }).click()
    await expect(page.getByRole('tabpanel', { name: tab })).toBeVisible()
    await expectAccessible(page)
  }
})

// Red: in src/renderer/src/views/cache/settings/SettingsTab.vue leave `mayEvict` out.
test('says how many entries a lower limit evicts, and asks', { tag: '@screen' }, async ({ openConsole, call }) => {
  await call('POST', '/admin/caches', { json: { name: 'limited', ttl: null } })
  for (const key of ['a', 'b', 'c', 'd'])
    await call('PUT', `/api/caches/limited/entries/${key}`, { body: key })
  const page = await openConsole('/caches/limited')
  await page.getByRole('tab', { name: 'Settings' }).click()
  const form = page.getByRole('form', { name: 'Settings' })
  const dialog = page.getByRole('dialog', { name: 'Lower the limit?' })
  const cache = async () => await (await call('GET', '/admin/caches/limited')).json() as object
  await form.getByLabel('Max entries').fill('1')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toContainText('3 of 4 entries of limited will be evicted.')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(dialog).toBeHidden()
  expect(await cache()).toMatchObject({ maxEntries: null, entries: 4 })
  await expect(form.getByLabel('Max entries')).toHaveValue('1')

  await form.getByRole('button', { name: 'Save' }).click()
  await dialog.getByRole('button', { name: 'Evict 3 entries' }).click()
  await expect(page.getByText('Saved the settings of limited.').first()).toBeAttached()
  expect(await cache()).toMatchObject({ maxEntries: 1, entries: 1 })
})
