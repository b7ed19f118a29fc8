import type { Command } from '../command'
import { cacheCommands } from './caches'
import { call } from './call'
import { clientCommands } from './clients'
import { completion } from './completion'
import { connectionCommands } from './connections'
import { consoleLink } from './console'
import { entryCommands } from './entries'
import { importEntries } from './import'
import { jobCommands } from './jobs'
import { keyCommands } from './keys'
import { logCommands } from './logs'
import { requestCommands } from './requests'
import { serve } from './serve'
import { serverCommands } from './server'
import { snapshotCommands } from './snapshots'
import { top } from './top'
import { trust } from './trust'
import { url } from './url'
import { userCommands } from './users'
import { watch } from './watch'

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  serve,
  trust,
  consoleLink,
  ...serverCommands,
  ...logCommands,
  watch,
  top,
  ...requestCommands,
  ...entryCommands,
  ...jobCommands,
  importEntries,
  ...snapshotCommands,
  ...cacheCommands,
  ...connectionCommands,
  ...keyCommands,
  url,
  ...clientCommands,
  ...userCommands,
  call,
  completion,
]
