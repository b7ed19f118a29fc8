import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createEventLoopMonitor } from '../../../src/main/http/event-loop-delay'

it('sees a loop that was held up, once', async () => {
  const monitor = createEventLoopMonitor()
  try {
    await sleep(50)
    monitor.take()
    await sleep(30)
    const until = performance.now() + 120
    while (performance.now() < until);
    await sleep(30)
    const held = monitor.take()
    expect(held.max).toBeGreaterThan(0.08)
    expect(held.p50).toBeLessThan(held.max)
    expect(monitor.take().max).toBeLessThan(held.max)
  }
  finally {
    await monitor.dispose()
  }
})
