import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writePack } from '../../src/client/message-pack'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

const folder = join(import.meta.dirname, '../fixtures/codecs')
const rows = [{ id: 1, name: 'sandal' }, { id: 2, name: 'boot' }]

// Red: in src/renderer/src/views/cache/entry/use-entry.ts leave `made` out.
test('rows in any format are a table, and a file in any other', async ({ openConsole, call }) => {
  await call('PUT', '/api/caches/default/entries/rows', { json: rows })
  const parquet = await call('GET', '/api/caches/default/entries/rows', {
    headers: { Accept: 'application/vnd.apache.parquet' },
  })
  await call('PUT', '/api/caches/default/entries/p', {
    body: new Uint8Array(await parquet.arrayBuffer()),
    headers: { 'Content-Type': 'application/vnd.apache.parquet' },
  })
  const page = await openConsole('/caches/default?key=p')
  const entry = page.getByRole('region', { name: 'Entry', exact: true })
  const table = entry.getByRole('table', { name: 'Rows' })
  await expect(table.getByRole('columnheader')).toHaveText(['id', 'name'])
  await expect(table.getByRole('row').nth(2)).toHaveText('2boot')
  await expect(entry).toContainText('Parquet, which the server has read.')
  await expectAccessible(page)

  await entry.getByRole('button', { name: 'Download' }).click()
  const saved = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'Download as CSV' }).click()
  const file = await saved
  expect(file.suggestedFilename()).toBe('p.csv')
  expect(await readFile(await file.path(), 'utf8')).toBe('id,name\r\n1,sandal\r\n2,boot\r\n')

  await entry.getByRole('button', { name: 'Download' }).click()
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('menuitem', { name: 'Replace with a file…' }).click()
  await (await chooser).setFiles({ name: 'new.csv', mimeType: '', buffer: Buffer.from('id,n\n7,8\n') })
  await expect(table.getByRole('columnheader')).toHaveText(['id', 'n'])
  const stored = await call('GET', '/api/caches/default/entries/p?peek=1')
  expect([stored.headers.get('content-type'), await stored.text()]).toEqual(['text/csv; charset=utf-8', 'id,n\n7,8\n'])
})

// Red: in src/renderer/src/views/cache/values/made-readable.ts throw the fault.
test('a broken value shows its bytes, and what is wrong with it', { tag: '@screen' }, async ({ openConsole, call }) => {
  await call('PUT', '/api/caches/default/entries/bad', {
    body: 'PAR1no',
    headers: { 'Content-Type': 'application/vnd.apache.parquet' },
  })
  const page = await openConsole('/caches/default?key=bad')
  const entry = page.getByRole('region', { name: 'Entry', exact: true })
  await expect(entry).toContainText('Not readable as Parquet. Byte 4: should begin the PAR1 at the end.')
  await expect(entry).not.toContainText('text/csv')
  await expect(entry.getByRole('button', { name: 'Hex' })).toBeVisible()
  await expectAccessible(page)
})

// Red: in src/shared/formats.ts let MessagePack not be had as text.
test('what JSON cannot say is shown as text', { tag: '@screen' }, async ({ openConsole, call }) => {
  await call('PUT', '/api/caches/default/entries/o', {
    body: new Uint8Array(writePack({ a: undefined, b: new Map([[1, 2n]]) })),
    headers: { 'Content-Type': 'application/vnd.msgpack' },
  })
  const page = await openConsole('/caches/default?key=o')
  const entry = page.getByRole('region', { name: 'Entry', exact: true })
  await expect(entry).toContainText('"a": undefined')
  await expect(entry).toContainText('1 => 2n')
  await expect(entry.getByRole('button', { name: 'Edit' })).toHaveCount(0)
  await expect(entry).toContainText('MessagePack, which the server has read. JSON cannot say all of it.')
  await expectAccessible(page)
})

// Red: in src/renderer/src/views/overview/AddEntryDialog.vue leave `file` out.
test('a file becomes an entry with the type of its ending', { tag: '@screen' }, async ({ openConsole, call }) => {
  const page = await openConsole('/caches/default')
  await page.getByRole('button', { name: 'Add entry' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Key', exact: true }).fill('f')
  const chooser = page.waitForEvent('filechooser')
  await dialog.getByRole('button', { name: 'Take it from a file…' }).click()
  await (await chooser).setFiles(join(folder, 'pyarrow-zstd.feather'))
  await expect(dialog).toContainText('The value is the file')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Add entry' }).click()
  await expect(dialog).toBeHidden()
  const stored = await call('GET', '/api/caches/default/entries/f?peek=1')
  expect(stored.headers.get('content-type')).toBe('application/vnd.apache.arrow.file')
})

// The setting of the cache. Red: in src/shared/cache-settings.ts leave `format` out.
test('a cache of one format refuses other values beside the field', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  await call('PATCH', '/admin/caches/default', { json: { format: 'json' } })
  const page = await openConsole('/caches/default')
  // The command that an empty cache shows is one that it takes.
  await expect(page.getByText('--data-raw \'{"hello":"world"}\'')).toBeVisible()
  await page.getByRole('button', { name: 'Run it here' }).click()
  await expect(page.getByRole('row', { name: /greeting/ })).toBeVisible()
  await page.getByRole('button', { name: 'Add entry' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Key', exact: true }).fill('k')
  await dialog.getByRole('textbox', { name: 'Value' }).fill('{"a":')
  await dialog.getByRole('button', { name: 'Add entry' }).click()
  await expect(dialog.getByRole('textbox', { name: 'Value' })).toHaveAccessibleDescription(
    /^This cache stores JSON\. Byte 5/,
  )
})
