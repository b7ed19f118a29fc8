import type { DriverName } from '@shared/connections/drivers'
import type { ConnectionResult, ConnectionStep } from '@shared/connections/schemas'
import type { Stopwatch } from '../base/clock'
import type { ConnectionCondition, ConnectionPool, PooledConnection } from '../base/connection-pool'
import type { Disposable } from '../base/disposable'
import type { Logger } from '../base/logger'
import type { Origin } from '../base/origin'
import type { Backend } from '../serving/backends/backend'
import type { OpenTracking, TrackingLink } from '../serving/backends/tracking'
import type { Source } from '../serving/sources/source'
import type { Driver, LazyDriver, Link, SourceOptions } from './driver'
import type { Line, LineTimes } from './line'
import { driverRows } from '@shared/connections/drivers'
import { SourceError } from '../serving/sources/source'
import { orAborted } from './abort'
import { lentBackend } from './lent-backend'
import { lentSource } from './lent-source'
import { createLine, lineTimes } from './line'

interface UpstreamsDependencies {
  drivers: Readonly<Record<DriverName, LazyDriver>>
  stopwatch: Stopwatch
  logger: Logger
  /** The state of some connection is another one now. */
  onChange: () => void
  /** @default those of a server */
  times?: LineTimes
}

/** The connections of a server: one line for each, which everybody shares. */
export interface Upstreams extends ConnectionPool, Disposable {
  /** The names of all connections that are known, with their state. */
  conditions: () => { name: string, driver: DriverName, condition: ConnectionCondition }[]
  /**
   * The values behind a connection; undefined if there is none of this name. Follows it when it is
   * changed; once it is gone, all calls reject with SourceError `unreachable`.
   */
  sourceOf: (name: string, options: SourceOptions) => Source | undefined
  /** The same as the place of entries. */
  backendOf: (name: string) => Backend | undefined
  /**
   * A way of its own by which the server tells of changes of keys with this prefix. It ends when
   * the connection is changed or gone. Rejects with SourceError.
   */
  track: (name: string, prefix: string, ...rest: Parameters<OpenTracking>) => Promise<TrackingLink>
  /** The server behind a connection by HTTP, for a gateway; it follows the connection as well. */
  originOf: (name: string) => Origin | undefined
  dispose: () => void
}

interface Entry {
  connection: PooledConnection
  /** Aborts when it is another connection, or gone. */
  gone: AbortController
  line: Line
}

export function createUpstreams({
  drivers,
  stopwatch,
  logger,
  onChange,
  times = lineTimes,
}: UpstreamsDependencies): Upstreams {
  const entries = new Map<string, Entry>()
  const tests = new Set<AbortController>()

  function createEntry(name: string, connection: PooledConnection): Entry {
    const { driver, values } = connection
    let told = ''
    const line = createLine({
      stopwatch,
      times,
      async open(signal) {
        const { open } = await drivers[driver].load()
        const secrets = await orAborted(connection.secrets(), signal)
        return await open({ driver, values, secrets }, { signal, step: () => {} })
      },
      onChange({ state, detail }) {
        // Each attempt after the first would say the same again.
        if (state === 'down' && detail !== told)
          logger.warn('a connection is down', { connection: name, reason: detail })
        else if (state === 'ok')
          logger.info('a connection is open', { connection: name })
        told = state === 'connecting' ? told : detail ?? ''
        onChange()
      },
    })
    return { connection, line, gone: new AbortController() }
  }

  function lenderOf(name: string): { borrow: Line['borrow'], abilities: LazyDriver['abilities'] } | undefined {
    const driver = entries.get(name)?.connection.driver
    return driver && {
      abilities: drivers[driver].abilities,
      async borrow(signal) {
        const entry = entries.get(name)
        // Another driver has other abilities, so that is another source.
        if (entry?.connection.driver !== driver)
          throw new SourceError('unreachable', `There is no connection ${name} any more.`)
        return await entry.line.borrow(signal)
      },
    }
  }

  function close(name: string): void {
    entries.get(name)?.line.dispose()
    entries.get(name)?.gone.abort()
    entries.delete(name)
  }

  return {
    put(name, connection) {
      close(name)
      entries.set(name, createEntry(name, connection))
    },
    remove: close,
    condition: name => entries.get(name)?.line.state() ?? { state: 'idle', detail: null, server: null },
    conditions: () => [...entries].map(([name, { connection, line }]) =>
      ({ name, driver: connection.driver, condition: line.state() })),
    refuse: async ({ driver, values }) => (await drivers[driver].load()).refuse?.({ values }) ?? null,
    async test(connection, { write, signal }) {
      const late = new AbortController()
      tests.add(late)
      const timer = setTimeout(() => late.abort(), times.open)
      try {
        const result = await tryOut(
          await drivers[connection.driver].load(),
          connection,
          write,
          AbortSignal.any([signal, late.signal]),
          stopwatch,
        )
        return signal.aborted && !result.ok ? { ...result, message: 'The test was called off.' } : result
      }
      finally {
        clearTimeout(timer)
        tests.delete(late)
      }
    },
    sourceOf(name, options) {
      const lender = lenderOf(name)
      return lender && lentSource(async signal => (await lender.borrow(signal)).source(options), lender.abilities)
    },
    backendOf(name) {
      const lender = lenderOf(name)
      return lender && lentBackend(async signal => (await lender.borrow(signal)).backend(), lender.abilities)
    },
    originOf(name) {
      const lender = lenderOf(name)
      const connection = entries.get(name)?.connection
      return lender && connection && {
        url: String(driverRows[connection.driver].place(connection.values)),
        async send(request, signal, onInterim) {
          const { origin } = await lender.borrow(signal)
          if (!origin)
            throw new SourceError('refused', 'The connection does not lead to a server of HTTP.')
          return await origin().send(request, signal, onInterim)
        },
      }
    },
    async track(name, prefix, onChanged, signal, trackingTimes) {
      const entry = entries.get(name)
      if (!entry)
        throw new SourceError('unreachable', `There is no connection ${name}.`)
      const { line, gone } = entry
      const either = AbortSignal.any([signal, gone.signal])
      // By the link that values come by, so that both lead to the same server.
      const { track } = await line.borrow(either)
      if (!track)
        throw new SourceError('refused', 'The connection tells nobody of changes.')
      const tracking = await track(prefix, onChanged, { signal: either, step: () => {} }, trackingTimes)
      if (either.aborted)
        tracking.close()
      return tracking
    },
    dispose() {
      tests.forEach(test => test.abort())
      for (const name of [...entries.keys()])
        close(name)
    },
  }
}

async function tryOut(
  driver: Driver,
  { driver: name, values, secrets }: PooledConnection,
  write: boolean,
  signal: AbortSignal,
  stopwatch: Stopwatch,
): Promise<ConnectionResult> {
  const started = stopwatch.now()
  let at: ConnectionStep = 'resolve'
  const done = new Set<ConnectionStep>()
  const progress = {
    signal,
    step(step: ConnectionStep) {
      at = step
      done.add(step)
    },
  }
  let link: Link | undefined
  try {
    const known = await orAborted(secrets(), signal)
    link = await driver.open({ driver: name, values, secrets: known }, progress)
    await link.probe(write, progress)
    const ms = Math.round((stopwatch.now() - started) * 10) / 10
    return { ok: true, ms, server: link.server, steps: [...done] }
  }
  catch (error) {
    if (error instanceof SourceError)
      return { ok: false, step: at, message: signal.aborted ? lateSentences[at] : error.message, steps: [...done] }
    throw error
  }
  finally {
    link?.close()
  }
}

/** What it means that a step did not come to its end. */
const lateSentences: Readonly<Record<ConnectionStep, string>> = {
  resolve: 'The name could not be found in time.',
  connect: 'Nothing answers at this address. A firewall may swallow what is sent there.',
  secure: 'Something listens there, but it does not answer to TLS. It may expect connections without it.',
  authenticate: 'Something listens there, but does not answer.',
  read: 'The server does not answer when it is asked for a value.',
  write: 'The server does not answer when it is given a value.',
}
