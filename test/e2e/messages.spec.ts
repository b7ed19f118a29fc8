import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

const three = { json: { operations: ['a', 'b', 'c'].map(key => ({ op: 'set', key, value: { text: key } })) } }

// Red: in NoticeStack.vue let the place be at the bottom of the navigation.
test('messages are in the middle, above the footers', { tag: '@screen' }, async ({ openConsole, call }) => {
  await call('POST', '/api/caches/default/batch', three)
  const page = await openConsole('/caches/default?key=b')
  await page.getByRole('region', { name: 'Entry' }).getByRole('button', { name: 'Copy key' }).click()
  const card = page.getByRole('region', { name: 'Messages' }).locator('.card')
  await card.hover()
  for (const width of [1440, 1024, 400]) {
    await page.setViewportSize({ width, height: 800 })
    const boxes = await Promise.all([
      card,
      page.getByRole('main'),
      page.getByRole('main').locator('footer'),
      page.getByRole('link', { name: 'Docs' }),
    ].map(part => part.boundingBox()))
    const [message, main, footer, docs] = boxes.map(box => box ?? { x: 0, y: 0, width: 0, height: 0 })
    if (!message || !main || !footer || !docs)
      throw new Error('A part has no place')
    expect(Math.abs(message.x + message.width / 2 - main.x - main.width / 2), `${width}: in the middle`).toBeLessThan(2)
    expect(message.x, `${width}: beside the navigation`).toBeGreaterThanOrEqual(docs.x + docs.width)
    const bottom = Math.min(main.y + main.height, 800)
    expect(message.y + message.height, `${width}: above the footer`).toBeLessThanOrEqual(bottom - footer.height)
  }
})
