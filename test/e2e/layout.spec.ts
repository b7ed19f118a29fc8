import type { Page } from '@playwright/test'
import type { ConsoleFixtures } from './console-test'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()
test.slow()

const long = 'names-of-things-are-as-long-as-the-things-are-plenty-0123456789'
const widths = Array.from({ length: 39 }, (_, step) => 400 + 40 * step)

async function fill(call: ConsoleFixtures['call']): Promise<void> {
  for (const [path, json] of [
    ['/admin/caches', { name: long, ttl: 5400, persistent: true }],
    ['/admin/keys', { label: long, scopes: ['read', 'write'], caches: [long], origins: ['http://localhost:5173'] }],
    ['/admin/users', { name: long, password: 'correct horse battery' }],
    [`/api/caches/${long}/batch`, { operations: [{ op: 'set', key: `${long}:1`, value: { text: 'v' }, ttl: 5400 }] }],
  ] as const)
    expect((await call('POST', path, { json })).status).toBeLessThan(300)
  await call('GET', `/api/caches/${long}/entries/${long}:1`)
}

/**
 * Names that cannot be read, as text for the page: the cell has neither 9rem nor all of its text,
 * something lies over it, it is outside of the window, or no tooltip tells what is cut.
 */
const unreadable = `selector => {
  const cells = [...document.querySelectorAll(selector)]
  const faults = cells.flatMap(cell => {
    cell.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    const { left, right, top, bottom, width } = cell.getBoundingClientRect()
    const hit = document.elementFromPoint(left + 24, (top + bottom) / 2)
    const cut = [cell, ...cell.querySelectorAll('*')].some(part => part.scrollWidth > part.clientWidth + 1
      && part.clientWidth > 0 && getComputedStyle(part).overflowX !== 'visible')
    const told = [cell, ...cell.querySelectorAll('[title]')].some(part => part.title.includes(cell.textContent.trim().slice(0, 60)))
    return [
      cut && width < 143.5 && 'has ' + Math.round(width) + ' px',
      cut && !told && 'has no tooltip',
      (left < 0 || left + Math.min(width, 144) > innerWidth + 0.5) && 'is outside',
      !cell.contains(hit) && 'is covered',
    ].filter(Boolean).map(fault => fault + ': ' + cell.textContent.trim())
  })
  const wide = document.documentElement.scrollWidth - innerWidth
  return [...faults, ...cells.length === 0 ? ['no name'] : [], ...wide > 0 ? ['page too wide by ' + wide] : []]
}`

async function expectReadable(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().waitFor()
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 })
      const faults = await page.evaluate<string[]>(`new Promise(done => requestAnimationFrame(() =>
        requestAnimationFrame(() => done((${unreadable})(${JSON.stringify(selector)})))))`)
      found.push(...faults.map(fault => `${colorScheme} at ${width}: ${fault}`))
    }
  }
  expect(found).toEqual([])
}

const table = 'main table tbody th'
const entries = '[aria-label=Entries] [role=row] .key[role=gridcell]'
const screens: readonly (readonly [name: string, path: string, selector: string])[] = [
  ['caches', '/', table],
  ['API keys', '/keys', table],
  ['users', '/settings', table],
  ['entries', `/caches/${long}`, entries],
  ['entries beside an open one', `/caches/${long}?key=${long}:1`, entries],
  ['the cache in the header', `/caches/${long}`, 'header h1 button'],
  ['requests', '/requests', '[aria-label=Requests] .key[role=gridcell]'],
]

// Red: in DataTable.vue remove `min-width` and `container-type`; in ToggleSwitch.vue show the word.
for (const [name, path, selector] of screens) {
  test(`names can be read at every width: ${name}`, { tag: '@screen' }, async ({ openConsole, call }) => {
    await fill(call)
    const page = await openConsole(path)
    await expectReadable(page, selector)
  })
}

// Red: in KeyTable.vue make the columns of times 7rem wide.
test('dates of API keys are not cut', { tag: '@screen' }, async ({ openConsole, page }) => {
  await openConsole('/keys')
  await page.getByRole('row').nth(1).waitFor()
  const cut = `['Created', 'Last used'].filter(title => {
    const { cellIndex } = [...document.querySelectorAll('main th')].find(head => head.textContent.trim() === title)
    const cell = document.querySelector('main tbody tr').cells[cellIndex]
    cell.textContent = '59 minutes ago'
    return cell.offsetParent !== null && cell.scrollWidth > cell.clientWidth
  })`
  for (const width of [1440, 1180, 1100, 800]) {
    await page.setViewportSize({ width, height: 800 })
    expect(await page.evaluate(cut), `${width}`).toEqual([])
  }
})

// Red: in src/renderer/src/views/cache/settings/SettingsTab.vue leave out `flex-wrap`, or the rule
// for the buttons of the danger zone.
test('the settings of a cache with a long name fit into a narrow window', async ({ openConsole, call }) => {
  await fill(call)
  const page = await openConsole(`/caches/${long}?tab=settings`)
  await page.setViewportSize({ width: 400, height: 800 })
  await expect(page.getByRole('button', { name: `Delete ${long}` })).toBeVisible()
  const outside = await page.evaluate(`[...document.querySelectorAll('.settings .panel button, .settings time, .settings .panel .muted')]
    .filter((part) => {
      const { left, right } = part.getBoundingClientRect()
      const room = part.closest('.panel').getBoundingClientRect()
      return left < room.left || right > room.right || part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 0
    })
    .map(part => part.textContent.trim())`)
  expect(outside).toEqual([])
})

/** Texts that are wider than their place, or stand out of their panel, as text for the page. */
function cutOf(selector: string): string {
  return `[...document.querySelectorAll('${selector}')].filter((part) => {
  const room = part.closest('.panel').getBoundingClientRect()
  return part.scrollWidth > part.clientWidth || part.getBoundingClientRect().right > room.right
}).map(part => part.textContent.trim())`
}

// Red: in KeyTable.vue show the scopes as they come, or make their column 7.5rem wide; in
// FigureStrip.vue give the last column 0.9fr; in ChoiceRow.vue leave out `flex-wrap`.
test('what matters of a key, of the memory and of the choices is not cut', async ({ openConsole, call }) => {
  await call('POST', '/admin/keys', { json: { label: 'keeper', scopes: ['read', 'write', 'admin'], caches: null } })
  await call('PUT', '/v1/a', { body: 'x'.repeat(110_000) })
  const page = await openConsole('/keys')
  await page.setViewportSize({ width: 1280, height: 800 })
  const cell = page.getByRole('row', { name: 'keeper' }).getByRole('cell').first()
  await expect(cell).toHaveText('admin, read, write')
  expect(await page.evaluate(cutOf('tbody td.from-25'))).toEqual([])

  await page.getByRole('link', { name: 'Overview' }).click()
  const memory = page.getByRole('figure').filter({ hasText: 'Memory' })
  await expect(memory).toContainText(/1\d\d kB of 256 MB/)
  await memory.locator('small').evaluate(part => part.textContent = 'of 25.3 GB')
  for (const width of [1440, 1280, 1240, 1024, 640, 400]) {
    await page.setViewportSize({ width, height: 800 })
    expect(await page.evaluate(cutOf('figure:last-of-type .value')), `${width}`).toEqual([])
  }

  await page.getByRole('link', { name: 'Settings', exact: true }).click()
  await page.getByRole('group', { name: 'Without an API key, clients may' }).waitFor()
  expect(await page.evaluate(cutOf('fieldset .row'))).toEqual([])
})
