import type { JobOutcome } from '@shared/jobs'
import type { LoadMode } from '@shared/snapshots'
import type { SnapshotCache, SnapshotHeader } from '@shared/transfer'
import type { Stopwatch } from '../../base/clock'
import type { Mount } from '../caches'
import type { Pauses } from '../jobs/pauses'
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

const unknownField = 'unknown field'
const notInHeader = 'must be one of the caches in the header'
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
  const { missing, outcome } = await examine(order, progress, pauses)
  if (progress.cancelled)
    return
  if (order.dryRun) {
    progress.outcome = outcome
    return
  }
  if (outcome.faults[0] !== undefined)
    throw new LarderError('bad-file', outcome.faults[0])
  order.make(missing)
  progress.matched = 0
  progress.outcome = { ...outcome, added: 0, replaced: 0, removed: 0 }
  await store(order, progress, progress.outcome, pauses)
}

/** Reads everything and changes nothing. */
async function examine(
  order: LoadOrder,
  progress: Progress,
  pauses: Pauses,
): Promise<{ missing: MissingCache[], outcome: JobOutcome }> {
  const { header, items } = await order.open()
  const named = header && namedCaches(header, order.cache)
  const missing = named?.filter(({ name }) => order.lookUp(name) === undefined) ?? []
  const outcome: JobOutcome = { caches: missing.map(({ name }) => name), added: 0, replaced: 0, removed: 0, faults: [] }
  const reader = createReader(order, header)
  for await (const item of readable(items)) {
    if (progress.cancelled)
      break
    const read = reader(item)
    if ('fault' in read) {
      outcome.faults.push(read.fault.message)
      if (outcome.faults.length >= mostFaults)
        break
    }
    else if (read.entry !== null) {
      const held = order.lookUp(read.cache)?.peek(read.entry.key)
      outcome[held === undefined ? 'added' : 'replaced']++
      progress.matched++
    }
    if (pauses.due)
      await pauses.take()
  }
  if (order.mode === 'replace') {
    let there = 0
    for (const name of named?.map(({ name }) => name) ?? [order.cache ?? ''])
      there += await countEntries(order.lookUp(name), progress, pauses)
    outcome.removed = Math.max(0, there - outcome.replaced)
  }
  return { missing, outcome }
}

/** What cannot be read any further ends the file with a fault. */
async function* readable(items: AsyncGenerator<FileItem>): AsyncGenerator<FileItem> {
  try {
    yield* items
  }
  catch (error) {
    if (!(error instanceof LarderError))
      throw error
    yield { place: '', fault: error }
  }
}

type Read = { fault: LarderError } | { entry: EntryInput | null, cache: string }

/** Which cache an entry goes to; null if it is none that is to be loaded. */
function createReader({ cache: only, lookUp }: LoadOrder, header: SnapshotHeader | null): (item: FileItem) => Read {
  return (item) => {
    if ('fault' in item)
      return item
    const { place, entry } = item
    const cache = header === null ? only ?? '' : entry.cache
    if (header === null ? entry.cache !== null : cache === null || !Object.hasOwn(header.caches, cache))
      return { fault: badFile(place, `cache: ${header === null ? unknownField : notInHeader}`) }
    if (cache === null || (only !== null && cache !== only))
      return { entry: null, cache: '' }
    const maxBytes = lookUp(cache)?.definition.maxBytes ?? header?.caches[cache]?.maxBytes ?? Infinity
    if (typeof maxBytes === 'number' && entry.value.length > maxBytes)
      return { fault: badFile(place, `value: is larger than the cache ${cache} may be, ${grouped(maxBytes)} bytes`) }
    return { entry, cache }
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

async function store(
  order: LoadOrder,
  progress: Progress,
  outcome: JobOutcome,
  pauses: Pauses,
): Promise<void> {
  const { header, items } = await order.open()
  const reader = createReader(order, header)
  const named = header === null ? [order.cache ?? ''] : namedCaches(header, order.cache).map(({ name }) => name)
  const caches = new Map(named.map(name => [name, requireCache(order, name)]))
  let first = Infinity
  for await (const item of items) {
    if (progress.cancelled)
      return
    const read = reader(item)
    if ('fault' in read)
      throw read.fault
    if (read.entry !== null) {
      const { key, value, options } = read.entry
      const cache = caches.get(read.cache) as LoadedCache
      await cache.roomFor(value.length, key, options)
      const result = cache.set(key, value, options)
      if (result.outcome === 'too-large')
        throw badFile(item.place, `the cache ${read.cache} has no room for this entry; those before it were loaded`)
      first = Math.min(first, result.version)
      outcome[result.outcome === 'created' ? 'added' : 'replaced']++
      progress.matched++
    }
    if (pauses.due)
      await pauses.take()
  }
  if (order.mode === 'replace') {
    for (const cache of caches.values())
      outcome.removed += await removeOlder(cache, first, progress, pauses)
  }
}

/**
 * Removes what had been stored before the first entry of the load. What others have written since
 * has a later version, so it stays.
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
    if (entry !== null && entry.version < version && cache.delete(entry.key, [entry.version]) === 'removed')
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
