import type { ConnectionState } from '@shared/connections/states'
import type { Stopwatch } from '../base/clock'
import type { ConnectionCondition } from '../base/connection-pool'
import type { Link } from './driver'
import { messageOf } from '@shared/errors'
import { SourceError } from '../serving/sources/source'
import { orAborted } from './abort'

/** One way to an upstream, which is opened on first use and again after it broke. */
export interface Line {
  state: () => ConnectionCondition
  /** The open link. Throws SourceError: at once while it is down. */
  borrow: (signal: AbortSignal) => Promise<Link>
  /** Closes it. Whoever borrows it from then on gets SourceError `unreachable`. */
  dispose: () => void
}

export interface LineTimes {
  /** Milliseconds that opening may take. */
  open: number
  /** Milliseconds until the first attempt after it broke; each further one waits twice as long. */
  first: number
  /** The longest wait. A link that held for as long was a good one. */
  longest: number
}

export const lineTimes: LineTimes = { open: 5000, first: 100, longest: 30_000 }

interface LineDependencies {
  open: (signal: AbortSignal) => Promise<Link>
  stopwatch: Stopwatch
  times: LineTimes
  /** The state is another one now. */
  onChange: (state: ConnectionCondition) => void
}

export function createLine({ open, stopwatch, times, onChange }: LineDependencies): Line {
  let now: ConnectionCondition = { state: 'idle', detail: null, server: null }
  let link: Link | undefined
  let opening: Promise<Link> | undefined
  let wait = times.first
  let retry: NodeJS.Timeout | undefined
  const gone = new AbortController()

  function become(state: ConnectionState, detail: string | null = null, server = now.server): void {
    now = { state, detail, server }
    onChange(now)
  }

  function start(): Promise<Link> {
    opening ??= attempt().finally(() => opening = undefined)
    // Nobody may wait for it, as when it is tried again.
    opening.catch(() => {})
    return opening
  }

  async function attempt(): Promise<Link> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), times.open)
    become('connecting')
    try {
      const opened = await open(AbortSignal.any([late.signal, gone.signal]))
      if (gone.signal.aborted) {
        opened.close()
        throw new SourceError('unreachable', 'The connection was closed.')
      }
      const since = stopwatch.now()
      link = opened
      become('ok', null, opened.server)
      void opened.ended.then(why => lose(opened, why, stopwatch.now() - since))
      return opened
    }
    catch (error) {
      const why = late.signal.aborted ? `It did not open within ${times.open / 1000} s.` : sentenceOf(error)
      fall(why)
      throw new SourceError('unreachable', why, { cause: error })
    }
    finally {
      clearTimeout(timer)
    }
  }

  function lose(lost: Link, why: string, held: number): void {
    if (link !== lost)
      return
    link = undefined
    if (held >= times.longest)
      wait = times.first
    fall(why)
  }

  function fall(why: string): void {
    if (gone.signal.aborted)
      return
    become('down', why)
    retry = setTimeout(() => void start(), wait)
    wait = Math.min(wait * 2, times.longest)
  }

  return {
    state: () => now,
    async borrow(signal) {
      if (gone.signal.aborted)
        throw new SourceError('unreachable', 'The connection was closed.')
      if (signal.aborted)
        throw new SourceError('unreachable', 'Nobody waited for it any more.')
      if (link)
        return link
      if (now.state === 'down')
        throw new SourceError('unreachable', now.detail ?? '')
      return await orAborted(start(), signal).catch((error: unknown) => {
        // It never got the call, however long it took.
        throw error instanceof SourceError ? new SourceError('unreachable', error.message, { cause: error }) : error
      })
    },
    dispose() {
      gone.abort()
      clearTimeout(retry)
      const open = link
      link = undefined
      open?.close()
    },
  }
}

/** Larder's own errors are sentences; anything else is a fault, of which only the kind is told. */
function sentenceOf(error: unknown): string {
  return error instanceof Error && (error.name === 'SourceError' || error.name === 'LarderError')
    ? messageOf(error)
    : 'It could not be opened, because of a fault in Larder.'
}
