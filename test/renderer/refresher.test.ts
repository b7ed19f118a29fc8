import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRefresher } from '../../src/renderer/src/composables/refresher'
import { createQueue } from '../../src/renderer/src/queue'

describe('refresher', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('reads at once, then once more for all that was asked meanwhile, and never twice at a time', async () => {
    let running = 0
    let reads = 0
    const refresher = createRefresher(async () => {
      expect(++running).toBe(1)
      await new Promise(resolve => setTimeout(resolve, 30))
      running--
      reads++
    }, 100)
    for (let i = 0; i < 1000; i++)
      refresher.request()
    await vi.advanceTimersByTimeAsync(30)
    expect(reads).toBe(1)
    await vi.advanceTimersByTimeAsync(100 + 30)
    expect(reads).toBe(2)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(reads).toBe(2)
    refresher.request()
    await vi.advanceTimersByTimeAsync(30)
    expect(reads).toBe(3)
  })

  it('does nothing after it was stopped, also not what was still to come', async () => {
    let reads = 0
    const refresher = createRefresher(async () => void reads++, 100)
    refresher.request()
    refresher.request()
    refresher.stop()
    refresher.request()
    await vi.advanceTimersByTimeAsync(1000)
    expect(reads).toBe(1)
  })
})

describe('queue', () => {
  it('keeps the order, and goes on after a failure', async () => {
    const inTurn = createQueue()
    const done: string[] = []
    const slow = inTurn(async () => {
      await new Promise(resolve => setTimeout(resolve, 10))
      done.push('slow')
      throw new Error('failed')
    })
    const fast = inTurn(async () => done.push('fast'))
    await expect(slow).rejects.toThrow('failed')
    await fast
    expect(done).toEqual(['slow', 'fast'])
  })
})
