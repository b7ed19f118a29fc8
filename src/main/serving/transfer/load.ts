import type { JobOutcome } from '@shared/jobs'
import type { LoadMode } from '@shared/snapshots'
import type { SnapshotCache, SnapshotHeader } from '@shared/transfer'
import type { Stopwatch } from '../../base/clock'
import type { Mount } from '../caches'
import type { Pauses } from '../jobs/pauses'
import type { Maybe } from '../maybe'
import type { Progress } from '../ports'
import type { EntryInput } from './entry-input'
import type { EntryFile, FileItem } from './read-file'
import { LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { createProgress } from '../../base/progress'
import { createPauses } from '../jobs/pauses'
import { badFile } from './frames'

type LoadedCache = Mount['cache']

/** What is to be loaded, and where. */
export interface LoadOrder {
  /** Opens what is loaded from its beginning; called once or twice. */
  open: () => Promise<EntryFile>
  /** The cache that gets what names none; of what does, only its entries. Null: all. */
  cache: string | null
  mode: LoadMode
  dryRun: boolean
  lookUp: (name: string) => LoadedCache | undefined
  /** Makes caches that are missing: all of them, or none and throws. */
  make: (caches: readonly MissingCache[]) => void
}

export interface MissingCache { name: string, settings: SnapshotCache }

/** Bytes of entries up to which they are kept between being checked and being stored. */
const mostKept = 16 * 1024 * 1024
/** Bytes that an entry takes besides its value while it is kept, about. */
const entryBytes = 500
/** Faults that are told at once. */
export const mostFaults = 10

/** The caches that a header names, as far as they are to be loaded. */
export function namedCaches({ caches }: SnapshotHeader, only: string | null): MissingCache[] {
  if (only !== null && !Object.hasOwn(caches, only))
    throw new LarderError('cache-not-found', `The snapshot does not have the cache ${only}.`)
  return Object.entries(caches)
    .filter(([name]) => only === null || only === name)
    .map(([name, settings]) => ({ name, settings }))
}

/**
 * Loads entries: first everything is read and checked, then missing caches are made, then the
 * entries are stored, and at last, with `replace`, those go that were there before. So a broken
 * file changes nothing, and a load that is cancelled has removed nothing. Works in slices. Leaves
 * in `progress.outcome` what it did. Rejects with LarderError `bad-file`, and what `make` throws.
 */
export async function loadFile(order: LoadOrder, progress: Progress, stopwatch: Stopwatch): Promise<void> {
  const pauses = createPauses(stopwatch)
  const file = await order.open()
  // What is stored from now on is later than what a `replace` removes.
  const begun = Math.max(...namesOf(order, file).map(name => order.lookUp(name)?.newestVersion ?? 0))
  const { missing, outcome, kept } = await examine(order, file, progress, pauses)
  if (progress.cancelled)
    return
  if (order.dryRun) {
    progress.outcome = outcome
    return
  }
  if (outcome.faults[0] !== undefined)
    throw new LarderError('bad-file', outcome.faults[0])
  if (missing.length > 0)
    order.make(missing)
  progress.matched = 0
  progress.outcome = { ...outcome, added: 0, replaced: 0, removed: 0 }
  const again = kept === null ? await order.open() : file
  await store(order, again, kept, progress, progress.outcome, pauses)
  if (order.mode === 'replace') {
    for (const name of namesOf(order, file))
      progress.outcome.removed += await removeOlder(requireCache(order, name), begun, progress, pauses)
  }
}

/** An entry that goes to a cache. */
interface Assigned { number: number, cache: string, entry: EntryInput }

/** Reads everything and changes nothing. `kept` is all of it, unless that is too much to keep. */
async function examine(
  order: LoadOrder,
  file: EntryFile,
  progress: Progress,
  pauses: Pauses,
): Promise<{ missing: MissingCache[], outcome: JobOutcome, kept: Assigned[] | null }> {
  const named = namesOf(order, file)
  const missing = (file.header === null ? [] : namedCaches(file.header, order.cache))
    .filter(({ name }) => order.lookUp(name) === undefined)
  const outcome: JobOutcome = { caches: missing.map(({ name }) => name), added: 0, replaced: 0, removed: 0, faults: [] }
  let kept: Assigned[] | null = order.dryRun ? null : []
  let bytes = 0
  await visit(order, file, pauses, (read) => {
    if (read instanceof LarderError) {
      outcome.faults.push(read.message)
      return outcome.faults.length < mostFaults && !progress.cancelled
    }
    const held = order.lookUp(read.cache)?.peek(read.entry.key)
    outcome[held === undefined ? 'added' : 'replaced']++
    progress.matched++
    bytes += read.entry.value.length + entryBytes
    kept = bytes <= mostKept ? kept : null
    kept?.push(read)
    return !progress.cancelled
  })
  if (order.mode === 'replace' && order.dryRun) {
    let there = 0
    for (const name of named)
      there += await countEntries(order.lookUp(name), progress, pauses)
    outcome.removed = Math.max(0, there - outcome.replaced)
  }
  return { missing, outcome, kept }
}

/** The caches that are concerned. */
function namesOf({ cache }: LoadOrder, { header }: EntryFile): string[] {
  return header === null ? [cache ?? ''] : namedCaches(header, cache).map(({ name }) => name)
}

type Visitor = (read: Assigned | LarderError) => Maybe<boolean>

/** Goes through the entries that are to be loaded, until the visitor answers false. */
async function visit(order: LoadOrder, file: EntryFile, pauses: Pauses, visitor: Visitor): Promise<void> {
  const assign = createAssigner(order, file)
  try {
    for await (const frames of file.frames) {
      for (const frame of frames) {
        const read = assign(file.read(frame))
        // A promise for each entry would take a tenth of the time.
        const goesOn = read === null || visitor(read)
        if (!(goesOn instanceof Promise ? await goesOn : goesOn))
          return
        if (pauses.due)
          await pauses.take()
      }
    }
  }
  catch (error) {
    // What cannot be read any further ends the file with a fault.
    if (!(error instanceof LarderError) || error.code !== 'bad-file')
      throw error
    await visitor(error)
  }
}

/** To which cache an entry goes; null if it is none that is to be loaded. */
function createAssigner(
  { cache: only, lookUp }: LoadOrder,
  { header, name }: EntryFile,
): (item: FileItem) => Assigned | LarderError | null {
  return (item) => {
    if ('fault' in item)
      return item.fault
    const { number, entry } = item
    if (header === null && entry.cache !== null)
      return badFile(name, number, 'cache: unknown field')
    const cache = header === null ? only ?? '' : entry.cache ?? ''
    if (header !== null && !Object.hasOwn(header.caches, cache))
      return badFile(name, number, 'cache: must be one of the caches in the header')
    if (only !== null && cache !== only)
      return null
    const maxBytes = Number(lookUp(cache)?.definition.maxBytes ?? header?.caches[cache]?.maxBytes ?? Infinity)
    return entry.value.length > maxBytes
      ? badFile(name, number, `value: is larger than the cache ${cache} may be, ${grouped(maxBytes)} bytes`)
      : { number, cache, entry }
  }
}

async function countEntries(cache: LoadedCache | undefined, progress: Progress, pauses: Pauses): Promise<number> {
  const counted = createProgress()
  for (const _ of cache?.chosen(null, counted) ?? []) {
    counted.cancelled = progress.cancelled
    if (pauses.due)
      await pauses.take()
  }
  return counted.matched
}

/** Stores what `examine` has kept, or the entries of the file. */
async function store(
  order: LoadOrder,
  file: EntryFile,
  kept: Assigned[] | null,
  progress: Progress,
  outcome: JobOutcome,
  pauses: Pauses,
): Promise<void> {
  const caches = new Map(namesOf(order, file).map(name => [name, requireCache(order, name)]))

  function storeEntry(read: Assigned | LarderError): Maybe<boolean> {
    if (read instanceof LarderError)
      throw read
    const { key, value, options } = read.entry
    const cache = caches.get(read.cache) as LoadedCache
    const room = cache.roomFor(value.length, key, options)
    return room ? room.then(() => setEntry(cache, read)) : setEntry(cache, read)
  }

  function setEntry(cache: LoadedCache, read: Assigned): boolean {
    const { key, value, options } = read.entry
    const result = cache.set(key, value, options)
    if (result.outcome === 'too-large')
      throw badFile(file.name, read.number, `the cache ${read.cache} has no room for it; what is before it was loaded`)
    outcome[result.outcome === 'created' ? 'added' : 'replaced']++
    progress.matched++
    return !progress.cancelled
  }

  if (kept === null)
    await visit(order, file, pauses, storeEntry)
  for (const read of kept ?? []) {
    const goesOn = storeEntry(read)
    if (!(goesOn instanceof Promise ? await goesOn : goesOn))
      break
    if (pauses.due)
      await pauses.take()
  }
}

/**
 * Removes what had been stored before the load began, up to this version. What others have written
 * since has a later one, so it stays.
 */
export async function removeOlder(
  cache: LoadedCache,
  version: number,
  progress: Progress,
  pauses: Pauses,
): Promise<number> {
  const looked = createProgress()
  let removed = 0
  for (const entry of cache.chosen(null, looked)) {
    if (progress.cancelled)
      break
    if (entry !== null && entry.version <= version && cache.delete(entry.key, [entry.version]) === 'removed')
      removed++
    if (pauses.due)
      await pauses.take()
  }
  return removed
}

function requireCache({ lookUp }: LoadOrder, name: string): LoadedCache {
  const cache = lookUp(name)
  if (cache === undefined)
    throw new LarderError('cache-not-found', `Cache ${name} not found.`)
  return cache
}
