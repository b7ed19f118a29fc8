import type { TierState } from '@shared/tier'
import type { Stopwatch } from '../../base/clock'
import type { Disposable } from '../../base/disposable'
import type { Timer } from '../../base/timer'
import { SourceError } from '../sources/source'

/** Keys of a server that have changed: these, those for which it is true, or any (null). */
type ChangedKeys = readonly string[] | ((key: string) => boolean) | null
export type OnChanged = (keys: ChangedKeys) => void

/** A way by which a server tells of changes. */
export interface TrackingLink {
  /** Resolves when the way has ended, with the reason as a sentence. */
  readonly ended: Promise<string>
  /** Resolves when the server has answered, after all that it had told before. */
  ping: () => Promise<void>
  close: () => void
  /** Missing where one server tells of all keys. */
  parts?: TrackedParts
}

/** Several servers, each of which tells of some of the keys, and is heard or not by itself. */
interface TrackedParts {
  /** The one that tells of a key of the cache. */
  of: (key: string) => Pick<Tracking, 'connected' | 'trusted'>
  /** Why one of them does not tell of changes, as a sentence; null if all do. */
  detail: () => string | null
}

/** How time goes by for what has to be heard in time. */
export interface TrackingTimes {
  stopwatch: Stopwatch
  timer: Timer
}

/** Resolves once the server tells of every change from then on. Rejects with SourceError. */
export type OpenTracking = (onChanged: OnChanged, signal: AbortSignal, times: TrackingTimes) => Promise<TrackingLink>

/** Keeps one such way open for as long as the cache is used. */
export interface Tracking extends Disposable {
  /** Opens it, unless it is open or on its way. */
  start: () => void
  readonly connected: boolean
  /** Whether the server told of everything up to 3 seconds ago. */
  readonly trusted: boolean
  /** While it is connected, if each of several servers tells of some keys. */
  readonly parts: TrackedParts | undefined
  state: () => Omit<TierState, 'copies'>
  dispose: () => void
}

/** Milliseconds, all of them. */
const times = { ping: 1000, trust: 3000, open: 5000, firstWait: 100, longestWait: 5000 } as const

interface TrackingDependencies extends TrackingTimes {
  open: OpenTracking
  changed: OnChanged
  /** It ended: what changes from now on is not told. */
  lost: () => void
  /** Whether a switch lets it work. */
  isOn: () => boolean
}

export function createTracking({ open, changed, lost, isOn, stopwatch, timer }: TrackingDependencies): Tracking {
  let link: TrackingLink | undefined
  let opening: AbortController | undefined
  /** The next PING, or the next attempt. */
  let next: Disposable | undefined
  let wait: number = times.firstWait
  let since = 0
  let invalidations = 0
  let detail: string | null = null
  /** When the PING was sent that is not answered yet, and the last one that was. */
  let pending: number | null = null
  let answered: number | null = null
  /** Until when near copies may be used: the only thing that a read looks at. */
  let trustedUntil = -Infinity
  let gone = false

  function receive(keys: ChangedKeys): void {
    invalidations += Array.isArray(keys) ? keys.length : 0
    changed(keys)
  }

  async function attempt(): Promise<void> {
    const abort = new AbortController()
    opening = abort
    const late = timer.after(times.open, () => abort.abort())
    try {
      const opened = await open(receive, abort.signal, { stopwatch, timer })
      if (abort.signal.aborted)
        opened.close()
      else
        take(opened)
    }
    catch (error) {
      fall(sentenceOf(error))
    }
    finally {
      late.dispose()
      if (opening === abort)
        opening = undefined
    }
  }

  function take(opened: TrackingLink): void {
    link = opened
    since = stopwatch.now()
    detail = null
    // Nobody told of what has changed before.
    changed(null)
    void opened.ended.then(why => lose(opened, why))
    ping(opened)
  }

  function ping(current: TrackingLink): void {
    if (!isOn())
      return rest()
    const now = stopwatch.now()
    if (pending !== null && now - pending > times.trust)
      return lose(current, 'The server does not answer any more.')
    next = timer.after(times.ping, () => ping(current))
    if (pending !== null)
      return
    pending = now
    current.ping().then(() => {
      if (link !== current)
        return
      pending = null
      answered = now
      wait = times.firstWait
      // From when it was sent: the answer may have been on its way for long.
      trustedUntil = now + times.trust
    }, error => lose(current, sentenceOf(error)))
  }

  /** Until the next use: a switch is off. */
  function rest(): void {
    next?.dispose()
    next = undefined
    opening?.abort()
    const open = link
    link = undefined
    pending = null
    trustedUntil = -Infinity
    if (open) {
      open.close()
      lost()
    }
  }

  function lose(ended: TrackingLink, why: string): void {
    if (link !== ended)
      return
    rest()
    fall(why)
  }

  function fall(why: string): void {
    detail = why
    if (gone)
      return
    next = timer.after(wait, () => {
      next = undefined
      if (isOn())
        start()
    })
    wait = Math.min(wait * 2, times.longestWait)
  }

  function start(): void {
    if (!gone && link === undefined && opening === undefined && next === undefined)
      void attempt()
  }

  return {
    start,
    get connected() {
      return link !== undefined
    },
    get trusted() {
      return stopwatch.now() < trustedUntil
    },
    get parts() {
      return link?.parts
    },
    state() {
      const silent = link?.parts?.detail() ?? null
      const connected = link !== undefined && silent === null
      return {
        connected,
        since: connected ? stopwatch.now() - since : null,
        pinged: answered === null ? null : stopwatch.now() - answered,
        invalidations,
        detail: silent ?? detail,
      }
    },
    dispose() {
      gone = true
      rest()
    },
  }
}

/** Sentences of ours may be told; of anything else only that it is a fault. */
function sentenceOf(error: unknown): string {
  return error instanceof SourceError ? error.message : 'It could not be kept open, because of a fault in Larder.'
}
