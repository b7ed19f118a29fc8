import type { ConsoleFixtures } from './console-test'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, skipWithoutBrowser, test } from './console-test'
import { keep, picturePath } from './pictures'

skipWithoutBrowser()

const sizes = [{ width: 1180, height: 760, suffix: '' }, { width: 800, height: 600, suffix: '-small' }] as const

/** Cache, number of entries, bytes per value, n: every n-th read misses. */
const contents = [
  ['default', 214, 180, 12],
  ['products', 1840, 640, 29],
  ['sessions', 943, 380, 17],
  ['thumbnails', 320, 9000, 5],
  ['exchange-rates', 168, 64, 60],
  ['api.github.com', 57, 2400, 3],
] as const

async function fill(call: ConsoleFixtures['call']): Promise<void> {
  const { user } = await (await call('GET', '/admin/session')).json() as { user: { id: string } }
  expect((await call('PATCH', `/admin/users/${user.id}`, { json: { name: 'mara' } })).status).toBe(200)
  for (const json of [
    { name: 'products', ttl: 300 },
    { name: 'sessions', ttl: 1800, sliding: true },
    { name: 'search.results', ttl: 45 },
    { name: 'thumbnails', ttl: 86_400, persistent: true },
    { name: 'exchange-rates', ttl: 900 },
    { name: 'api.github.com', ttl: 90 },
  ])
    expect((await call('POST', '/admin/caches', { json })).status).toBe(201)
  for (const [cache, count, size] of contents) {
    const steps = Array.from({ length: count }, (_, i) =>
      ({ op: 'set', key: `${cache}:${i}`, value: { text: 'x'.repeat(size + i % 97) } }))
    for (let from = 0; from < count; from += 20) {
      expect(
        (await call(
          'POST',
          `/api/caches/${cache}/batch`,
          { json: { operations: steps.slice(from, from + 20) } },
        )).status,
      ).toBe(200)
    }
  }
  await call('PATCH', '/admin/caches/search.results', { json: { enabled: false } })
}

/** Sends one wave of reads to all caches; its height depends on its number. */
async function wave(call: ConsoleFixtures['call'], number: number): Promise<void> {
  const height = 2 + Math.round(3 * (1 + Math.sin(number / 17)) + 2 * (1 + Math.sin(number / 5)))
  await Promise.all(Array.from({ length: height }, (_, i) => {
    const [cache, count, , missing] = contents[Math.floor(Math.sqrt((number * 7 + i * 11) % contents.length ** 2))]
      ?? contents[0]
    const n = number * 7 + i
    return call('GET', `/api/caches/${cache}/entries/${cache}:${n % missing === 0 ? count + n : n % count}`)
  }))
}

/** Reads for so many seconds, which the server counts one by one: its charts are of real time. */
async function work(call: ConsoleFixtures['call'], seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000
  for (let number = 0; performance.now() < end; number++)
    await Promise.all([wave(call, number), sleep(70)])
}

test('pictures of the overview', async ({ openConsole, call }, testInfo) => {
  test.setTimeout(240_000)
  await fill(call)
  const overview = await openConsole()
  await expect(overview.getByRole('row', { name: 'products' }).getByRole('cell').nth(2)).toHaveText('1,840')
  await work(call, keep ? 70 : 1)
  await overview.getByText('1 m', { exact: true }).click()
  await expect(overview.getByText('Live', { exact: true })).toBeVisible()

  for (const colorScheme of ['light', 'dark'] as const) {
    await overview.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const { width, height, suffix } of sizes) {
      await overview.setViewportSize({ width, height })
      await overview.waitForTimeout(500)
      // Nothing is cut off, even in the small window.
      expect(await overview.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
      expect(await overview.evaluate(
        'Math.max(...[...document.querySelectorAll("main, table")].map(element => element.scrollWidth - element.clientWidth))',
      )).toBeLessThanOrEqual(0)
      const name = `overview-${colorScheme}${suffix}.png`
      await overview.screenshot({ path: picturePath(name, testInfo) })
    }
  }

  const grounds = new Set<unknown>()
  for (const theme of ['light', 'dark']) {
    grounds.add(await overview.evaluate(
      `document.documentElement.dataset.theme = '${theme}', getComputedStyle(document.documentElement).backgroundColor`,
    ))
  }
  expect(grounds.size).toBe(2)
})
