import type { LineTimes } from '../../src/main/upstreams/line'
import type { Upstreams } from '../../src/main/upstreams/upstreams'
import { onTestFinished } from 'vitest'
import { systemClock, systemStopwatch } from '../../src/main/base/clock'
import { silentLogger } from '../../src/main/base/logger'
import { createDrivers } from '../../src/main/upstreams/drivers'
import { lineTimes } from '../../src/main/upstreams/line'
import { createUpstreams } from '../../src/main/upstreams/upstreams'
import { readConnectionUrl } from '../../src/shared/connections/read'

export const quickLine: LineTimes = { ...lineTimes, first: 20, longest: 200 }

/** A pool with one connection, called main, which is gone when the test has finished. */
export function poolFor(
  url: string,
  times: LineTimes = quickLine,
  moreSecrets: Readonly<Record<string, string>> = {},
): Upstreams {
  const pool = createUpstreams({
    drivers: createDrivers({ home: '/nowhere', clock: systemClock }),
    stopwatch: systemStopwatch,
    logger: silentLogger,
    onChange: () => {},
    times,
  })
  onTestFinished(() => pool.dispose())
  const { secrets, ...definition } = readConnectionUrl(url)
  pool.put('main', { ...definition, secrets: async () => ({ ...secrets, ...moreSecrets }) })
  return pool
}
