import { gzipSync } from 'node:zlib'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

/** Bytes of a first load: scripts as gzip, fonts as they are. */
const budget = { script: 200_000, font: 90_000 }

// Red: import the editor of EntryPanel.vue at once, or take the fonts with all scripts.
test('a first load stays within its budget, and writes in the bundled fonts @http', async ({ page, server }) => {
  const bytes = { script: 0, font: 0 }
  const sizes: Promise<void>[] = []
  page.on('response', (response) => {
    const kind = response.request().resourceType()
    if (kind === 'script' || kind === 'font') {
      sizes.push(response.body().then((body) => {
        bytes[kind] += kind === 'script' ? gzipSync(body).length : body.length
      }))
    }
  })
  await page.goto(`${server.url}/sign-in`)
  await expect(page.getByRole('heading').first()).toBeVisible()
  const drawn = await page.evaluate<string[]>(`(async () => {
    await document.fonts.load('13px "Inter Variable"')
    await document.fonts.load('13px "JetBrains Mono Variable"')
    return [...document.fonts].map(({ family, status }) => family.replaceAll('"', '') + ' ' + status).sort()
  })()`)
  expect(drawn).toEqual(['Inter Variable loaded', 'JetBrains Mono Variable loaded'])
  const ligatures = await page.evaluate<string[]>(`[...document.body.querySelectorAll('*')]
    .map(element => getComputedStyle(element).fontVariantLigatures)`)
  expect(new Set(ligatures)).toEqual(new Set(['none']))
  await Promise.all(sizes)
  expect(bytes.script).toBeGreaterThan(0)
  expect(bytes.script).toBeLessThanOrEqual(budget.script)
  expect(bytes.font).toBeGreaterThan(0)
  expect(bytes.font).toBeLessThanOrEqual(budget.font)
})
