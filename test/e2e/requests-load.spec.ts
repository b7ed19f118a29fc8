import { setTimeout as sleep } from 'node:timers/promises'
import { timed } from '../helpers/durations'
import { patience } from '../helpers/patience'
import { expect, skipWithoutBrowser, test } from './console-test'
import { openPipeline } from './pipeline'

skipWithoutBrowser()

/** Requests per second, and seconds. */
const load = timed ? { rate: 5000, seconds: 30 } : { rate: 1000, seconds: 4 }

/** Counts frames and measures the longest time between two. */
const countFrames = `(() => {
  const counter = window.frames_ = { frames: 0, longest: 0, started: performance.now() }
  let before = counter.started
  const next = now => {
    counter.frames++
    counter.longest = Math.max(counter.longest, now - before)
    before = now
    requestAnimationFrame(next)
  }
  requestAnimationFrame(next)
})()`
const readFrames = `({ ...window.frames_, lasted: performance.now() - window.frames_.started })`
/** Layout shifts of the page, except those that a person caused (web.dev/cls). */
const watchShifts = `new PerformanceObserver(list => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput)
      window.shifts_ = (window.shifts_ ?? 0) + entry.value
}).observe({ type: 'layout-shift', buffered: false })`

/** Simulates an app that reads at a steady rate. Returns the number of responses. */
async function readSteadily(server: { url: string, apiKey: string }): Promise<number> {
  const pipeline = await openPipeline(server)
  const started = performance.now()
  const wanted = load.rate * load.seconds
  for (let sent = 0; sent < wanted;) {
    const due = Math.min(wanted, Math.floor((performance.now() - started) / 1000 * load.rate))
    const paths: string[] = []
    for (; sent < due; sent++)
      paths.push(`/v1/user:${sent % 997}:profile`)
    await pipeline.send(paths)
    await sleep(10)
  }
  await pipeline.end(wanted)
  return wanted
}

test(`follows ${load.rate} requests a second: ${timed ? 'frames, ' : ''}exact counts, flat memory, nothing jumps`, {
  tag: '@alone',
}, async ({
  openConsole,
  server,
  call,
}) => {
  test.setTimeout(load.seconds * 1000 + 3 * patience)
  for (let i = 0; i < 997; i += 2)
    await call('PUT', `/v1/user:${i}:profile`, { body: '{"name":"x"}' })
  const page = await openConsole('/requests')
  await expect(page.locator('[data-figure="stored"]')).toHaveText('499')
  const session = await page.context().newCDPSession(page)
  const heap = async (): Promise<number> => {
    await session.send('HeapProfiler.collectGarbage')
    return (await session.send('Runtime.getHeapUsage') as { usedSize: number }).usedSize / 1024 / 1024
  }

  // Processor time of the page's main thread: the cost of the page, whatever else the machine is
  // doing.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const busy = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics') as { metrics: { name: string, value: number }[] }
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
  }

  await page.evaluate(watchShifts)
  const before = await heap()
  const busyBefore = await busy()
  await page.evaluate(countFrames)
  const answered = await readSteadily(server)
  const { frames, longest, lasted } = await page.evaluate(readFrames) as {
    frames: number
    longest: number
    lasted: number
  }
  const share = (await busy() - busyBefore) / (lasted / 1000)
  expect(answered).toBe(load.rate * load.seconds)

  const whole = new Intl.NumberFormat('en')
  await expect(page.locator('[data-figure="total"]')).toHaveText(whole.format(answered + 499))
  const hits = Number((await page.locator('[data-figure="hit"]').textContent() ?? '').replaceAll(',', ''))
  const misses = Number((await page.locator('[data-figure="miss"]').textContent() ?? '').replaceAll(',', ''))
  expect(hits + misses).toBe(answered)
  const after = await heap()
  const shifts = Number(await page.evaluate('window.shifts_ ?? 0'))
  console.log(
    `${load.rate}/s for ${load.seconds} s: ${(frames / lasted * 1000).toFixed(1)} frames/s, longest ${longest.toFixed(0)} ms, main thread busy ${(share * 100).toFixed(0)} %, heap ${before.toFixed(1)} → ${after.toFixed(1)} MB, CLS ${shifts.toFixed(4)}`,
  )
  if (timed) {
    expect(share).toBeLessThan(0.4)
    expect(frames / lasted * 1000).toBeGreaterThanOrEqual(50)
  }
  expect(after - before).toBeLessThan(50)
  expect(shifts).toBeLessThan(0.02)
  // Only visible rows are drawn, and the number of kept requests is limited.
  expect(await page.getByRole('row').count()).toBeLessThan(60)
  const kept = Number(await page.getByRole('grid', { name: 'Requests' }).getAttribute('aria-rowcount')) - 1
  expect(kept).toBeGreaterThan(1000)
  expect(kept).toBeLessThanOrEqual(80_000)
})
