import type { Page } from '@playwright/test'
import { Buffer } from 'node:buffer'
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

// Red: in use-browser.ts leave `inNaturalOrder` out; in EntryRow.vue let `name` be the key.
test('a tree shows last segments, with numbers in order', { tag: '@screen' }, async ({ openConsole, call }) => {
  const keys = ['109:cart', '10:cart', '110:cart', '9:cart', '9:list'].map(key => `user:${key}`)
  await call('POST', '/api/caches/default/batch', {
    json: { operations: keys.map(key => ({ op: 'set', key, value: { text: 'v' } })) },
  })
  const page = await openConsole('/caches/default?tree=%3A')
  const items = page.getByRole('tree', { name: 'Entries' }).getByRole('treeitem')
  await items.first().click()
  await expect(items).toHaveText([/^user:/, /^9:/, /^10:/, /^109:/, /^110:/])
  await items.nth(1).click()
  await expect(items).toHaveText([/^user:/, /^9:/, /^cart/, /^list/, /^10:/, /^109:/, /^110:/])
  await expect(items.nth(2).getByTitle('user:9:cart')).toBeVisible()
})

interface Box { x: number, y: number, width: number, height: number }

/** Colours in a picture of the screen, along the edges of a box. */
async function edgeColours(page: Page, box: Box): Promise<string[]> {
  const picture = Buffer.from(await page.screenshot({ clip: box })).toString('base64')
  return page.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob('${picture}'), letter => letter.charCodeAt(0))
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d')
    canvas.drawImage(image, 0, 0)
    const at = (x, y) => canvas.getImageData(Math.round(x), Math.round(y), 1, 1).data.join()
    const parts = [0.02, 0.1, 0.3, 0.5, 0.7, 0.9]
    return [...new Set(parts.flatMap(part => [
      at(image.width * part, 0), at(image.width * part, image.height - 1),
      at(0, image.height * part), at(image.width - 1, image.height * part),
    ]))]
  })()`)
}

// Red: in VirtualRows.vue draw the ring as an outline of the list itself.
test('the focus ring of the list lies over its rows', { tag: '@screen' }, async ({ openConsole, call }) => {
  await call('POST', '/api/caches/default/batch', {
    json: { operations: Array.from({ length: 60 }, (_, n) => ({ op: 'set', key: `k${n}`, value: { text: 'v' } })) },
  })
  const page = await openConsole('/caches/default')
  const list = page.getByRole('grid', { name: 'Entries' })
  await list.getByRole('row').nth(1).click()
  await page.keyboard.press('ArrowDown')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expect.poll(async () => {
      const box = await list.boundingBox()
      return box ? await edgeColours(page, box) : []
    }).toHaveLength(1)
  }
})
