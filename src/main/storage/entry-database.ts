import type { Database } from 'better-sqlite3'
import type { RealClock } from '../base/clock'
import type { Logger } from '../base/logger'
import { join } from 'node:path'
import { systemClock } from '../base/clock'
import { openDatabase } from './database'
import { entryMigrations } from './migrations'

/** `LRDe`, in the header of `entries.db`. */
const applicationId = 0x4C524465

/** Opens `entries.db` of a data folder. Throws what `openDatabase` throws. */
export function openEntryDatabase({ home, logger, clock = systemClock }: {
  home: string
  logger: Logger
  clock?: RealClock
}): Database {
  return openDatabase({ file: join(home, 'entries.db'), applicationId, migrations: entryMigrations, clock, logger })
}
