import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createEventLoopMonitor } from '../../../src/main/http/event-loop-delay'
import { patience } from '../../helpers/patience'

it('sees a loop that was held up, once', async () => {
  const monitor = createEventLoopMonitor()
  try {
    // It begins with the turn after its start.
    await sleep(50)
    const until = performance.now() + 120
    while (performance.now() < until);
    let held = { p50: 0, p99: 0, max: 0 }
    await expect.poll(() => (held = monitor.take()).max, { timeout: patience, interval: 20 }).toBeGreaterThan(0.08)
    expect(held.p50).toBeLessThanOrEqual(held.max)
    // Nothing can have been seen since.
    expect(monitor.take().max).toBe(0)
  }
  finally {
    await monitor.dispose()
  }
})
