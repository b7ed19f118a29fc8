import type { Page } from '@playwright/test'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

/** Elements whose content does not fit into them sideways. */
async function cutOff(page: Page, selector: string): Promise<number[]> {
  await page.locator(selector).first().waitFor()
  return page.evaluate(`[...document.querySelectorAll(${JSON.stringify(selector)})]
    .map(element => element.scrollWidth - element.clientWidth).filter(rest => rest > 0)`)
}

// Red: in HexDump.vue let `perRow` be 16; in RequestCode.vue leave `white-space` out.
test('hex keeps its ASCII column, and code wraps, at every width', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  const long = `key:${'0123456789/'.repeat(20)}`
  await call('PUT', `/api/caches/default/entries/${encodeURIComponent(long)}`, { body: 'The ASCII column is shown.' })
  const page = await openConsole(`/caches/default?key=${encodeURIComponent(long)}`)
  await page.getByRole('button', { name: 'Hex' }).click()
  for (const width of [1440, 1180, 1024, 900, 400]) {
    await page.setViewportSize({ width, height: 800 })
    await expect(page.getByRole('group', { name: 'Hex' })).toContainText('The ')
    await expect.poll(() => cutOff(page, '.hex'), { message: `${width}` }).toEqual([])
  }
  await page.goto(new URL(`/playground?cache=default`, page.url()).href)
  await page.getByRole('textbox', { name: 'Key' }).fill(long)
  for (const width of [1440, 1024, 400]) {
    await page.setViewportSize({ width, height: 800 })
    await expect.poll(() => cutOff(page, 'pre'), { message: `${width}` }).toEqual([])
  }
})
