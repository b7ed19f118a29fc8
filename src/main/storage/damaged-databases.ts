import type { RealClock } from '../base/clock'
import type { Logger } from '../base/logger'
import type { Finding } from './damage'
import { existsSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { examine, isDamage } from './damage'
import { translateDiskFault } from './disk-faults'
import { entryKind, metadataKind } from './kinds'
import { writeFileAtomic } from './private-files'
import { setAside } from './set-aside'

interface DamagedOptions {
  /** Absolute data folder. */
  home: string
  clock: RealClock
  logger: Logger
  /** Whether every page is read, however large the databases are. @default false */
  wholly?: boolean
}

const metadataName = 'larder.db'
const entriesName = 'entries.db'
/** Says that reading or writing entries met damage, so that the next start reads every page. */
const suspicion = `${entriesName}.suspect`

/**
 * Sets damaged databases of a data folder aside, so that opening makes new ones. Must be called
 * before they are opened, by the process that has the folder's lock. Returns a sentence for people
 * about each. Nothing of an old file is read back: a key that was revoked would work again.
 *
 * @throws {Error} a sentence if a file is not the person's own, and what `node:fs` throws
 */
export function setDamagedAside({ home, clock, logger, wholly = false }: DamagedOptions): string[] {
  const metadata = join(home, metadataName)
  const entries = join(home, entriesName)
  const suspected = join(home, suspicion)
  const ofMetadata = examine(metadata, metadataKind, wholly)
  const ofEntries = examine(entries, entryKind, wholly || existsSync(suspected))

  function put(file: string, reason: string): string {
    const aside = setAside(file, clock.wall())
    logger.error('a database was set aside', { database: file, file: aside, reason })
    return basename(aside)
  }

  const sentences = setAsideAll()
  rmSync(suspected, { force: true })
  return sentences

  function setAsideAll(): string[] {
    if (ofMetadata.state !== 'damaged')
      return setEntriesAside()
    // Nobody can name the caches of these entries any more. They go first: a process that is killed
    // in between finds the damage again.
    const kept = isOurs(ofEntries) ? [put(entries, reasonOf(ofEntries) ?? `${metadataName} is damaged`)] : []
    kept.unshift(put(metadata, ofMetadata.reason))
    return [`${metadataName} is damaged (${ofMetadata.reason}), so Larder starts anew: users, caches, entries and `
      + 'settings of before are gone, and no API key, session or password of before works any more. '
      + `What was there is kept in ${home} as ${kept.join(' and ')}.`]
  }

  function setEntriesAside(): string[] {
    const reason = reasonOf(ofEntries)
    return reason === null
      ? []
      : [`${entriesName} is damaged (${reason}), so persistent caches start empty. `
        + 'Users, caches, keys and settings are as they were. '
        + `What was there is kept in ${home} as ${put(entries, reason)}.`]
  }
}

/**
 * Runs a start that examines the databases up to a size, and again with every page examined if it
 * met damage in what is larger.
 */
export async function startDespiteDamage<T>(start: (examineWholly: boolean) => Promise<T>): Promise<T> {
  try {
    return await start(false)
  }
  catch (error) {
    if (isDamage(error))
      return await start(true)
    throw error
  }
}

/**
 * Makes the next start read every page of `entries.db`, whatever its size. Does nothing if the disk
 * takes no file: the damage will be met again.
 */
export function suspectEntries(home: string): void {
  try {
    writeFileAtomic(join(home, suspicion), '')
  }
  catch (error) {
    if (translateDiskFault(error, home) === error)
      throw error
  }
}

function isOurs({ state }: Finding): boolean {
  return state === 'sound' || state === 'damaged'
}

function reasonOf(finding: Finding): string | null {
  return finding.state === 'damaged' ? finding.reason : null
}
