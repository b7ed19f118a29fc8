import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createTracking } from '../../../../src/main/serving/backends/tracking'
import { SourceError } from '../../../../src/main/serving/sources/source'
import { createManualTimer } from '../../../helpers/manual-timer'

/** A server that answers PINGs when it is told to. */
function setUpTracking() {
  const timer = createManualTimer()
  const ways: { end: (why: string) => void, pings: (() => void)[], closed: boolean }[] = []
  const seen: string[] = []
  const parts = { now: 0, on: true, refuses: false, answers: true }
  let told: (keys: readonly string[] | null) => void = () => {}
  const tracking = createTracking({
    async open(onChanged) {
      if (parts.refuses)
        throw new SourceError('unreachable', 'Nothing listens there.')
      told = onChanged
      const { promise: ended, resolve: end } = Promise.withResolvers<string>()
      const way = { end, pings: [] as (() => void)[], closed: false }
      ways.push(way)
      return {
        ended,
        ping: () => new Promise<void>(resolve => parts.answers ? resolve() : way.pings.push(resolve)),
        close: () => {
          way.closed = true
          end('closed')
        },
      }
    },
    changed: keys => void seen.push(Array.isArray(keys) ? keys.join() : 'all'),
    lost: () => void seen.push('lost'),
    isOn: () => parts.on,
    stopwatch: { now: () => parts.now },
    timer,
  })
  async function pass(milliseconds: number): Promise<void> {
    parts.now += milliseconds
    timer.advance(milliseconds)
    await turn()
  }
  return { tracking, ways, seen, parts, pass, timer, tell: (keys: readonly string[] | null) => told(keys) }
}

describe('a tracking connection', () => {
  // Red: in src/main/serving/backends/tracking.ts let `trusted` be whether it is connected.
  it('is trusted for 3 seconds after the PING that was answered last was sent', async () => {
    const { tracking, parts, pass, ways } = setUpTracking()
    expect(tracking.trusted).toBe(false)
    tracking.start()
    await turn()
    expect([tracking.connected, tracking.trusted]).toEqual([true, true])
    parts.answers = false
    await pass(1000)
    // The read itself looks at the time, though no timer has acted.
    parts.now = 2999
    expect(tracking.trusted).toBe(true)
    parts.now = 3000
    expect([tracking.connected, tracking.trusted]).toEqual([true, false])
    // Red: in the same file count from when the answer came.
    ways[0]?.pings.shift()?.()
    await turn()
    expect(tracking.trusted).toBe(true)
    parts.now = 4000
    expect(tracking.trusted).toBe(false)
  })

  it('is given up where a PING stays unanswered, and opened again after longer and longer waits', async () => {
    const { tracking, parts, pass, ways, seen } = setUpTracking()
    tracking.start()
    await turn()
    parts.answers = false
    for (let second = 0; second < 5; second++)
      await pass(1000)
    expect([ways.map(({ closed }) => closed), tracking.connected]).toEqual([[true], false])
    expect(tracking.state().detail).toBe('The server does not answer any more.')
    parts.refuses = true
    for (const wait of [100, 200, 400, 800, 1600, 3200, 5000])
      await pass(wait)
    expect(tracking.state()).toMatchObject({ connected: false, detail: 'Nothing listens there.' })
    parts.refuses = false
    parts.answers = true
    await pass(5000)
    expect(tracking.trusted).toBe(true)
    expect(seen).toEqual(['all', 'lost', 'all'])
  })

  it('tells what changed, and counts it', async () => {
    const { tracking, seen, tell } = setUpTracking()
    tracking.start()
    await turn()
    tell(['a', 'b'])
    tell(null)
    expect(seen).toEqual(['all', 'a,b', 'all'])
    expect(tracking.state()).toEqual({ connected: true, since: 0, pinged: 0, invalidations: 2, detail: null })
  })

  // Red: in the same file ping without asking whether it is on.
  it('rests while a switch is off, until the next use', async () => {
    const { tracking, parts, pass, ways, timer } = setUpTracking()
    tracking.start()
    await turn()
    parts.on = false
    await pass(1000)
    expect([ways[0]?.closed, tracking.connected, timer.waiting]).toEqual([true, false, 0])
    parts.on = true
    tracking.start()
    await turn()
    expect([tracking.trusted, ways.length]).toEqual([true, 2])
    tracking.dispose()
    expect([ways[1]?.closed, timer.waiting]).toEqual([true, 0])
    tracking.start()
    await turn()
    expect(ways).toHaveLength(2)
  })
})
