import type { Turns } from '../elsewhere/turns'
import type { Call, Progress, Selector, ServedCache } from '../ports'
import type { Copies } from './copies'
import type { BackendEntries } from './entries'
import type { EntryFormat } from './formats'
import type { KeptEntry } from './kept-entry'
import { LarderError } from '@shared/errors'
import { limits } from '@shared/limits'
import { createProgress } from '../../base/progress'
import { testOf } from '../../cache/part-test'
import { needsEnvelope } from './formats'
import { isStale } from './kept-entry'

interface ClearingParts {
  next: ServedCache
  entries: BackendEntries
  copies: Copies
  turns: Turns<KeptEntry | undefined>
  format: EntryFormat
  /** Milliseconds of the wall clock. */
  wall: () => number
  checkOn: () => void
}

/** Keys that are worked on at the same time. */
const atOnce = 64

interface Sifting { soft: boolean, dryRun: boolean, why: 'expired' | 'invalidated' | 'cleared' }

/** Whether a key is chosen; null: its entry has to be read for that. */
type Choice = (key: string, entry: KeptEntry | null) => boolean | null

/** The calls that concern many entries. They scan the keys of the backend. */
export function createClearing({
  next,
  entries,
  copies,
  turns,
  format,
  wall,
  checkOn,
}: ClearingParts): Pick<ServedCache, 'flush' | 'invalidate'> {
  /** Nothing that was on its way before the work, or during it, is kept here. */
  async function withoutCopies(work: () => Promise<void>): Promise<void> {
    checkOn()
    turns.wrote()
    copies.doubt()
    try {
      await work()
    }
    finally {
      turns.wrote()
      copies.doubt()
    }
  }

  /** Works on keys with a few steps at a time, so that others are served in between. */
  async function each(
    pages: AsyncIterable<readonly string[]>,
    progress: Progress,
    work: (key: string) => Promise<boolean>,
  ): Promise<void> {
    for await (const page of pages) {
      for (let from = 0; from < page.length; from += atOnce) {
        if (progress.cancelled)
          return
        checkOn()
        const piece = page.slice(from, from + atOnce)
        const done = await Promise.all(piece.map(work))
        progress.seen += piece.length
        progress.matched += done.filter(Boolean).length
      }
    }
  }

  function remove(key: string, why: 'cleared' | 'invalidated', call: Call): Promise<boolean> {
    return turns.write(key, async () => {
      const removed = await entries.remove(key)
      await copies.drop(key, why, call)
      return removed
    })
  }

  /** Removes, or marks as stale, the entry of this key if it is chosen. */
  function sift(key: string, choice: Choice, how: Sifting, call: Call): Promise<boolean> {
    return turns.write(key, async () => {
      let chosen = false
      await entries.sift(key, (entry) => {
        chosen = choice(key, entry ?? null) === true
        if (!chosen || how.dryRun)
          return 'keep'
        return how.soft && entry ? softened(entry) : null
      })
      if (chosen && !how.dryRun)
        await copies.drop(key, how.why, call)
      return chosen
    })
  }

  /** Throws LarderError `not-here`, `invalid-input`. */
  function choiceOf(selector: Selector): { prefix: string, choice: Choice } | { keys: readonly string[] } {
    if ('expired' in selector)
      return { prefix: '', choice: (_, entry) => entry === null || isStale(entry) }
    if ('all' in selector)
      return { prefix: '', choice: () => true }
    const parts = 'any' in selector ? selector.any : [selector]
    if (!format.whole && parts.some(part => 'tag' in part))
      throw needsEnvelope('Tags')
    const [first] = parts
    if (first !== undefined && parts.length === 1 && 'keys' in first)
      return { keys: [...new Set(first.keys)] }
    const tests = parts.map(testOf)
    const byKey = parts.every(part => 'prefix' in part || 'glob' in part || 'keys' in part)
    const calledAt = wall()
    const filtered = (key: string, entry: KeptEntry | null): Parameters<ReturnType<typeof testOf>>[0] => ({
      key,
      tags: entry?.tags ?? [],
      contentType: entry?.contentType ?? '',
      size: entry?.value.length ?? 0,
      hits: 0,
      storedAt: calledAt - (entry?.age ?? 0) * 1000,
      freshUntil: entry?.ttl === null ? Infinity : calledAt + (entry?.ttl ?? 0) * 1000,
    })
    return {
      prefix: first !== undefined && parts.length === 1 && 'prefix' in first ? first.prefix : '',
      choice(key, entry) {
        // What is past its time, or is not read, is told by its key alone.
        if (entry === null && !byKey)
          return null
        const asFiltered = filtered(key, entry)
        return tests.some(passes => passes(asFiltered, calledAt))
      },
    }
  }

  async function invalidate(
    selector: Selector,
    { soft, dryRun, asOf, progress }: { soft: boolean, dryRun: boolean, asOf: number | null, progress: Progress },
    call: Call,
  ): Promise<number> {
    const chosen = choiceOf(selector)
    if (soft && !entries.canCompare())
      throw new LarderError('not-here', `The ${entries.title} cannot mark entries as stale.`)
    if (soft && !format.whole)
      throw needsEnvelope('Stale entries')
    if (asOf !== null && !format.whole)
      throw needsEnvelope('Deletions as of a moment')
    // Nothing past its time is left there.
    if ('expired' in selector && entries.onlyTheLiving() && !format.whole)
      return 0
    const seen = new Set<string>()
    await withoutCopies(async () => {
      const pages = 'keys' in chosen ? [chosen.keys] : entries.keys(chosen.prefix)
      const choice: Choice = 'keys' in chosen ? () => true : chosen.choice
      const why = 'expired' in selector ? 'expired' : 'all' in selector ? 'cleared' : 'invalidated'
      const isLive = (entry: KeptEntry | null): boolean => entry !== null || 'expired' in selector
      const isNewer = (entry: KeptEntry | null): boolean =>
        asOf !== null && entry !== null && wall() - entry.age * 1000 > asOf
      await each(asAsync(pages), progress, async (key) => {
        if (seen.has(key))
          return false
        if (dryRun)
          seen.add(key)
        const byKey = choice(key, null)
        if (byKey === false)
          return false
        if (byKey === true && !soft && !dryRun && asOf === null && !('expired' in selector))
          return await remove(key, 'invalidated', call)
        const chooses: Choice = (name, entry) => isLive(entry) && !isNewer(entry) && choice(name, entry)
        return await sift(key, chooses, { soft, dryRun, why }, call)
      })
    })
    return progress.matched
  }

  return {
    async flush(call) {
      const progress = createProgress()
      await withoutCopies(() => each(entries.keys(''), progress, key => remove(key, 'cleared', call)))
      // Only now is it cleared; if not all could go, what is held here stays and is asked about.
      await next.flush(call)
      return progress.matched
    },
    invalidate: (selector, { soft = false, dryRun = false, asOf = null, progress = createProgress() } = {}, call) =>
      invalidate(selector, { soft, dryRun, asOf, progress }, call),
  }
}

async function* asAsync<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  yield* items
}

/**
 * Stale from now on, and servable at least for as long as it would have been fresh: the longest TTL
 * where that had no end.
 */
function softened(entry: KeptEntry): KeptEntry {
  const { ttl, grace } = entry
  return isStale(entry) ? entry : { ...entry, ttl: 0, grace: Math.max(ttl ?? limits.ttl, grace) }
}
