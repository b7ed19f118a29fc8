import type { JobInfo } from '../../src/shared/jobs'
import { redisProgram, startRedis } from '../helpers/redis-server'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()
test.skip(!redisProgram.available, redisProgram.available ? '' : redisProgram.reason)

const many = 100_000
const keys = Array.from({ length: many }, (_, at) => `product:${at}`)

// Red: in CacheView.vue leave `@refresh` out; in RefreshDialog.vue always send `held`; in
// src/main/serving/sources/refreshing.ts do not look at `progress.cancelled`.
test('a cache over Redis fills itself, and is refreshed in the view of a person', async ({ openConsole, call }) => {
  test.slow()
  const redis = await startRedis()
  try {
    await redis.pipeline(keys.map(key => ['SET', key, 'old']))
    await call('POST', '/admin/connections', { json: { name: 'main', driver: 'redis', url: redis.url } })
    const page = await openConsole()
    await page.getByRole('button', { name: 'New cache' }).click()
    const creation = page.getByRole('dialog', { name: 'New cache' })
    await creation.getByLabel('Name').fill('products')
    await creation.getByText('Advanced').click()
    await creation.getByLabel('Source').selectOption('main')
    await creation.getByLabel('Key at the source').fill('product:{key}')
    await creation.getByLabel('Refresh every').fill('often')
    await creation.getByRole('button', { name: 'Create cache' }).click()
    await expect(creation.getByLabel('Refresh every')).toHaveAccessibleDescription(/must be/)
    await expectAccessible(page)
    await creation.getByLabel('Refresh every').fill('1h')
    // Frozen, Redis must not fail while the test looks at it.
    await creation.getByText('Timeouts, grace and jitter').click()
    await creation.getByLabel('Hard timeout').fill('5m')
    await creation.getByRole('button', { name: 'Create cache' }).click()
    await expect(creation).toBeHidden()
    expect(await (await call('GET', '/admin/caches/products')).json())
      .toMatchObject({ source: { connection: 'main', hardTimeout: 300, refresh: { every: 3600 } } })

    const read = async (): Promise<(string | null)[]> => {
      const answer = await call('GET', '/api/caches/products/entries/77')
      return [await answer.text(), answer.headers.get('Cache-Status')]
    }
    expect(await read()).toEqual(['old', expect.stringMatching(/fwd=miss; stored/)])
    await redis.command('SET', 'product:77', 'new')
    expect(await read()).toEqual(['old', expect.stringMatching(/hit/)])

    await page.goto(new URL('/caches/products', page.url()).href)
    const open = async (): Promise<void> => {
      await page.getByRole('button', { name: 'More for products' }).click()
      await page.getByRole('menuitem', { name: 'Refresh from the source…' }).click()
    }
    const dialog = page.getByRole('dialog', { name: 'Refresh products' })
    await open()
    await expect(dialog).toContainText('1 entry now.')
    await dialog.getByRole('radio', { name: 'Keys that the source lists' }).press('Space')
    await expect(dialog.getByLabel('Prefix')).toBeVisible()
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Refresh', exact: true }).click()
    await expect(dialog).toBeHidden()

    const jobs = async (): Promise<JobInfo[]> => await (await call('GET', '/admin/jobs')).json() as JobInfo[]
    await expect.poll(async () => (await jobs())[0]?.matched ?? 0, { intervals: [20] }).toBeGreaterThan(0)
    redis.freeze()
    await page.getByRole('button', { name: /^Jobs/ }).click()
    const panel = page.getByRole('dialog', { name: 'Jobs' })
    await expect(panel).toContainText('products · ')
    await expect(panel).toContainText(/entr(?:y|ies) so far/)
    await panel.getByRole('button', { name: /^Cancel Refreshing/ }).click()
    await expect(panel).toContainText(/Refreshing was cancelled after [\d,]+ entr/)
    redis.thaw()
    const [{ kind, state, matched } = { kind: '', state: '', matched: many }] = await jobs()
    expect([kind, state, matched < many]).toEqual(['refresh', 'cancelled', true])
    await page.keyboard.press('Escape')

    await open()
    await dialog.getByRole('radio', { name: 'Keys that the source lists' }).press('Space')
    await dialog.getByLabel('Prefix').fill('77')
    await dialog.getByRole('button', { name: 'Refresh', exact: true }).click()
    await expect(page.getByRole('status').filter({ hasText: /^Refreshed 1,111 entries/ }).first()).toBeAttached()
    expect((await jobs())[0]).toMatchObject({ state: 'done', matched: 1111, target: 'prefix 77' })
    expect(await read()).toEqual(['new', expect.stringMatching(/hit/)])
  }
  finally {
    await redis.dispose()
  }
})
