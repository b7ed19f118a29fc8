import type { OperationOutput, OperationParsed } from '@shared/operations'
import type { RequestRecord } from '@shared/schemas'
import type { Disposable } from '../../base/disposable'
import type { Timer } from '../../base/timer'
import type { OpenRequestBook, Reader } from './request-book'
import type { RequestView } from './request-view'
import { LarderError } from '@shared/errors'
import { counted } from '@shared/grouped'
import { limits } from '@shared/limits'
import { shownMost } from '@shared/request-assertions'
import { isOwnRead } from '@shared/request-filter'

/** Callers that wait until requests of some kind have come. */
export interface RequestWaits extends Disposable {
  /** Whether anybody waits. */
  readonly active: boolean
  /** Tells all of them about a request; the view is only looked at during the call. */
  tell: (view: RequestView) => void
  /**
   * Resolves as soon as so many requests match. Rejects with LarderError `invalid-input` (field
   * filter), `wait-timeout` with what came instead, `overloaded`, `not-ready` when the server
   * stops, and with the reason of `left` when the caller has left.
   */
  wait: (
    reader: Reader,
    query: OperationParsed<'requests.wait'>,
    left?: AbortSignal,
  ) => Promise<OperationOutput<'requests.wait'>>
}

interface Waiter {
  look: (view: RequestView) => void
  end: (error: LarderError) => void
}

interface RequestWaitsParts {
  book: Pick<OpenRequestBook, 'choose' | 'walk' | 'lastId'>
  timer: Timer
}

export function createRequestWaits({ book, timer }: RequestWaitsParts): RequestWaits {
  const waiting = new Set<Waiter>()

  async function wait(
    reader: Reader,
    { filter, count: wanted, after, timeout }: OperationParsed<'requests.wait'>,
    left?: AbortSignal,
  ): Promise<OperationOutput<'requests.wait'>> {
    const { sees, passes } = book.choose(reader, filter)
    if (waiting.size >= limits.requestWaits)
      throw new LarderError('overloaded', 'Too many callers wait for requests; try again shortly.', { retryAfter: 1 })
    const first = book.lastId()
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
    let looksBack = after !== undefined && after < first
    let matching: RequestRecord[] = []
    let count = 0
    let others = 0
    /** Id of the newest of them. */
    let other = 0

    /** Counts a request of this reader by whether it matches. */
    function matches(view: RequestView): boolean {
      if (passes(view)) {
        count += 1
        return true
      }
      if (sees(view) && !isOwnRead(view)) {
        others += 1
        other = Math.max(other, view.id)
      }
      return false
    }

    function settle(): void {
      if (count >= wanted && !looksBack)
        resolve()
    }

    function look(view: RequestView): void {
      if (!matches(view))
        return
      matching = [...matching.slice(1 - shownMost), view.toRecord()]
      settle()
    }

    /** What had come before this call, which counts if the caller says so. */
    async function lookBack(): Promise<void> {
      const earlier: RequestRecord[] = []
      await book.walk(after ?? first, first + 1, (view) => {
        if (matches(view) && earlier.length < shownMost)
          earlier.push(view.toRecord())
      })
      matching = [...earlier.reverse(), ...matching].slice(-shownMost)
      looksBack = false
      settle()
    }

    async function giveUp(): Promise<void> {
      let last: RequestRecord | null = null
      await book.walk(other - 1, other + 1, view => last = view.toRecord())
      // Names no time: for a long wait the command line asks several times.
      const matched = `${count} of ${counted(wanted, 'request', 'requests')} matched in time.`
      reject(new LarderError('wait-timeout', `${matched} ${sayOthers(others, last)}`))
    }

    const waiter: Waiter = { look, end: reject }
    const onLeft = (): void => reject(left?.reason)
    if (left?.aborted)
      onLeft()
    const alarm = timer.after(timeout * 1000, () => void giveUp())
    left?.addEventListener('abort', onLeft)
    waiting.add(waiter)
    try {
      if (looksBack)
        await Promise.race([ended, lookBack()])
      await ended
      return { count, requests: matching, last: book.lastId() }
    }
    finally {
      waiting.delete(waiter)
      left?.removeEventListener('abort', onLeft)
      alarm.dispose()
    }
  }

  return {
    get active() {
      return waiting.size > 0
    },
    tell: view => waiting.forEach(({ look }) => look(view)),
    wait,
    dispose() {
      for (const { end } of waiting)
        end(new LarderError('not-ready', 'The server stops.'))
    },
  }
}

/** What came while nothing matched: mostly it tells what is wrong with the app or the filter. */
function sayOthers(count: number, last: RequestRecord | null): string {
  if (count === 0 || last === null)
    return 'No other request came.'
  const { method, path, result, reason } = last
  const outcome = reason === null ? result : `${result} (${reason})`
  return `${counted(count, 'other came: ', 'others came, the last one ')}${method} ${path}, ${outcome}.`
}
