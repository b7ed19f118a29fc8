import type { Page } from '@playwright/test'
import type { ConsoleFixtures } from './console-test'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'
import { picturePath } from './pictures'

skipWithoutBrowser()

const sql = 'SELECT *\n\tFROM products AS p\n\tJOIN prices ON prices.id = p.id\n\tWHERE p.name LIKE \'%lamp%\' AND p.country = \'PT\'\n\tORDER BY p.name'
/** Keys, and how they are read aloud. Each stands for one rule of src/shared/key-text.ts. */
const keys: readonly (readonly [key: string, heard: string])[] = [
  ['plain:key', 'plain:key'],
  [' sp ', 'space sp space'],
  ['two  spaces', 'two 2 spaces spaces'],
  ['zero\u200Bwidth', 'zero zero width space width'],
  ['\u202Egpj.exe', 'right-to-left override gpj.exe'],
  ['nfc:caf\u00E9', 'nfc:caf\u00E9'],
  ['nfd:cafe\u0301', 'nfd:caf e\u0301 not NFC'],
  ['tab\tnul\0', 'tab tab nul null'],
  ['שלום:1', 'שלום:1'],
  ['flag\uFE0F\u{E0067}', 'flag variation selector 16 tag g'],
  [`zalgo${'\u0316\u0317\u0318\u0319'.repeat(20)}`, 'zalgo'],
  [sql, 'SELECT * line feed tab FROM products'],
  [`long:${'x'.repeat(900)}`, 'long:xxx'],
]

async function store(call: ConsoleFixtures['call']): Promise<void> {
  const operations = keys.map(([key]) => ({ op: 'set', key, value: { text: 'v' }, tags: [' tag\u200B'] }))
  operations.push({ op: 'set', key: 'byte\uDCFF', value: { text: 'v' }, tags: [] })
  expect((await call('POST', '/api/caches/default/batch', { json: { operations } })).status).toBe(200)
}

/** Keys in a list whose drawing leaves its line, or lies over what stands beside it. */
const strays = `rows => rows.flatMap(row => [...row.querySelectorAll('.key-text')].filter(key => {
  const [line, own] = [row.getBoundingClientRect(), key.getBoundingClientRect()]
  const cell = key.closest('[role=gridcell]')
  let after = cell?.nextElementSibling
  while (after && !after.checkVisibility())
    after = after.nextElementSibling
  const next = after?.getBoundingClientRect()
  return getComputedStyle(key).overflow !== 'clip' || own.top < line.top || own.bottom > line.bottom
    || own.right > cell.getBoundingClientRect().right + 0.5 || (next && own.right > next.left)
    || line.height !== rows[1].getBoundingClientRect().height
}).map(key => key.textContent))`

async function expectNoStrays(page: Page): Promise<void> {
  expect(await page.evaluate(`(${strays})([...document.querySelectorAll('[role=grid] [role=row]')])`)).toEqual([])
}

async function picture(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.screenshot({ path: picturePath(`${name}-${colorScheme}.png`, test.info()) })
  }
}

// Red: in src/renderer/src/components/KeyText.vue draw `{{ text }}` instead of the pieces.
test('awkward keys look the same in list, heading, dialog and notice', { tag: '@screen' }, async ({
  openConsole,
  call,
  page,
}) => {
  await store(call)
  await openConsole('/caches/default')
  const rows = page.getByRole('grid', { name: 'Entries' }).getByRole('row')
  const entry = page.getByRole('region', { name: 'Entry' })
  const title = entry.getByRole('heading', { level: 2 })
  await expect(rows).toHaveCount(keys.length + 2)
  await expectNoStrays(page)
  for (const [key, heard] of keys) {
    await page.getByRole('gridcell', { name: startOf(heard) }).click()
    await expect(title).toHaveAccessibleName(startOf(heard))
    // The exact key lies behind what is drawn.
    expect((await title.textContent())?.startsWith(key.slice(0, 250))).toBe(true)
    expect((await title.locator('.key-text').boundingBox())?.height).toBeLessThan(30)
  }
  await rows.filter({ hasText: 'byte' }).click()
  await expect(entry.getByRole('heading', { name: 'byte byte FF, no text' })).toBeVisible()
  await rows.filter({ hasText: 'SELECT' }).click()
  await expect(entry.locator('dd').filter({ hasText: 'SELECT' }).getByRole('img', { name: 'line feed' }))
    .toHaveCount(4)
  await expect(entry.locator('.tag').getByRole('img')).toHaveCount(2)
  await expectAccessible(page)
  await picture(page, 'keys-list')

  await page.getByRole('button', { name: 'Clear selection' }).waitFor({ state: 'hidden' })
  await page.getByRole('grid', { name: 'Entries' }).press('Home')
  for (let row = 0; row < 7; row++) {
    await page.keyboard.press(' ')
    await page.keyboard.press('ArrowDown')
  }
  await page.keyboard.press('Delete')
  const dialog = page.getByRole('dialog', { name: 'Delete 7 entries?' })
  await expect(dialog.getByRole('listitem')).toHaveCount(6)
  await expect(dialog.getByRole('listitem').first()).toContainText(' sp ')
  await expect(dialog.getByRole('listitem').first().getByRole('img', { name: 'space' })).toHaveCount(2)
  await expect(dialog.getByRole('listitem').last()).toHaveText('and 2 more')
  await expectAccessible(page)
  await picture(page, 'keys-dialog')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Clear selection' }).click()

  await rows.filter({ hasText: 'gpj' }).click()
  await expect(entry.getByRole('heading', { name: 'gpj' })).toBeVisible()
  await entry.getByRole('button', { name: 'Invalidate' }).click()
  const messages = page.getByRole('region', { name: 'Messages' })
  await expect(messages.getByRole('status')).toHaveText('Invalidated \u202Egpj.exe.')
  await expect(messages.getByRole('status').getByRole('img', { name: 'right-to-left override' })).toHaveCount(1)
  await picture(page, 'keys-notice')
})

// Red: in src/renderer/src/views/requests/RequestRow.vue draw `{{ record.key }}`.
test('awkward keys look the same in the log, and beside it', { tag: '@screen' }, async ({
  openConsole,
  call,
  page,
}) => {
  await openConsole('/requests')
  for (const [key] of keys)
    await call('GET', `/api/caches/default/entries/${encodeURIComponent(key)}`)
  const rows = page.getByRole('grid', { name: 'Requests' }).getByRole('row')
  await expect(rows.filter({ hasText: 'long:' })).toHaveCount(1)
  await expectNoStrays(page)
  for (const [, heard] of keys)
    await expect(page.getByRole('gridcell', { name: startOf(heard) })).toHaveCount(1)
  await rows.filter({ hasText: 'SELECT' }).click()
  const detail = page.getByRole('region', { name: /^GET 404/ })
  await expect(detail.locator('dd').filter({ hasText: 'SELECT' }).getByRole('img', { name: 'line feed' }))
    .toHaveCount(4)
  await expectAccessible(page)
  await picture(page, 'keys-log')
})

// Red: in src/renderer/src/components/KeyText.vue leave out `@copy`.
test('copies a key as it is, by the button and by selection, and tells how a typed one is stored', async ({ openConsole, call, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await store(call)
  await openConsole('/caches/default')
  const entry = page.getByRole('region', { name: 'Entry' })
  for (const key of [' sp ', sql, 'zero\u200Bwidth']) {
    await page.getByRole('grid', { name: 'Entries' }).getByRole('row').filter({ hasText: key }).first().click()
    await expect(entry.getByRole('heading', { level: 2 })).toContainText(key)
    const read = (): Promise<string> => page.evaluate<string>('navigator.clipboard.readText()')
    await page.evaluate('navigator.clipboard.writeText("")')
    await entry.getByRole('button', { name: 'Copy key' }).click()
    await expect.poll(read).toBe(key)
    await page.evaluate('navigator.clipboard.writeText("")')
    await page.evaluate('getSelection().selectAllChildren(document.querySelector("section.entry h2 .key-text"))')
    await page.keyboard.press('ControlOrMeta+c')
    await expect.poll(read).toBe(key)
  }
  await page.getByRole('button', { name: 'Add entry' }).click()
  const field = page.getByRole('dialog').getByRole('textbox', { name: 'Key' })
  await field.fill('sp')
  await expect(field).toHaveAccessibleDescription('')
  await field.fill('sp ')
  await expect(field).toHaveAccessibleDescription('Stored as sp\\x20')
})

function startOf(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[*.]/g, '\\$&')}`)
}
