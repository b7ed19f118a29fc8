import type { Source, SourceWrites } from '../../../src/main/serving/sources/source'
import type { LineTimes } from '../../../src/main/upstreams/line'
import type { Upstreams } from '../../../src/main/upstreams/upstreams'
import type { ConnectionResult } from '../../../src/shared/connections/schemas'
import type { MongodbServer } from '../mongodb-server'
import { onTestFinished } from 'vitest'
import { systemClock, systemStopwatch } from '../../../src/main/base/clock'
import { silentLogger } from '../../../src/main/base/logger'
import { createDrivers } from '../../../src/main/upstreams/drivers'
import { lineTimes } from '../../../src/main/upstreams/line'
import { createUpstreams } from '../../../src/main/upstreams/upstreams'
import { readConnection } from '../../../src/shared/connections/read'
import { startMongodb } from '../mongodb-server'

const quick: LineTimes = { ...lineTimes, first: 20, longest: 200 }

/** The connection main, with these fields, which is closed with the test. */
export function poolFor(fields: Record<string, unknown>, times = quick): Upstreams {
  const pool = createUpstreams({
    drivers: createDrivers({ home: '/nowhere', clock: systemClock }),
    stopwatch: systemStopwatch,
    logger: silentLogger,
    onChange: () => {},
    times,
  })
  onTestFinished(() => pool.dispose())
  const { secrets, ...definition } = readConnection('mongodb', fields)
  pool.put('main', { ...definition, secrets: async () => secrets })
  return pool
}

export function sourceFor(fields: Record<string, unknown>): Required<Source> & { writes: Required<SourceWrites> } {
  const source = poolFor(fields).sourceOf('main', { format: 'text/plain' })
  if (!source?.writes?.replace || !source.keys)
    throw new Error('There should be a whole source')
  return source as Required<Source> & { writes: Required<SourceWrites> }
}

/** Tests a connection with these fields, as a person does. */
export async function tryOut(fields: Record<string, unknown>, write = true): Promise<ConnectionResult> {
  const { secrets, ...definition } = readConnection('mongodb', fields)
  const connection = { ...definition, secrets: async () => secrets }
  return await poolFor(fields).test(connection, { write, signal: new AbortController().signal })
}

/** A server of its own, which is gone with the test. */
export async function serverForTest(settings?: Parameters<typeof startMongodb>[0]): Promise<MongodbServer> {
  const server = await startMongodb(settings)
  onTestFinished(() => server.dispose())
  return server
}
