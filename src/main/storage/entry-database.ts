import type { Database } from 'better-sqlite3'
import type { RealClock } from '../base/clock'
import type { Logger } from '../base/logger'
import { join } from 'node:path'
import { systemClock } from '../base/clock'
import { openDatabase } from './database'
import { entryKind } from './kinds'
import { entryMigrations } from './migrations'

/** Opens `entries.db` of a data folder. Throws what `openDatabase` throws. */
export function openEntryDatabase({ home, logger, clock = systemClock }: {
  home: string
  logger: Logger
  clock?: RealClock
}): Database {
  const { applicationId } = entryKind
  return openDatabase({ file: join(home, 'entries.db'), applicationId, migrations: entryMigrations, clock, logger })
}
