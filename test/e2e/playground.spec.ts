import type { Locator, Page } from '@playwright/test'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

function partsOf(page: Page): Record<'key' | 'value' | 'send' | 'answer' | 'body' | 'request', Locator> {
  const answer = page.getByRole('region', { name: 'Response' })
  return {
    key: page.getByRole('textbox', { name: 'Key', exact: true }),
    value: page.getByRole('textbox', { name: 'Value' }),
    send: page.getByRole('button', { name: 'Send' }),
    answer,
    body: answer.getByLabel('Body'),
    request: page.getByRole('region', { name: 'Request' }),
  }
}

test('adds, retrieves and invalidates an entry of any type, and shows the request as sent', async ({
  openConsole,
  call,
}) => {
  await call('POST', '/admin/caches', { json: { name: 'products', ttl: 300 } })
  const page = await openConsole('/playground')
  const { key, value, send, answer, body, request } = partsOf(page)
  await page.getByLabel('Cache', { exact: true }).selectOption('products')
  await key.fill('pear/ü?#')
  await value.fill('{"name":"pear","big":12345678901234567890}')
  await page.getByRole('textbox', { name: 'TTL' }).fill('90s')
  await page.getByRole('textbox', { name: 'Tags' }).fill('fruit, größe')
  await expect(request).toContainText('PUT /api/caches/products/entries/pear%2F%C3%BC%3F%23 HTTP/1.1')
  await expect(request).toContainText('Larder-Tags: fruit, gr%C3%B6%C3%9Fe')
  await send.click()
  await expect(answer.getByRole('status')).toContainText('201 Created')

  await page.getByRole('tab', { name: 'Retrieve' }).click()
  await send.click()
  await expect(answer.getByRole('status')).toContainText('200 OK')
  await expect(answer.getByRole('status')).toContainText('GET /api/caches/products/entries/pear%2F%C3%BC%3F%23')
  await expect(body).toContainText('big:12345678901234567890')
  await answer.getByText('headers').click()
  await expect(answer.getByLabel('Headers')).toContainText('larder-tagsfruit, gr%C3%B6%C3%9Fe')
  const stored = await call('GET', '/api/caches/products/entries/pear%2F%C3%BC%3F%23')
  expect(await stored.text()).toBe('{"name":"pear","big":12345678901234567890}')
  expect(stored.headers.get('content-type')).toBe('application/json')
  expect(Number(stored.headers.get('larder-ttl'))).toBeGreaterThan(60)

  await page.getByLabel('Format').selectOption('MessagePack')
  await expect(request).toContainText('Accept: application/msgpack')
  await send.click()
  await expect(answer).toContainText('MessagePack is not text. Another format shows what it holds.')

  await page.getByRole('tab', { name: 'Invalidate' }).click()
  await send.click()
  await expect(answer.getByRole('status')).toContainText('204 No Content')
  await send.click()
  await expect(answer.getByRole('status')).toContainText('404 Not Found')
  await expect(body).toContainText('entry-not-found')
})

test('speaks the classic API: id from the key, errors beside the fields, bodies of its own', {
  tag: '@screen',
}, async ({
  openConsole,
  call,
}) => {
  const page = await openConsole('/playground')
  const { key, value, send, answer, body, request } = partsOf(page)
  await page.getByText('Classic', { exact: true }).click()
  await value.fill('[1]')
  await send.click()
  await expect(value).toHaveAccessibleDescription(/must be a JSON object/)
  await value.fill('{"name": "pear"}')
  await send.click()
  await expect(key).toHaveAccessibleDescription(/must not be empty/)
  await expect(answer).toContainText('Nothing has been sent yet')

  await key.fill('10001')
  await expect(request).toContainText('{"cacheName":"default","data":{"id":"10001","name": "pear"}}')
  await send.click()
  await expect(answer.getByRole('status')).toContainText('200')
  await send.click()
  await expect(body).toContainText('Key already exists.')
  expect(await (await call(
    'GET',
    '/api/get-cache?cache=default&key=10001',
  )).json()).toEqual({ id: '10001', name: 'pear' })

  await page.getByRole('tab', { name: 'Retrieve' }).click()
  await key.fill('')
  await send.click()
  await expect(body).toContainText('key:"10001"')
  await page.getByRole('tab', { name: 'Invalidate' }).click()
  await key.fill('10001')
  await send.click()
  await expect(body).toContainText('status:204')
})

test('drops many only after telling how many', { tag: '@screen' }, async ({ openConsole, call }) => {
  for (const key of ['user:1', 'user:2', 'other'])
    await call('PUT', `/v1/${key}`, { body: key })
  const page = await openConsole('/playground')
  const { send, answer, body } = partsOf(page)
  await page.getByRole('tab', { name: 'Invalidate' }).click()
  await page.getByLabel('Delete by').selectOption('Prefix')
  await send.click()
  await expect(page.getByRole('textbox', { name: 'Prefix' })).toHaveAccessibleDescription(/must not be empty/)
  await page.getByRole('textbox', { name: 'Prefix' }).fill('user:')
  await send.click()
  const question = page.getByRole('dialog', { name: 'Delete 2 entries?' })
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect(answer).toContainText('Nothing has been sent yet')
  expect((await call('GET', '/v1/user:1')).status).toBe(200)

  await send.click()
  await question.getByRole('button', { name: 'Delete 2 entries' }).click()
  await expect(body).toContainText('matched:2')
  expect((await call('GET', '/v1/user:1')).status).toBe(404)

  await call('PUT', '/v1/third', { body: 'x' })
  await page.getByLabel('Delete by').selectOption('Filter')
  await page.getByRole('textbox', { name: 'Filter' }).fill('size>100 age<1x')
  await send.click()
  await expect(body).toContainText('at character 14: age must be a number')
  await page.getByRole('textbox', { name: 'Filter' }).fill('-other age<1h')
  await page.getByRole('tab', { name: 'Retrieve' }).click()
  await expect(page.getByLabel('Read by')).toHaveValue('filter')
  await send.click()
  await expect(body).toContainText('key:"third"')
  await page.getByRole('tab', { name: 'Invalidate' }).click()
  await send.click()
  await page.getByRole('dialog', { name: 'Delete 1 entry?' }).getByRole('button', { name: 'Delete 1 entry' }).click()
  await expect(body).toContainText('matched:1')
  expect((await call('GET', '/v1/third')).status).toBe(404)

  await page.getByRole('group', { name: 'API' }).getByText('Text', { exact: true }).click()
  await page.getByLabel('Delete by').selectOption('Everything (flush)')
  await send.click()
  await page.getByRole('dialog', { name: 'Delete 1 entry?' }).getByRole('button', { name: 'Delete 1 entry' }).click()
  await expect.poll(async () => (await call('GET', '/v1/other')).status).toBe(404)
  await expect(answer.getByRole('status')).toContainText('200')
})

test('sends by keyboard alone, with another credential, and copies the request as code', async ({
  openConsole,
  context,
  server,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const page = await openConsole('/playground')
  const { key, value, answer, request } = partsOf(page)
  await page.getByRole('tab', { name: 'Add' }).focus()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('tab', { name: 'Retrieve' })).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'Send' })).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('radio', { name: 'Text' })).toBeChecked()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect(key).toBeFocused()
  await page.keyboard.type('greeting')
  await page.keyboard.press('Tab')
  await expect(value).toBeFocused()
  await page.keyboard.type('it\'s')
  await page.keyboard.press('Control+Enter')
  await expect(answer.getByRole('status')).toContainText('201 Created')

  await page.getByText('Send with another credential').click()
  await page.getByLabel('Credential').fill('lk_wrong')
  await page.keyboard.press('Enter')
  await expect(answer.getByRole('status')).toContainText('401')

  await request.getByRole('tab', { name: 'curl' }).click()
  await request.getByRole('button', { name: 'Copy' }).click()
  await expect(request.getByRole('status')).toHaveText('Copied')
  const copied = await page.evaluate<string>('navigator.clipboard.readText()')
  expect(copied).toContain('-H "Api-Key: $LARDER_API_KEY"')
  expect(copied).toContain(`'it'\\''s'`)
  expect(copied).toContain(`${server.url}/v1/greeting`)
  for (const language of ['fetch', 'axios', 'Python', 'Go']) {
    await request.getByRole('tab', { name: language }).click()
    await expect(request.getByLabel('Copy as, code')).toContainText('LARDER_API_KEY')
  }
})

// S19, for keys and values. Red when `{{ shown }}` in RequestCode.vue becomes v-html.
test('keeps what is filled in, follows new caches, and axe finds nothing', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  test.slow()
  const page = await openConsole('/playground')
  const { key, value, send, answer, request } = partsOf(page)
  const payload = '<img src=x onerror="document.title=1"></code><script>document.title=1</script>'
  await expectAccessible(page)
  await key.fill(payload)
  await value.fill(payload)
  await expect(request).toContainText(payload)
  await send.click()
  await expect(answer.getByRole('status')).toContainText('201')
  await expectAccessible(page)
  await call('POST', '/admin/caches', { json: { name: 'late', ttl: 90 } })
  await expect(page.getByLabel('Cache', { exact: true }).locator('option', { hasText: 'late' })).toBeAttached()
  await page.getByRole('link', { name: 'Overview' }).click()
  await page.getByRole('link', { name: 'Playground' }).click()
  await expect(key).toHaveValue(payload)
  await page.getByRole('tab', { name: 'Retrieve' }).click()
  await send.click()
  await expect(answer.getByLabel('Body')).toContainText(payload)
  await page.getByRole('tab', { name: 'Invalidate' }).click()
  await page.getByLabel('Delete by').selectOption('Tag')
  await expectAccessible(page)
  await expect(page).toHaveTitle('Playground · Larder')
})

// Red: in src/renderer/src/views/playground/playground-store.ts let `recall` not change the draft.
test('says what the answer means, shows JSON as a tree, and sends again what was sent', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  await call('PUT', '/api/caches/default/entries/pear', { json: { name: 'Pear', stock: { count: 3 } } })
  const page = await openConsole('/playground')
  const { key, send, answer, body } = partsOf(page)
  const outcome = answer.getByRole('note', { name: 'Outcome' })
  await expect(page.getByText('Fill in a key to see the request.')).toBeVisible()
  await expect(page.getByRole('alert').filter({ hasText: /\w/ })).toHaveCount(0)
  await page.getByRole('tab', { name: 'Retrieve' }).click()
  await key.fill('pear')
  await send.click()
  await expect(outcome).toHaveText(/^Hit.*No expiry.*ETag ".+"$/)
  const tree = body.getByRole('tree', { name: 'JSON' })
  await expect(tree.getByRole('treeitem')).toHaveText(['name:"Pear"', 'stock:{"count":3}', 'count:3'])
  await body.getByRole('button', { name: 'Text' }).click()
  await expect(body).toContainText('{"name":"Pear","stock":{"count":3}}')
  await answer.getByText('headers').click()
  await expect(answer.getByLabel('Headers').locator('dt').first()).toHaveText('cache-status')

  await key.fill('plum')
  await send.click()
  const reason = 'never stored, gone where it came from, or gone so long ago that the reason is no longer known'
  await expect(outcome).toHaveText(`Miss: ${reason}`)
  await page.getByRole('tab', { name: 'Invalidate' }).click()
  const sent = page.getByRole('region', { name: 'Sent' })
  await expect(sent.getByRole('listitem')).toHaveCount(2)
  await expectAccessible(page)
  await sent.getByRole('button', { name: 'Repeat GET /api/caches/default/entries/pear' }).click()
  await expect(sent.getByRole('listitem')).toHaveCount(3)
  await expect(page.getByRole('tab', { name: 'Retrieve' })).toHaveAttribute('aria-selected', 'true')
  await expect(key).toHaveValue('pear')
  await expect(outcome).toHaveText(/^Hit/)
  // A click on a line only fills the form.
  await sent.getByRole('button', { name: /^404/ }).press('Enter')
  await expect(key).toHaveValue('plum')
  await expect(sent.getByRole('listitem')).toHaveCount(3)
})
