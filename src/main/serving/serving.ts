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

/** What a face does with a call: it runs it, gets to caches, and finishes it. */
export interface Serving extends Access, Account {}

interface ServingParts {
  engine: Engine
  /** From the cache outwards. @default none */
  layers?: readonly Layer[]
  clock: RealClock
  stopwatch: Stopwatch
  hub: EventHub
  logger: Logger
}

/**
 * One heart for every protocol: between faces, which parse and answer, and the engine, which knows
 * no caller.
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
