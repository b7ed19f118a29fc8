import type { Stopwatch } from '../base/clock'
import type { Logger } from '../base/logger'
import type { Timer } from '../base/timer'
import type { Maybe } from './maybe'
import type { CacheFigures, ServedCache } from './ports'
import { LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { orAfter } from '../base/timer'

/** Milliseconds for which a call waits for the entries to come back. */
const longestWait = 1000
/** What restoring is of the whole way to a sorted page. */
const restoredShare = 0.9
/** Seconds after which a caller may try again. */
const retryAfter = 1

/** The error for what needs all entries of a cache that is still being restored. */
export function stillRestoring({ definition: { name }, restoring }: CacheFigures): LarderError {
  const percent = Math.floor((restoring?.progress ?? 1) * 100)
  return new LarderError(
    'restoring',
    `The cache ${name} is being restored: ${percent} % of its entries are back. Calls for one key work; try this one again in a few seconds.`,
    { retryAfter },
  )
}

/**
 * A cache whose persisted entries are coming back after a start. Calls that concern one key are
 * answered as always; what needs all entries waits for them, and is refused after a second with
 * LarderError `restoring`.
 */
export function whileRestoring(next: ServedCache, cache: CacheFigures, timer: Timer): ServedCache {
  async function allThere(): Promise<void> {
    if (cache.restoring !== null)
      await orAfter(timer, longestWait, cache.restoring.done)
    if (cache.restoring !== null)
      throw stillRestoring(cache)
  }

  /** The same method, which waits first. */
  function waiting<Given extends unknown[], Result>(
    method: (...given: Given) => Maybe<Result>,
  ): (...given: Given) => Promise<Result> {
    return (...given) => allThere().then(() => method(...given))
  }

  return {
    ...next,
    flush: waiting(next.flush),
    invalidate: waiting(next.invalidate),
    page: waiting(next.page),
    // Who asks this wants to see how far it is. What is left then is to sort.
    orderProgress: (query, call) =>
      cache.restoring === null ? next.orderProgress(query, call) : restoredShare * cache.restoring.progress,
    entries: waiting(next.entries),
    chosen: waiting(next.chosen),
    ...next.refresh && { refresh: waiting(next.refresh) },
  }
}

/** Resolves when all entries of these caches are back. For jobs, which may take their time. */
export async function untilRestored(caches: readonly Pick<CacheFigures, 'restoring'>[]): Promise<void> {
  await Promise.all(caches.map(({ restoring }) => restoring?.done))
}

/** How far the restoration has come, in the form of `/readyz`; nothing if all entries are there. */
export function describeRestoring(
  caches: readonly CacheFigures[],
): { restoring?: { caches: number, progress: number } } {
  const under = caches.flatMap(({ restoring }) => restoring ?? [])
  return under.length === 0
    ? {}
    : { restoring: { caches: under.length, progress: Math.min(...under.map(({ progress }) => progress)) } }
}

/**
 * Tells people what comes back after a start, and when all of it is there. Silent about caches that
 * are small enough to be there at once.
 */
export async function tellOfRestoring(
  caches: readonly CacheFigures[],
  { stopwatch, logger, tell }: { stopwatch: Stopwatch, logger: Logger, tell: (sentence: string) => void },
): Promise<void> {
  const under = caches.filter(({ restoring }) => restoring !== null)
  if (under.length === 0)
    return
  const begun = stopwatch.now()
  const names = under.length === 1 ? under[0]?.definition.name : `${under.length} caches`
  tell(`restoring ${names}; calls for one key find every entry already.`)
  const over = await Promise.all(under.map(({ restoring }) => restoring?.done))
  // The log says why something could not be read.
  if (over.includes(false))
    return
  const seconds = ((stopwatch.now() - begun) / 1000).toFixed(1)
  const entries = under.reduce((sum, { size }) => sum + size, 0)
  logger.info('entries of persistent caches are back', { caches: under.length, entries, seconds: Number(seconds) })
  tell(`restored ${grouped(entries)} entries in ${seconds} s.`)
}
