import type { ImportFormat } from '@shared/imports'
import type { OperationParsed } from '@shared/operations'
import type { SnapshotHeader } from '@shared/transfer'
import type { Stopwatch } from '../base/clock'
import type { EventHub } from '../base/event-hub'
import type { Principal } from '../base/principal'
import type { Progress } from '../base/progress'
import type { ReadableFile } from '../base/readable-file'
import type { CacheFigures } from '../serving/ports'
import type { LoadOrder, MissingCache } from '../serving/transfer/load'
import type { CacheDirectory } from './cache-directory'
import type { CacheMaker } from './cache-maker'
import { LarderError } from '@shared/errors'
import { loadFile, namedCaches } from '../serving/transfer/load'
import { readEntryFile } from '../serving/transfer/read-file'

/** Loads entries into the caches of a caller, and makes those that are missing. */
export interface Loader {
  /**
   * What can be known before anything is read but the header. Throws LarderError `cache-not-found`,
   * `not-here`, `bad-file`, and what making a cache throws.
   */
  check: (caller: Principal, header: SnapshotHeader | null, cache: string | null) => void
  /** Rejects with the same, and what `loadFile` rejects with. */
  load: (caller: Principal, wanted: Wanted, progress: Progress) => Promise<void>
}

interface Wanted extends Pick<LoadOrder, 'cache' | 'mode' | 'dryRun'> {
  file: ReadableFile
  format: ImportFormat
}

interface LoaderParts {
  caches: CacheDirectory
  maker: CacheMaker
  events: EventHub
  /** The most bytes of a value. */
  valueLimit: () => number
  stopwatch: Stopwatch
}

/** Throws LarderError `not-here` for a cache whose entries are kept elsewhere. */
export function requireHere<Cache extends Pick<CacheFigures, 'definition'>>(cache: Cache): Cache {
  const { name, backend } = cache.definition
  if (backend !== null)
    throw new LarderError('not-here', `The entries of ${name} are kept at ${backend.connection}, not here.`)
  return cache
}

export function createLoader({ caches, maker, events, valueLimit, stopwatch }: LoaderParts): Loader {
  const lookUp = ({ userId }: Principal, name: string) =>
    caches.has(userId, name) ? requireHere(caches.get(userId, name).cache) : undefined

  function checkMissing(caller: Principal, missing: readonly MissingCache[]): void {
    asBadFile(() => maker.check(caller, missing.map(inputOf)))
  }

  /** All of them, or none. */
  function make(caller: Principal, missing: readonly MissingCache[]): void {
    checkMissing(caller, missing)
    const made: string[] = []
    try {
      for (const cache of missing) {
        asBadFile(() => maker.make(caller, inputOf(cache)))
        made.push(cache.name)
      }
    }
    catch (error) {
      for (const cache of made) {
        caches.delete(caches.get(caller.userId, cache))
        events.emit('cache.deleted', caller.userId, { cache })
      }
      throw error
    }
  }

  return {
    check(caller, header, cache) {
      const named = header === null ? [] : namedCaches(header, cache)
      const missing = named.filter(({ name }) => lookUp(caller, name) === undefined)
      if (header === null && cache !== null)
        requireHere(caches.get(caller.userId, cache).cache)
      if (missing.length > 0)
        checkMissing(caller, missing)
    },
    async load(caller, { file, format, ...wanted }, progress) {
      progress.total = file.bytes * (wanted.dryRun ? 1 : 2)
      const onRead = (bytes: number): void => void (progress.seen += bytes)
      await loadFile({
        ...wanted,
        open: () => readEntryFile(file, format, valueLimit(), onRead),
        lookUp: name => lookUp(caller, name),
        make: missing => make(caller, missing),
      }, progress, stopwatch)
    },
  }
}

function inputOf({ name, settings }: MissingCache): OperationParsed<'caches.create'> {
  return { name, ...settings }
}

/** The caller has not written the fields, so they are not named as such. */
function asBadFile<T>(work: () => T): T {
  try {
    return work()
  }
  catch (error) {
    if (error instanceof LarderError && error.code === 'invalid-input')
      throw new LarderError('bad-file', `A cache of the file cannot be made: ${error.message}.`, { cause: error })
    throw error
  }
}
