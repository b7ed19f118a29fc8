import { timed } from '../../helpers/durations'
import { expect, skipWithoutBrowser, test } from '../desktop-test'

skipWithoutBrowser()

test.skip(!timed, 'Asserts durations: run with LARDER_HARD=1.')

const limit = 2000

test('from the start of the process to the first paint @alone', async ({ launch }) => {
  const figures: number[] = []
  for (let round = 0; round < 5; round++) {
    const start = Date.now()
    // On a first start nothing is compiled yet.
    const desktop = await launch({ env: { NODE_DISABLE_COMPILE_CACHE: '1' } })
    const page = await desktop.page()
    const paint = await page.evaluate<number>(
      `new Promise(resolve => new PerformanceObserver(list => list.getEntriesByName('first-contentful-paint').forEach(({ startTime }) => resolve(performance.timeOrigin + startTime))).observe({ type: 'paint', buffered: true }))`,
    )
    figures.push(paint - start)
    await desktop.server.stop()
  }
  const [, , median = Number.NaN] = figures.toSorted((a, b) => a - b)
  console.log(`start to first paint: ${Math.round(median)} ms (median of 5: ${figures.map(Math.round).join(', ')})`)
  test.info().annotations.push({ type: 'figure', description: `start to first paint ${Math.round(median)} ms` })
  expect(median).toBeLessThanOrEqual(limit)
})
