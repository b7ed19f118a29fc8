import type { Clock, RealClock, Stopwatch } from '../../../src/main/base/clock'
import { expect, it } from 'vitest'
import { createSessions } from '../../../src/main/admin/sessions'
import { createUserDirectory } from '../../../src/main/admin/user-directory'
import { createManualClock, systemClock, systemStopwatch } from '../../../src/main/base/clock'
import { silentLogger } from '../../../src/main/base/logger'
import { timeLimit } from '../../../src/main/cache/order/slices'
import { createMemoryMetadata } from '../../helpers/memory-metadata'

// Red: the compiler refuses this file if both types are alike, as when `Clock` gets a member `now`.
it('keeps the clock of lives and the stopwatch of work apart by their types', () => {
  const shifted: Clock = { wall: () => systemClock.wall() + 60_000, monotonic: () => systemClock.monotonic() + 60_000 }
  const metadata = createMemoryMetadata()
  // @ts-expect-error work does not go by a clock
  const notWork: Stopwatch = systemClock
  // @ts-expect-error lives do not go by a stopwatch
  const notLife: Clock = systemStopwatch
  // @ts-expect-error a clock that somebody shifts is not the machine's
  const notReal: RealClock = shifted
  // @ts-expect-error nobody stays signed in by shifting a clock
  createSessions({ metadata, users: createUserDirectory(metadata), clock: shifted, logger: silentLogger }).dispose()
  expect(() => timeLimit(notWork, 1)).toThrow(TypeError)
  expect([notLife, notReal]).toEqual([systemStopwatch, shifted])
})

it('runs the stopwatch with neither a jump nor a sleep', () => {
  const clock = createManualClock(0, 5)
  clock.jump(1000)
  clock.suspend(1000)
  expect(clock.stopwatch.now()).toBe(5)
  clock.advance(3)
  expect([clock.wall(), clock.monotonic(), clock.stopwatch.now()]).toEqual([2003, 8, 8])
})
