import { gzipSync } from 'node:zlib'
import { timed } from '../helpers/durations'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

/** Maximum bytes of JavaScript, gzipped, until the overview is shown. */
const initialScript = 200_000

test(`the first screen needs little JavaScript${timed ? ', and paints soon' : ''}`, { tag: '@alone' }, async ({
  page,
  server,
}) => {
  const scripts = new Map<string, Promise<Buffer>>()
  page.on('response', response => /\.js$/.test(response.url()) && scripts.set(response.url(), response.body()))
  await page.goto(`${server.url}/#${await server.code()}`)
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  const sizes = await Promise.all([...scripts.values()].map(async body => gzipSync(await body).length))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const paint = await page.evaluate<number>('performance.getEntriesByName("first-contentful-paint")[0].startTime')
  console.log(
    `initial JavaScript ${total} B gzip in ${sizes.length} files, first contentful paint ${Math.round(paint)} ms`,
  )
  test
    .info().annotations
    .push({ type: 'figure', description: `initial JavaScript ${total} B gzip, FCP ${Math.round(paint)} ms` })
  expect(sizes.length).toBeGreaterThan(2)
  expect(total).toBeLessThanOrEqual(initialScript)
  if (timed)
    expect(paint).toBeLessThanOrEqual(300)
})

test('nothing moves while live data arrives', { tag: '@http' }, async ({ page, server, call }) => {
  await page.addInitScript({ content: `self.shifts = []; new PerformanceObserver(list => shifts.push(...list.getEntries().map(({ value, hadRecentInput, sources }) =>
    ({ value, hadRecentInput, of: sources.map(({ node }) => node?.parentElement?.className + ' > ' + (node?.className ?? node?.nodeName)).join(', ') })))).observe({ type: 'layout-shift', buffered: true })` })
  for (const name of ['products', 'sessions'])
    await call('POST', '/admin/caches', { json: { name, ttl: 60 } })
  await call('PUT', '/v1/first', { body: '1' })
  await page.goto(`${server.url}/#${await server.code()}`)
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  for (let round = 1; round <= 4; round++) {
    const operations = Array.from({ length: 10 ** round }, (_, i) =>
      ({ op: 'set', key: `k${round}:${i}`, value: { text: 'x'.repeat(round * 30) } }))
    await call('POST', '/api/caches/products/batch', { json: { operations } })
    for (let i = 0; i < 30; i++)
      await call('GET', i % 3 === 0 ? '/v1/missing' : '/v1/first')
    const { status } = await page
      .waitForResponse(response => response.url().endsWith('/admin/stats'))
      .then(response => ({ status: response.status() }))
    expect(status).toBe(200)
  }
  await expect(page.getByRole('row', { name: 'products' }).getByRole('cell').nth(2)).toHaveText('11,110')
  const shifts = await page.evaluate<{ value: number, of: string }[]>('shifts')
  const score = shifts.reduce((sum, { value }) => sum + value, 0)
  expect(score, JSON.stringify(shifts)).toBeLessThan(0.02)
})
