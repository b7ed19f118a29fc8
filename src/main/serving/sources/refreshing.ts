import type { SourceSettings } from '@shared/source-settings'
import type { Timer } from '../../base/timer'
import type { LoadRun, Turns } from '../elsewhere/turns'
import type { Upstream } from '../elsewhere/upstream'
import type { Call, Progress, Refresh, ServedCache } from '../ports'
import type { Brought, Keeping } from './keeping'
import { setImmediate as turn } from 'node:timers/promises'
import { LarderError, messageOf } from '@shared/errors'
import { counted } from '@shared/grouped'
import { cacheKey, sourcePrefix } from '@shared/source-settings'
import { createProgress } from '../../base/progress'

interface RefreshingParts {
  next: ServedCache
  upstream: Upstream
  keeping: Keeping
  turns: Turns<Brought>
  settings: SourceSettings
  timer: Timer
  /** Throws LarderError if the cache is off, or is no longer filled by this refresh. */
  checkOn: () => void
}

/** Loads that run at the same time. */
const atOnce = 16
/** Milliseconds after which a cancelled refresh has noticed, however long its source takes. */
const noticed = 100
/** Times that a key is loaded anew because it was written meanwhile. */
const attempts = 10
/** Failures after which it makes no sense to go on. */
const mostFailures = 1000

/** Brings in what changed at the source behind the cache's back. */
export function createRefreshing({
  next,
  upstream,
  keeping,
  turns,
  settings,
  timer,
  checkOn,
}: RefreshingParts): Refresh {
  /** Keys that are held, in pieces; collected in slices between which others are served. */
  async function* heldKeys(call: Call, progress: Progress): AsyncGenerator<string> {
    const keys: string[] = []
    const scan = createProgress()
    for (const entry of await next.chosen(null, scan, call)) {
      if (entry === null)
        await turn()
      else
        keys.push(entry.key)
      scan.cancelled = progress.cancelled
    }
    progress.total = keys.length
    yield* keys
  }

  async function* listedKeys(
    prefix: string,
    call: Call,
    progress: Progress,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    const seen = new Set<string>()
    const pieces = await upstream.call(async ({ keys }) => {
      if (keys === undefined)
        throw new LarderError('not-here', `The source ${upstream.name} cannot list its keys.`)
      return keys(sourcePrefix(settings, prefix), signal)
    })
    for await (const piece of pieces) {
      for (const listed of piece) {
        const key = cacheKey(settings, listed)
        if (key !== undefined && !seen.has(key)) {
          seen.add(key)
          yield key
        }
      }
    }
    // What is held and was not listed may be gone at the source.
    for await (const key of heldKeys(call, progress)) {
      if (key.startsWith(prefix) && !seen.has(key))
        yield key
    }
  }

  /** What was loaded last; undefined if others wrote the key again and again. */
  async function reload(key: string, call: Call): Promise<Brought | undefined> {
    let brought: Brought | undefined
    for (let attempt = 0; attempt < attempts; attempt++) {
      let stays: LoadRun | undefined
      const begun = turns.load(key, (run) => {
        stays = run
        return keeping.fetch(key, call, run)
      }, { fresh: true })
      if ('load' in begun) {
        brought = await begun.load
        // What was written here alone meanwhile is newer than what was loaded.
        if (stays?.current === true || settings.mode === 'read')
          return brought
      }
      else {
        await begun.written
      }
      // A write that is refused leaves what was held before.
    }
    return brought
  }

  return async (what, progress, call) => {
    const abort = new AbortController()
    const keys = what === 'held'
      ? heldKeys(call, progress)
      : listedKeys(what.prefix, call, progress, abort.signal)
    let failures = 0
    let first: unknown
    const stop = Promise.withResolvers<void>()
    let alarm = timer.after(noticed, watch)
    function watch(): void {
      if (progress.cancelled)
        stop.resolve()
      else
        alarm = timer.after(noticed, watch)
    }

    async function work(): Promise<void> {
      for (;;) {
        const { done, value: key } = await keys.next()
        if (done === true || progress.cancelled || failures >= mostFailures)
          return
        checkOn()
        let brought: Brought | undefined
        try {
          brought = await reload(key, call)
        }
        catch (error) {
          if (!(error instanceof LarderError) || error.code === 'source-resting' || error.code === 'not-here')
            throw error
          failures++
          first ??= error
        }
        // What was on its way meanwhile was thrown away.
        checkOn()
        if (brought?.gone)
          progress.gone++
        else if (brought?.hit)
          progress.matched++
        progress.seen++
      }
    }

    try {
      await Promise.race([stop.promise, Promise.all(Array.from({ length: atOnce }, work))])
    }
    finally {
      alarm.dispose()
      abort.abort()
    }
    if (failures > 0 && !progress.cancelled) {
      const what = counted(failures, 'key was', 'keys were')
      throw new LarderError('source-failed', `${what} not refreshed. ${messageOf(first)}`)
    }
  }
}
