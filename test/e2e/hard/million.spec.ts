import { timed } from '../../helpers/durations'
import { expect, skipWithoutBrowser, test } from '../console-test'
import { choose, figuresOf, timeInPage, typeFilter } from '../timing'

skipWithoutBrowser()

const count = 1_000_000
/** Number of folders below the single one at the top. */
const folders = 50
/** Maximum milliseconds from the action to the frame. */
const bar = 150
const rounds = 5

test.skip(!timed, 'A million entries take minutes: run with LARDER_HARD=1.')

const firstRow = 'String(document.querySelector("[aria-label=Entries] [aria-rowindex=\'2\']")?.textContent)'
function folderRow(name: string): string {
  return `[...document.querySelectorAll('[role=treeitem]')].find(row => row.textContent.trim().startsWith(${JSON.stringify(name)}))`
}
const smallest = 'k:19:0000119'
const keyOf = (number: number): string => `k:${number % folders}:${String(number).padStart(7, '0')}`

const most = keyOf(77_777)

// Red when `firstPause` in read-window.ts is 200, or when the level walk of
// src/main/cache/order/walk.ts visits every entry of a folder.
test('a million entries: any window, order, prefix and folder within 150 ms @alone', async ({ openConsole, call }) => {
  test.setTimeout(600_000)
  for (let from = 0; from < count; from += 5000) {
    const operations = Array.from({ length: 5000 }, (_, i) =>
      ({ op: 'set', key: keyOf(from + i), value: { text: 'x'.repeat((from + i + 1) % 40) } }))
    expect((await call('POST', '/api/caches/default/batch', { json: { operations } })).status).toBe(200)
  }
  // Different numbers of hits; the first entries by hits and by size are not the first by key.
  for (let hits = 1; hits <= 3; hits++) {
    await call(
      'POST',
      '/api/caches/default/batch',
      { json: { operations: Array.from({ length: hits * 100 }, (_, i) => ({ op: 'get', key: keyOf(i * 79) })) } },
    )
  }
  await call(
    'POST',
    '/api/caches/default/batch',
    { json: { operations: Array.from({ length: 9 }, () => ({ op: 'get', key: most })) } },
  )

  const page = await openConsole('/caches/default')
  const progress = page.getByRole('progressbar', { name: 'Sorting' })
  await expect(progress).toBeVisible()
  await expect(page.getByRole('grid', { name: 'Entries' })).toHaveAttribute(
    'aria-rowcount',
    String(count + 1),
    { timeout: 120_000 },
  )
  await expect(progress).toBeHidden()
  for (const sort of ['size', 'hits', 'key']) {
    await page.getByLabel('Sort by').selectOption(sort)
    await expect(page.getByRole('grid', { name: 'Entries' }).getByRole('row').nth(1)).toContainText(/k:\d+:\d{7}/)
    await expect(progress).toBeHidden({ timeout: 120_000 })
  }

  const figures: { median: number, figure: string }[] = []
  async function measure(name: string, once: (round: number) => Promise<number>): Promise<void> {
    const times: number[] = []
    for (let round = 0; round < rounds; round++)
      times.push(await once(round))
    figures.push(figuresOf(name, times))
  }

  await measure('first window', async () => {
    await page.getByRole('link', { name: 'Overview' }).click()
    await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
    return timeInPage(
      page,
      'document.querySelector(\'table a[href="/caches/default"]\').click()',
      `return ${firstRow}.includes('k:0:0000000')`,
    )
  })
  // The frame in which every row belongs to the new place: read from the server, not merely
  // scrolled to.
  await measure('scroll', round => timeInPage(page, `const list = document.querySelector('[aria-label=Entries]')
    list.scrollTop = list.scrollHeight * ${(round + 1) / (rounds + 2)}`, `const rows = [...document.querySelectorAll('[aria-label=Entries] [aria-rowindex]')].slice(1)
    const list = document.querySelector('[aria-label=Entries]')
    return Math.abs(Number(rows[0]?.ariaRowIndex) / ${count} - list.scrollTop / list.scrollHeight) < 0.01 && rows.length > 10 && rows.every(row => row.textContent.includes('k:'))`))
  await timeInPage(
    page,
    'document.querySelector("[aria-label=Entries]").scrollTop = 0',
    `return ${firstRow}.includes('k:0:0000000')`,
  )
  await measure('sort by size', async () => {
    const time = await timeInPage(
      page,
      choose('Sort by', 'size'),
      `return document.querySelector('[aria-sort=ascending]')?.textContent === 'Size' && ${firstRow}.includes('${smallest}')`,
    )
    await timeInPage(
      page,
      choose('Sort by', 'key'),
      `return ${firstRow}.includes('k:0:0000000') && document.querySelector('[aria-sort=ascending]')?.textContent === 'Key'`,
    )
    return time
  })
  await measure('sort by hits', async () => {
    const descending = await timeInPage(page, `${choose('Sort by', 'hits')}
      document.querySelector('[aria-label=Ascending]').click()`, `return ${firstRow}.includes('${most}') && document.querySelector('[aria-sort=descending]')?.textContent === 'Hits'`)
    await page.getByRole('button', { name: 'Descending' }).click()
    await timeInPage(
      page,
      choose('Sort by', 'key'),
      `return ${firstRow}.includes('k:0:0000000') && document.querySelector('[aria-sort=ascending]')?.textContent === 'Key'`,
    )
    return descending
  })
  await measure('prefix', round =>
    timeInPage(
      page,
      typeFilter(`k:${round + 7}:`),
      `return ${firstRow}.includes('k:${round + 7}:') && document.querySelector('footer [role=status]')?.textContent === '20,000 entries match'`,
    ))
  await timeInPage(page, typeFilter(''), `return ${firstRow}.includes('k:0:0000000')`)
  await page.getByLabel('Show as').selectOption(':')
  await expect(page.getByRole('treeitem', { name: /^k: 1,000,000/ })).toBeVisible({ timeout: 60_000 })
  figures.push(figuresOf(
    'folder of everything',
    [await timeInPage(page, `${folderRow('k:')}.click()`, `return ${folderRow('0:20,000')} !== undefined`)],
  ))
  await measure('folder', async (round) => {
    const folder = folderRow(`${round + 10}:20,000`)
    const entry = folderRow(`k:${round + 10}:00000${round + 10}`)
    const time = await timeInPage(page, `${folder}.click()`, `return ${entry} !== undefined`)
    await timeInPage(page, `${folder}.click()`, `return ${entry} === undefined`)
    return time
  })

  for (const { figure } of figures) {
    console.log(figure)
    test.info().annotations.push({ type: 'figure', description: figure })
  }
  expect(figures.filter(({ median }) => median > bar).map(({ figure }) => figure)).toEqual([])
})
