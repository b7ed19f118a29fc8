import type { Locator, Page } from '@playwright/test'
import { Buffer } from 'node:buffer'
import process from 'node:process'
import { xssPayloads } from '../helpers/xss-payloads'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

/** Whether to try every payload in the dialogs too. */
const hard = process.env.LARDER_HARD === '1'

const [script = '', , , , , , , , , , image = ''] = xssPayloads
/**
 * Elements that the console never contains; each results from one of the payloads if that is
 * treated as markup.
 */
const foreign = 'iframe, object, embed, base, math, marquee, audio, video, template, style, script:not([src]), meta[http-equiv=refresh], [src=x], [onerror], [onload], [onfocus], [onmouseover], [ontoggle], [onanimationstart], [onbegin], [onstart], [href^="javascript:" i], [v-html]'

/** The fate of texts: their markup that was found on the page, and texts missing from the page. */
interface Look { found: string[], missing: string[] }

/** Runs in the page. */
const look = `(texts, foreign = ${JSON.stringify(foreign)}) => {
  const fields = [...document.querySelectorAll('input, textarea')].map(field => field.value)
  const everything = [document.body.textContent, ...fields].join('\\n')
  return {
    found: [...document.querySelectorAll(foreign)].map(element => element.outerHTML.slice(0, 200)),
    missing: texts.filter(text => !everything.includes(text)),
  }
}`

/** Expects the texts on the page, as text. */
async function expectInert(page: Page, texts: readonly string[] = []): Promise<void> {
  expect(await page.evaluate<Look>(`(${look})(${JSON.stringify(texts)})`)).toEqual({ found: [], missing: [] })
}

/**
 * Enters each payload in turn and checks once the page has drawn it. All of it runs in the page,
 * because fifty round trips would take seconds.
 */
async function expectEachInert(field: Locator): Promise<void> {
  await field.click()
  const looks = await field.page().evaluate<Look[]>(`(async (field, texts) => {
    const look = ${look}
    const looks = []
    for (const text of texts) {
      field.value = text
      field.dispatchEvent(new InputEvent('input', { bubbles: true, data: text }))
      await new Promise(requestAnimationFrame)
      looks.push(look([text]))
    }
    return looks
  })(document.activeElement, ${JSON.stringify(xssPayloads)})`)
  expect(looks).toEqual(xssPayloads.map(() => ({ found: [], missing: [] })))
}

/** Opens the console signed in, and reports code that runs or opens a dialog as a violation. */
async function open(page: Page, violations: string[]): Promise<void> {
  await page.addInitScript({ content: 'self.xss = () => reportViolation("a payload ran in " + location.pathname)' })
  page.on('dialog', (dialog) => {
    violations.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
}

// S19. Red with `v-html="folder?.name ?? entry?.key"` for the text of
// views/cache/entries/EntryRow.vue.
test('50 payloads as keys, values, tags and content types run nothing, in any view', { tag: '@screen' }, async ({
  page,
  openConsole,
  call,
  violations,
  server,
}) => {
  expect(new Set(xssPayloads).size).toBe(50)
  for (const name of xssPayloads) {
    const refused = await call('POST', '/admin/caches', { json: { name, ttl: 60 } })
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({
      errors: [{ field: 'name', message: 'must be 1 to 64 characters of A-Z a-z 0-9 . _ -' }],
    })
  }
  const all = JSON.stringify(xssPayloads.map(payload => ({ [payload]: payload, name: payload })))
  const operations = [
    ...xssPayloads.map((key, at) =>
      ({
        key,
        value: { text: key },
        contentType: ['text/html', 'image/svg+xml', 'application/json', 'application/xhtml+xml'][at % 4],
        tags: [key],
      })),
    { key: '0-all', value: { text: all }, contentType: 'application/json', tags: [] },
    { key: '1-lines', value: { text: xssPayloads.join('\n') }, contentType: 'text/plain', tags: [] },
    {
      key: '2-table',
      value: { text: `payload\n${xssPayloads.map(text => `"${text.replaceAll('"', '""')}"`).join('\n')}` },
      contentType: 'text/csv',
      tags: [],
    },
    { key: '3-picture', value: { text: `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="xss()"><script>parent.xss()</script></svg>` }, contentType: 'image/svg+xml', tags: [] },
    ...[0, 1, 2, 3].map(part =>
      ({
        key: `4-tags-${part}`,
        value: { text: '' },
        contentType: 'text/plain',
        tags: xssPayloads.slice(part * 16, part * 16 + 16),
      })),
  ]
  const stored = await call(
    'POST',
    '/api/caches/default/batch',
    { json: { operations: operations.map(operation => ({ op: 'set', ...operation })) } },
  )
  expect((await stored.json() as { results: { status: number }[] }).results
    .map(({ status }) => status)
    .filter(status => status >= 300)).toEqual([])
  // A content type may have parameters, which may contain almost anything; or it is refused.
  for (const payload of xssPayloads) {
    const answer = await fetch(`${server.url}/api/caches/default/entries/5-type`, {
      method: 'PUT',
      headers: {
        'Api-Key': server.apiKey,
        'Content-Type': `text/x; y="${Buffer.from(payload).toString('latin1').replace(/["\\]/g, '\\$&')}"`,
      },
      body: payload,
    })
    expect([201, 204, 400]).toContain(answer.status)
  }

  await open(page, violations)
  await openConsole('/caches/default')
  const entries = page.getByRole('grid', { name: 'Entries' })
  const entry = page.getByRole('region', { name: 'Entry' })
  await expect(entries).toHaveAttribute('aria-rowcount', String(operations.length + 2))
  const keys = xssPayloads.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  for (const [place, at] of [['Home', 0], ['End', keys.length - 5]] as const) {
    await entries.press(place)
    await expect(entries).toContainText(keys[at] ?? '')
    await expectInert(page)
  }
  await entries.press('Home')
  for (const key of [
    '0-all',
    '1-lines',
    '2-table',
    '3-picture',
    '4-tags-0',
    '4-tags-1',
    '4-tags-2',
    '4-tags-3',
    '5-type',
  ]) {
    await entries.getByRole('row', { name: key }).click()
    await expect(entry.getByRole('heading', { name: key })).toBeVisible()
    await expect(entry).toHaveAttribute('aria-busy', 'false')
    for (const view of await entry.getByRole('group', { name: 'View' }).getByRole('button').all()) {
      await view.click()
      await expectInert(page, key.startsWith('4-tags') ? operations.find(operation => operation.key === key)?.tags : [])
    }
  }
  for (const view of ['JSON', 'Table', 'Text']) {
    await entries.getByRole('row', { name: '0-all' }).click()
    await entry.getByRole('group', { name: 'View' }).getByRole('button', { name: view }).click()
    await expect(entry.getByRole('region', { name: 'Value' })).toContainText('<script>xss()')
    await expectInert(page)
  }
  // The entry of such a key, its editor, and the message when it is deleted.
  const search = page.getByRole('searchbox', { name: 'Filter keys' })
  await search.fill(`"${image}"`)
  await entries.getByRole('row').nth(1).click()
  await expect(entry.getByRole('heading', { name: image })).toBeVisible()
  await entry.getByRole('button', { name: 'Edit' }).click()
  await expect(page.getByRole('textbox', { name: 'Value' })).toContainText(image)
  await expectInert(page, [image])
  await page.getByRole('button', { name: 'Cancel' }).click()
  await entry.getByRole('button', { name: 'Invalidate' }).click()
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible()
  await expectInert(page, [image])
  // What jobs are about.
  for (const prefix of [script, image]) {
    const order = { kind: 'export', cache: 'default', select: [{ prefix }] }
    expect((await call('POST', '/admin/jobs', { json: order })).status).toBe(201)
  }
  await page.getByRole('button', { name: /^Jobs/ }).click()
  await expect(page.getByRole('dialog', { name: 'Jobs' }).getByRole('listitem')).toHaveCount(2)
  await expectInert(page, [`prefix ${script}`, `prefix ${image}`])
  await page.keyboard.press('Escape')
  // As filters: their errors are shown below the field.
  await expectEachInert(search)
  await search.fill('')
  for (const delimiter of ['/', ':', '.']) {
    await page.getByLabel('Show as').selectOption(delimiter)
    await expect(page.getByRole('treeitem').first()).toBeVisible()
    await expectInert(page)
  }
})

// S19. Red with `v-html` for `{{ key.label }}` in KeyTable.vue, `{{ user.name }}` in
// UsersPanel.vue, or the key in RequestTable.vue.
test('50 payloads as labels, user names, requests, snippets, commands and notices run nothing', {
  tag: '@screen',
}, async ({
  page,
  openConsole,
  call,
  violations,
}) => {
  test.setTimeout(hard ? 360_000 : 120_000)
  for (const label of xssPayloads)
    expect((await call('POST', '/admin/keys', { json: { label } })).status).toBe(201)
  // Passwords are slow to set because they must be slow to guess, so five users take turns with all
  // fifty names below.
  const names = xssPayloads.filter((_, at) => at % 10 === 0)
  for (const name of names)
    expect((await call('POST', '/admin/users', { json: { name, password: 'correct horse' } })).status).toBe(201)

  await open(page, violations)
  await openConsole('/keys')
  await expect(page.getByRole('table', { name: 'API keys' }).getByRole('row')).toHaveCount(52)
  await expectInert(page, xssPayloads)
  for (const label of hard ? xssPayloads : [image]) {
    const row = page
      .getByRole('table', { name: 'API keys' })
      .getByRole('row')
      .filter({ has: page.getByText(label, { exact: true }) })
    for (const action of ['Edit', 'Rotate', 'Revoke']) {
      await row.getByRole('button', { name: action }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
      await expectInert(page, [label])
      await page.keyboard.press('Escape')
    }
    if (!hard)
      continue
    await row.getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click()
    await expect(page.getByText(`Revoked ${label}.`).first()).toBeVisible()
    await expectInert(page)
  }

  await page.getByRole('link', { name: 'Settings' }).click()
  await expect(page.getByRole('table', { name: 'Users' }).getByRole('row')).toHaveCount(names.length + 2)
  await expectInert(page, names)
  const users = (await (await call('GET', '/admin/users')).json() as { id: string, name: string }[]).filter(user =>
    names.includes(user.name))
  const others = xssPayloads.filter(payload => !names.includes(payload))
  for (let from = 0; from < others.length; from += users.length) {
    const batch = others.slice(from, from + users.length)
    const answers = await Promise.all(batch.map(async (name, at) =>
      [name, (await call('PATCH', `/admin/users/${users[at]?.id}`, { json: { name } })).status] as const))
    // Names that are not allowed are refused; the others are shown.
    expect(answers.filter(([, status]) => status !== 200 && status !== 400)).toEqual([])
    const shown = answers.filter(([, status]) => status === 200).map(([name]) => name)
    const missing = async (): Promise<string[]> => {
      const text = await page.getByRole('table', { name: 'Users' }).textContent() ?? ''
      return shown.filter(name => !text.includes(name))
    }
    await expect.poll(missing, { intervals: [50] }).toEqual([])
    await expectInert(page, shown)
  }

  await page.keyboard.press('Control+k')
  const palette = page.getByRole('dialog', { name: 'Command palette' })
  await palette.getByRole('combobox').fill('revoke')
  await expect(palette.getByRole('option')).not.toHaveCount(0)
  await expectInert(page)
  await expectEachInert(palette.getByRole('combobox'))
  await page.keyboard.press('Escape')

  await page.getByRole('link', { name: 'Requests', exact: true }).click()
  const log = page.getByRole('grid', { name: 'Requests' })
  for (const payload of xssPayloads)
    await call('GET', `/api/caches/default/entries/${encodeURIComponent(payload)}`)
  await expect(log.getByText(xssPayloads.at(-1) ?? '', { exact: true })).toBeVisible()
  await expectInert(page)
  const filter = page.getByRole('combobox', { name: 'Filter requests' })
  await expectEachInert(filter)
  await filter.fill(`key:"${image}"`)
  await filter.press('Escape')
  await log.getByRole('row').nth(1).click()
  await expect(page.getByRole('group', { name: 'Request details' })).toContainText(image)
  await expectInert(page, [image])

  await page.getByRole('link', { name: 'Playground' }).click()
  await page.getByRole('textbox', { name: 'Value' }).fill(xssPayloads.join('\n'))
  const key = page.getByRole('textbox', { name: 'Key', exact: true })
  await expectEachInert(key)
  await key.fill(image)
  for (const tab of await page.getByRole('region', { name: 'Request' }).getByRole('tab').all()) {
    await tab.click()
    await expectInert(page)
  }
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByRole('region', { name: 'Response' }).getByRole('status')).toContainText('201')
  await page.getByRole('tab', { name: 'Retrieve' }).click()
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByRole('region', { name: 'Response' }).getByLabel('Body')).toContainText(script)
  await expectInert(page)
})

// S19. Red with `v-html` for the text of views/cache/entry/ChangeRow.vue, a fault in
// transfer/PlanReport.vue, or the name in transfer/FileField.vue.
test('50 payloads in snapshots, comparisons and files that are imported run nothing', { tag: '@screen' }, async ({
  page,
  openConsole,
  call,
  violations,
}) => {
  for (const name of xssPayloads)
    expect((await call('POST', '/admin/snapshots', { json: { name } })).status).toBe(400)
  await call('POST', '/admin/caches', { json: { name: 'empty', ttl: 60 } })
  const operations = xssPayloads.map(key => ({ op: 'set', key, value: { text: key }, contentType: 'text/html' }))
  expect((await call('POST', '/api/caches/default/batch', { json: { operations } })).status).toBe(200)
  for (const [name, cache] of [['all', 'default'], ['none', 'empty']]) {
    expect((await call('POST', '/admin/snapshots', { json: { name, cache } })).status).toBe(201)
    await expect
      .poll(async () => await (await call('GET', '/admin/snapshots')).json() as { name: string }[])
      .toContainEqual(expect.objectContaining({ name }))
  }

  await open(page, violations)
  await openConsole('/snapshots?a=none&b=all')
  await expect(page.getByText('50 added')).toBeVisible()
  const lines = page.getByRole('list', { name: 'Lines that differ' })
  await expect(lines).toContainText('<a href=')
  await expectInert(page)
  await lines.press('End')
  await expectInert(page)

  const dialog = page.getByRole('dialog', { name: 'Import entries' })
  const file = (name: string, text: string): { name: string, mimeType: string, buffer: Buffer<ArrayBuffer> } =>
    ({ name, mimeType: '', buffer: Buffer.from(text) })
  for (const payload of hard ? xssPayloads : [script, image]) {
    await page.getByRole('button', { name: 'Import…' }).click()
    await dialog.getByLabel('Chosen file').setInputFiles(file(`${payload}.csv`, `key,value\n${payload}`))
    await expect(dialog.getByRole('group', { name: 'File' })).toContainText(payload)
    await expectInert(page, [payload])
    const wrong = JSON.stringify({ key: 'a', value: 'b', [payload]: 1 })
    await dialog.getByLabel('Chosen file').setInputFiles(file('a.ndjson', wrong))
    await dialog.getByLabel('Format').selectOption('ndjson')
    await dialog.getByRole('button', { name: 'Continue' }).click()
    const load = page.getByRole('dialog', { name: 'Import a.ndjson' })
    await expect(load.getByRole('region', { name: 'What this does' })).toContainText(payload)
    await expectInert(page, [payload])
    await page.keyboard.press('Escape')
  }
})
