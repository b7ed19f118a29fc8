import type { ConsoleFixtures } from './console-test'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

type Call = ConsoleFixtures['call']

/** Reads a minute, enough to be judged. */
const reads = 70
const keys = Array.from({ length: reads }, (_, i) => `k${i}`)

async function create(call: Call, json: object): Promise<void> {
  expect((await call('POST', '/admin/caches', { json })).status).toBe(201)
}

async function store(call: Call, cache: string, ttl?: number): Promise<void> {
  const operations = keys.map(key => ({ op: 'set', key, value: { text: key }, ...ttl !== undefined && { ttl } }))
  expect((await call('POST', `/api/caches/${cache}/batch`, { json: { operations } })).status).toBe(200)
}

async function readAll(call: Call, cache: string): Promise<void> {
  for (const key of keys)
    await call('GET', `/api/caches/${cache}/entries/${key}`)
}

/** A cache whose entries expire before they are read, one that is off, and one that is fine. */
async function prepareTrouble(call: Call): Promise<void> {
  await create(call, { name: 'search.results', ttl: 1 })
  await create(call, { name: 'exchange-rates', ttl: 900 })
  await create(call, { name: 'products', ttl: 300 })
  await store(call, 'products')
  await readAll(call, 'products')
  await store(call, 'search.results', 1)
  await expect.poll(async () =>
    (await call('GET', `/api/caches/search.results/entries/${keys.at(-1)}`)).status).toBe(404)
  await readAll(call, 'search.results')
  await call('PATCH', '/admin/caches/exchange-rates', { json: { enabled: false } })
  for (let i = 0; i < 3; i++)
    expect((await call('GET', '/api/caches/exchange-rates/entries/EUR')).status).toBe(503)
}

// Red: in src/renderer/src/views/overview/verdict-line.ts leave `begun` or the reason out; in
// ConnectFoot.vue leave the address out.
test('a stranger learns in thirty seconds what is wrong, and how to connect', async ({ overview, call, server }) => {
  await prepareTrouble(call)
  const verdict = overview.getByRole('region', { name: 'Verdict' })
  await expect(verdict).toContainText('2 of 4 need a look:')
  await expect(verdict).toContainText(/search\.results\s+\d% hits\s+mostly expired \(100%\), since \d\d:\d\d/)

  // All that follows is read as a screen reader reads it, from the overview alone.
  const page = (await overview.locator('body').ariaSnapshot()).replaceAll(/\s+/g, ' ')
  expect(page).toContain('2 of 4 need a look:')
  expect(page).toMatch(/link "search\.results".*?\d% hits mostly expired \(100%\), since \d\d:\d\d/)
  expect(page).toMatch(/link "exchange-rates".*?off \d:\d\d 3 × 503, since \d\d:\d\d/)
  expect(page).toContain('status: "Need a look: exchange-rates (switched off), search.results (few hits)"')
  for (const link of [/search\.results \d% hits, needs a look/, /exchange-rates off/, /products 100% hits, fine/])
    expect(page).toMatch(new RegExp(`link "${link.source}"`))
  expect(page).toMatch(/rowheader "needs a look search\.results"/)
  expect(page).toMatch(/link "expired 100%"/)
  expect(page).toContain(`code: ${new URL(server.url).host}`)
  expect(page).toContain('button "Connect"')

  await overview.keyboard.press('c')
  const connect = overview.getByRole('dialog', { name: 'Connect an app' })
  await expect(connect.getByRole('region', { name: 'Base URL' })).toContainText(server.url)
  await expect(connect.getByRole('region', { name: 'Redis URL' }))
    .toContainText(/redis:\/\/:\$LARDER_API_KEY@localhost:\d+/)
  await expect(connect.getByRole('region', { name: 'API key' })).toContainText('export LARDER_API_KEY=…')
  await expect(connect.getByRole('region', { name: 'Code', exact: true }))
    .toContainText('/api/caches/default/entries/greeting')
  await expectAccessible(overview)
})

// Red: in src/renderer/src/views/overview/verdict-line.ts announce the words of a trouble too.
test('the verdict is silent while all is well, and does not chatter', { tag: '@http' }, async ({ overview, call }) => {
  await create(call, { name: 'products', ttl: 300 })
  await expect(overview.getByRole('row', { name: 'products' })).toBeVisible()
  const verdict = overview.getByRole('region', { name: 'Verdict' })
  await expect(verdict).toBeHidden()
  await call('PATCH', '/admin/caches/products', { json: { enabled: false } })
  await expect(verdict).toContainText('1 of 2 needs a look:')
  const told = overview.getByRole('status').filter({ hasText: 'Need a look' })
  await expect(told).toHaveText('Need a look: products (switched off)')
  await overview.evaluate(`{
    globalThis.spoken = 0
    const place = [...document.querySelectorAll('[role=status]')].find(e => e.textContent.includes('Need a look'))
    new MutationObserver(() => globalThis.spoken++).observe(place, { childList: true, characterData: true, subtree: true })
  }`)
  // The time that the line shows goes on.
  const words = await verdict.getByRole('paragraph').textContent()
  await expect(verdict.getByRole('paragraph')).not.toHaveText(words ?? '')
  expect(await overview.evaluate('globalThis.spoken')).toBe(0)

  await verdict.getByRole('button', { name: 'Show' }).click()
  await expect(overview.getByRole('row', { name: 'default' })).toBeHidden()
  await expect(overview.getByRole('row', { name: 'products' })).toBeVisible()
  await call('PATCH', '/admin/caches/products', { json: { enabled: true } })
  await expect(verdict).toBeHidden()
  await expect(overview.getByRole('row', { name: 'default' })).toBeVisible()
})

// Red: in MissReasons.vue filter by the cache; in figures.ts give seconds in place of ISO times.
test('reasons and moments lead to their requests', { tag: '@http' }, async ({ overview, call }) => {
  await call('PUT', '/v1/a', { body: 'one' })
  for (let i = 0; i < 5; i++)
    await call('GET', '/v1/missing')
  const strip = overview.getByRole('region', { name: 'Last 15 minutes' })
  await strip.getByRole('link', { name: 'absent 100%' }).click()
  await expect(overview).toHaveURL(/\/requests\?filter=reason:absent$/)
  await overview.goBack()

  const moment = strip.getByRole('slider', { name: 'Moment of the charts' })
  await moment.focus()
  await expect(moment).toHaveAttribute('aria-valuetext', /^\d\d:\d\d:\d\d, hits [\d.<–]+, misses [\d.<–]+, 503 [\d.<–]+$/)
  await moment.press('ArrowLeft')
  await moment.press('Enter')
  await expect(overview).toHaveURL(/\/requests\?/)
  const query = new URL(overview.url()).searchParams
  const [from, to] = [query.get('from'), query.get('to')].map(time => Date.parse(time ?? ''))
  expect(query.get('from')).toMatch(/^[\d-]+T[\d:.]+Z$/)
  expect((to ?? 0) - (from ?? 0)).toBe(5000)
})

// Red: in FigureStrip.vue leave `useDay` out, or the row of `spans`.
test('the charts show the last day by choice', { tag: '@http' }, async ({ overview, call }) => {
  await call('GET', '/v1/nothing')
  const day = overview.waitForResponse(response => response.url().includes('span=minutes'))
  await overview.getByText('24 h', { exact: true }).click()
  expect((await day).status()).toBe(200)
  const strip = overview.getByRole('region', { name: 'Last 24 hours' })
  await expect(strip.getByRole('img', { name: 'Reads/s by outcome over the last 24 hours' })).toBeVisible()
  await expect(strip.getByText('Why reads miss (24 h)')).toBeVisible()
  await expectAccessible(overview)
})
