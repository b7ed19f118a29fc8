import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createEventLoopMonitor } from '../../../src/main/watchdog/event-loop-delay'

it('sees a loop that was held up, once', async () => {
  const monitor = createEventLoopMonitor()
  try {
    // It starts measuring with the next turn.
    await sleep(50)
    const until = performance.now() + 120
    while (performance.now() < until);
    // Its timer has been due for longer than this one, so it has measured before.
    await sleep(30)
    expect(monitor.look().max).toBeGreaterThan(0.08)
    const held = monitor.take()
    expect(held.max).toBeGreaterThan(0.08)
    expect(held.p50).toBeLessThanOrEqual(held.max)
    // Nothing can have been measured since.
    expect(monitor.take().max).toBe(0)
  }
  finally {
    await monitor.dispose()
  }
})
