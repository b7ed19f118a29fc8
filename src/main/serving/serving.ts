import type { RealClock, Stopwatch } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { EventHub } from '../base/event-hub'
import type { ExportFile } from '../base/export-files'
import type { Logger } from '../base/logger'
import type { Timer } from '../base/timer'
import type { Engine } from '../cache/ports'
import type { Access } from './access'
import type { Account } from './account'
import type { ServedCaches } from './caches'
import type { Invalidation } from './jobs/invalidate'
import type { JobBook } from './jobs/job-book'
import type { Leasing } from './leases/take-lease'
import type { RequestLog } from './log/request-log'
import type { Layer } from './ports'
import { messageOf } from '@shared/errors'
import { createAccess } from './access'
import { createAccount } from './account'
import { createServedCaches } from './caches'
import { createHistory } from './history/history'
import { createInvalidation } from './jobs/invalidate'
import { createJobBook } from './jobs/job-book'
import { createRefreshSchedule } from './jobs/refresh-schedule'
import { createLeasing } from './leases/take-lease'
import { createRequestLog } from './log/request-log'
import { createOffTimes } from './off-times'

/**
 * The functions that a face needs for a call: to run it, to get caches, to do long work in view of
 * the person, and to finish it.
 */
export interface Serving extends Access, Account, Invalidation, Leasing {}

interface ServingParts {
  engine: Engine
  /** Listed from the cache outwards. @default none */
  layers?: readonly Layer[]
  clock: RealClock
  stopwatch: Stopwatch
  timer: Timer
  hub: EventHub
  logger: Logger
}

/**
 * Creates the part that all protocols share, between the faces, which parse and answer, and the
 * engine, which knows no callers.
 */
export function createServing({ engine, layers = [], clock, stopwatch, timer, hub, logger }: ServingParts): {
  serving: Serving
  caches: ServedCaches
  requestLog: RequestLog
  jobs: JobBook<ExportFile> & Disposable
  schedule: Disposable
  history: ReturnType<typeof createHistory>
} {
  const failed = (error: unknown): void => logger.error(
    'A layer of a cache did not close cleanly',
    { reason: messageOf(error) },
  )
  const offTimes = createOffTimes(clock)
  const jobs = createJobBook<ExportFile>({ clock, stopwatch, hub, logger })
  const schedule = createRefreshSchedule({ isOn: () => engine.enabled, jobs, timer, logger })
  const caches = createServedCaches({ engine, layers, clock, stopwatch, timer, offTimes, schedule, failed })
  const requestLog = createRequestLog({ clock, stopwatch, timer, hub })
  const history = createHistory({ engine, clock, stopwatch, hub, logger })
  const access = createAccess({ caches })
  const serving = {
    ...access,
    ...createLeasing({ access, timer, stopwatch }),
    ...createAccount({ stopwatch, requestLog, offTimes }),
    ...createInvalidation(jobs, clock),
  }
  return { serving, caches, requestLog, jobs, schedule, history }
}
