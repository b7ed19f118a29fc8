import type { RequestRecord } from '@shared/schemas'
import type { ServerEvent } from '../../api/server-event'

interface RequestStreamOptions {
  /**
   * The newest requests that the server still knows, oldest first. Throws when it cannot be asked.
   */
  readNewest: () => Promise<RequestRecord[]>
  /** Takes requests in their order, each once. */
  onRecords: (records: readonly RequestRecord[]) => void
  /** The connection was too slow for so many requests, by their result. */
  onMissed: (results: Readonly<Record<string, number>>) => void
  /** Requests before the next ones were missed, and nobody knows how many. */
  onGap: () => void
  onProblem: (error: unknown) => void
}

interface RequestStream {
  /** For each event of the server. Cheap: nothing is parsed yet. */
  push: (event: ServerEvent) => void
  /** Hands on what has come since the last time. */
  flush: () => void
  /**
   * Reads what was missed, as at the start and after a lost connection, and joins the live events
   * to it without a gap or a double.
   */
  catchUp: () => Promise<void>
}

/** Events that may wait for a flush: a hidden tab's timers stop for a minute, its events do not. */
const mostWaiting = 2000
/** Events that may wait while the log is read; with more, it is read again. */
const mostHeld = 10_000

/** The requests as one sequence, out of the live events and the server's own log. */
export function createRequestStream({
  readNewest,
  onRecords,
  onMissed,
  onGap,
  onProblem,
}: RequestStreamOptions): RequestStream {
  let waiting: Extract<ServerEvent, { topic: 'request' }>[] = []
  let last: RequestRecord | null = null
  let turns = 0
  let catching = false
  let overflown = false

  function take(records: readonly RequestRecord[]): void {
    last = records.at(-1) ?? last
    if (records.length > 0)
      onRecords(records)
  }

  function flush(): void {
    if (catching)
      return
    const records = waiting.map(({ payload }) => payload)
    waiting = []
    take(records)
  }

  /**
   * What is in `records` and was not handed on yet. Ids grow while a server runs; the next one
   * begins anew, but later.
   */
  function unseen(records: RequestRecord[]): RequestRecord[] {
    const seen = last
    return seen ? records.filter(({ id, at }) => id > seen.id || at > seen.at) : records
  }

  async function catchUp(): Promise<void> {
    const turn = ++turns
    catching = true
    overflown = false
    try {
      const newest = await readNewest()
      if (turn !== turns)
        return
      const fresh = unseen(newest)
      // What was handed on last is not in the log any more: there was more in between.
      if (last && fresh.length === newest.length)
        onGap()
      take(fresh)
    }
    catch (error) {
      if (turn !== turns)
        return
      onProblem(error)
    }
    if (overflown)
      return await catchUp()
    catching = false
    const held = waiting.map(({ payload }) => payload)
    waiting = []
    take(unseen(held))
  }

  return {
    push(event) {
      const { topic } = event
      if (topic === 'request')
        waiting.push(event)
      if (topic === 'lagged' && !catching)
        onMissed(event.payload.requests)
      // Of what is lost now, nobody could say whether the log that is being read has it.
      if (catching && (topic === 'lagged' || waiting.length > mostHeld)) {
        waiting = []
        overflown = true
      }
      if (waiting.length >= mostWaiting)
        flush()
    },
    flush,
    catchUp,
  }
}
