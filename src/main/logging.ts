import type { Clock } from './base/clock'
import type { Configuration } from './base/configuration'
import type { Disposable } from './base/disposable'
import type { Logger } from './base/logger'
import type { Redactor } from './base/redaction'
import { createLogger } from './base/logger'
import { createRedactor } from './base/redaction'
import { createFileLog } from './storage/file-log'

interface Logging extends Disposable {
  logger: Logger
  /** Knows what the log hides; whatever else learns a secret tells it. */
  redactor: Redactor
}

/**
 * Opens the log of a server, which hides the secrets that flags and environment give.
 *
 * @throws {Error} what `createFileLog` throws
 */
export function openLog(
  home: string,
  { apiKey, connections }: Pick<Configuration, 'apiKey' | 'connections'>,
  clock: Clock,
): Logging {
  const log = createFileLog({ home })
  const redactor = createRedactor()
  if (apiKey !== null)
    redactor.note(apiKey)
  connections.flatMap(({ secrets }) => Object.values(secrets)).forEach(redactor.note)
  return { logger: createLogger(log.write, clock.wall, redactor), redactor, dispose: log.dispose }
}
