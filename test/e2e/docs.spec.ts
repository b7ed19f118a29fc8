import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

test('documents every operation without a key, and finds them', async ({ page, server }) => {
  const document = await (await fetch(`${server.url}/openapi.json`)).json() as { paths: Record<string, object> }
  // HEAD is one with its GET.
  const operations = Object.values(document.paths).flatMap(item =>
    Object.keys(item).filter(verb => verb !== 'head' || !('get' in item))).length
  await page.goto(`${server.url}/docs`)
  await expect(page.locator('details')).toHaveCount(operations)
  for (const group of ['Control plane', 'Classic API', 'Text key-value', 'Entries'])
    await expect(page.getByRole('region', { name: group, exact: true })).toBeVisible()

  const regions = page.getByRole('region')
  await expect(regions.first()).toHaveAccessibleName('Entries')
  const contents = page.getByRole('navigation', { name: 'Contents' })
  await contents.getByRole('button', { name: 'Control plane' }).press('Enter')
  await expect(page.getByRole('heading', { name: 'Control plane' })).toBeInViewport()
  await contents.getByRole('button', { name: 'Empty the cache default' }).press('Enter')
  await expect(page.locator('details[open]')).toContainText('/flush')
  await expect(page.locator('details[open] summary')).toBeFocused()

  await page.getByLabel('Search operations').fill('flush EMPTY')
  await expect(page.locator('details')).toHaveCount(1)
  await page.getByLabel('Search operations').fill('no such words')
  await expect(page.getByText('No operation contains all of these words.')).toBeVisible()
})

test('sends a request with a typed key and shows status, headers and body', async ({ page, server, call }) => {
  await call('PUT', '/v1/a/b', { body: '<b>pear</b>' })
  await page.goto(`${server.url}/docs`)
  await page.getByLabel('Search operations').fill('plain.get')
  await page.getByText('/v1/{key}').first().click()
  await page.getByLabel('key (required)').fill('a/b')
  await page.getByRole('button', { name: 'Send' }).click()
  const answer = page.getByRole('region', { name: 'Response' })
  await expect(answer.getByRole('status')).toContainText('401')

  await page.getByLabel('API key for Send').fill(server.apiKey)
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(answer.getByRole('status')).toContainText('200')
  await expect(answer.getByLabel('Headers')).toContainText('etag:')
  await expect(answer.getByLabel('Body')).toHaveText('<b>pear</b>')
})

// Red: in src/shared/data-operations.ts let `entries.get` not convert.
test('sends a request for another format', async ({ page, server, call }) => {
  await call('PUT', '/api/caches/default/entries/rows', { json: [{ a: 1 }] })
  await page.goto(`${server.url}/docs`)
  await page.getByLabel('API key for Send').fill(server.apiKey)
  await page.getByLabel('Search operations').fill('entries.get')
  await expect(page.getByText('1 operation', { exact: true })).toBeVisible()
  await page.getByText('/api/caches/{cache}/entries/{key}').first().click()
  await page.getByLabel('key (required)').fill('rows')
  await page.getByLabel('Accept').fill('text/csv')
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByRole('region', { name: 'Response' }).getByLabel('Body')).toHaveText('a 1')
})

test('an error\'s type leads to its line', async ({ page, server }) => {
  await page.goto(`${server.url}/docs#error-vault-unavailable`)
  await expect(page.locator('#error-vault-unavailable')).toBeInViewport()
})
