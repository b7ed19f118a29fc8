import type { RealClock, Stopwatch } from '../base/clock'
import type { EventHub } from '../base/event-hub'
import type { Logger } from '../base/logger'
import type { Engine } from '../cache/ports'
import type { Access } from './access'
import type { Account } from './account'
import type { ServedCaches } from './caches'
import type { RequestLog } from './log/request-log'
import type { Layer } from './ports'
import { messageOf } from '@shared/errors'
import { createAccess } from './access'
import { createAccount } from './account'
import { createServedCaches } from './caches'
import { createRequestLog } from './log/request-log'

/** The functions that a face needs for a call: to run it, to get caches, and to finish it. */
export interface Serving extends Access, Account {}

interface ServingParts {
  engine: Engine
  /** Listed from the cache outwards. @default none */
  layers?: readonly Layer[]
  clock: RealClock
  stopwatch: Stopwatch
  hub: EventHub
  logger: Logger
}

/**
 * Creates the part that all protocols share, between the faces, which parse and answer, and the
 * engine, which knows no callers.
 */
export function createServing({ engine, layers = [], clock, stopwatch, hub, logger }: ServingParts): {
  serving: Serving
  caches: ServedCaches
  requestLog: RequestLog
} {
  const failed = (error: unknown): void => logger.error(
    'A layer of a cache did not close cleanly',
    { reason: messageOf(error) },
  )
  const caches = createServedCaches({ engine, layers, clock, stopwatch, failed })
  const requestLog = createRequestLog({ clock, stopwatch, hub })
  return { serving: { ...createAccess({ caches }), ...createAccount({ stopwatch, requestLog }) }, caches, requestLog }
}
