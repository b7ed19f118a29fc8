import type { RequestRecord } from '@shared/schemas'
import type { ServerEvent } from '../../api/server-event'

interface RequestStreamOptions {
  /**
   * Returns a page of the newest requests on the server, or of those with an id below `before`,
   * oldest first. Throws if it cannot be reached.
   */
  readPage: (before?: number) => Promise<RequestRecord[]>
  /** Receives requests in their order, each of them once. */
  onRecords: (records: readonly RequestRecord[]) => void
  /** The connection was too slow for this many requests, by result. */
  onMissed: (results: Readonly<Record<string, number>>) => void
  /** An unknown number of requests before the next ones was missed. */
  onGap: () => void
  onProblem: (error: unknown) => void
}

interface RequestStream {
  /** Takes each event of the server. It is cheap: nothing is parsed yet. */
  push: (event: ServerEvent) => void
  /** Passes on the events that have arrived since the last call. */
  flush: () => void
  /**
   * Reads the newest page at the start, and all missed requests after a lost connection, and joins
   * the live events to them without gaps or duplicates. Returns false if that failed, or if another
   * call began meanwhile and does it.
   */
  catchUp: () => Promise<boolean>
  /** Begins anew: the next `catchUp` passes on again what was passed on before. */
  forget: () => void
}

/** Events that may wait for a flush: a hidden tab's timers pause for a minute, events do not. */
const mostWaiting = 2000
/** Events that may wait while the log is read; if there are more, it is read again. */
const mostHeld = 10_000

/** The requests as one sequence, from the live events and the server's own log. */
export function createRequestStream({
  readPage,
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
    // Events come in batches, so one may arrive after the page that has its request.
    take(unseen(records))
  }

  /**
   * Returns the records that were not passed on yet. Ids grow while a server runs; after a restart
   * they start over, but with later times.
   */
  function unseen(records: RequestRecord[]): RequestRecord[] {
    const seen = last
    return seen ? records.filter(({ id, at }) => id > seen.id || at > seen.at) : records
  }

  /** As many pages as it takes to get to the last request that was passed on. */
  async function readMissed(): Promise<RequestRecord[]> {
    const pages = [await readPage()]
    for (;;) {
      const [page = []] = pages
      const [first] = page
      if (!last || !first || unseen(page).length < page.length)
        return pages.flat()
      // The server may have been started anew in between: then its ids are below, its times above.
      pages.unshift((await readPage(first.id)).filter(({ at }) => at <= first.at))
    }
  }

  async function catchUp(): Promise<boolean> {
    const turn = ++turns
    let succeeded = true
    catching = true
    overflown = false
    try {
      const newest = await readMissed()
      if (turn !== turns)
        return false
      const fresh = unseen(newest)
      // The last request that was passed on is no longer in the log, so others came in between.
      if (last && fresh.length === newest.length)
        onGap()
      take(fresh)
    }
    catch (error) {
      if (turn !== turns)
        return false
      succeeded = false
      onProblem(error)
    }
    if (overflown)
      return await catchUp()
    catching = false
    const held = waiting.map(({ payload }) => payload)
    waiting = []
    take(unseen(held))
    return succeeded
  }

  return {
    push(event) {
      const { topic } = event
      if (topic === 'request')
        waiting.push(event)
      if (topic === 'lagged' && !catching)
        onMissed(event.payload.requests)
      // It is unknown whether the log that is being read contains the events that are lost now.
      if (catching && (topic === 'lagged' || waiting.length > mostHeld)) {
        waiting = []
        overflown = true
      }
      if (waiting.length >= mostWaiting)
        flush()
    },
    flush,
    catchUp,
    forget: () => void (last = null),
  }
}
