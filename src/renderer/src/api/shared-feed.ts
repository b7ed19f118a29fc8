import type { EventFeed } from './event-feed'
import type { StreamSink } from './event-stream'
import type { OpenChannel, TabPage } from './tab-messages'
import { createAudience } from './audience'
import { createFollower } from './tab-follower'
import { createRelay } from './tab-leader'

interface SharedFeedOptions {
  /** Reads the server's events until the signal aborts, and connects again by itself. */
  read: (signal: AbortSignal, sink: StreamSink) => Promise<void>
  /** A name that the tabs of one session have in common, and nobody else. */
  name: () => Promise<string>
  /**
   * The browser's locks: one tab at a time holds one, and never one that has gone. Undefined on a
   * page of plain HTTP from another machine.
   */
  locks: Pick<LockManager, 'request'> | undefined
  open: OpenChannel
  page: TabPage
  /** A new id for this tab. */
  newId: () => string
  /** Milliseconds without a sign of the leader after which it is asked. @default 60_000 */
  silence?: number
  /** Milliseconds that it has for an answer, and half as many more at random. @default 10_000 */
  patience?: number
  /** Returns 0 to 1, so that not all tabs take the lead at once. @default Math.random */
  random?: () => number
}

/**
 * A feed whose stream the tabs of a browser share, because it allows only six connections to a
 * server (HTTP/1.1). The tab that holds a lock leads: it has the stream, and hands on what comes.
 * When it goes, the browser gives the lock to the next tab, which connects anew; for all tabs that
 * is a reconnect. Without locks each tab has a stream of its own.
 */
export function createSharedFeed({
  read,
  name,
  locks,
  open,
  page,
  newId,
  silence = 60_000,
  patience = 10_000,
  random = Math.random,
}: SharedFeedOptions): EventFeed {
  const { connected, listen, tell, setConnected, reconnected } = createAudience()
  let running: AbortController | undefined

  async function lead(hall: string, id: string, signal: AbortSignal): Promise<void> {
    setConnected(false)
    const relay = createRelay({ hall, leader: id, open, page })
    try {
      await read(signal, {
        onState(now) {
          setConnected(now)
          relay.onState(now)
        },
        onEvents(events) {
          tell(events)
          relay.onEvents(events)
        },
      })
    }
    finally {
      relay.dispose()
    }
  }

  /**
   * Follows until this tab may lead, then leads. Ends with `signal`, when another tab has taken the
   * lead, or when this tab should take it; returns whether the latter is why.
   */
  async function takeTurn(hall: string, signal: AbortSignal, steal: boolean): Promise<boolean> {
    const id = newId()
    const turn = new AbortController()
    const untilThen = AbortSignal.any([signal, turn.signal])
    let isNeeded = false
    const follower = createFollower({
      hall,
      tab: id,
      open,
      page,
      silence,
      patience: patience * (1 + random() / 2),
      onEvents: tell,
      onLost: () => setConnected(false),
      onConnection: reconnected,
      onNeeded() {
        isNeeded = true
        turn.abort()
      },
    })
    untilThen.addEventListener('abort', follower.dispose)
    try {
      await locks?.request(hall, steal ? { steal } : { signal: untilThen }, async () => {
        follower.dispose()
        if (!untilThen.aborted)
          await lead(hall, id, untilThen)
      })
    }
    catch (error) {
      // Waiting was called off, or another tab has taken the lock.
      if (!(error instanceof DOMException && error.name === 'AbortError'))
        throw error
    }
    finally {
      turn.abort()
    }
    return isNeeded
  }

  async function run(signal: AbortSignal): Promise<void> {
    const alone = (): Promise<void> => read(signal, { onState: setConnected, onEvents: tell })
    if (!locks)
      return await alone()
    try {
      const hall = await name()
      for (let steal = false; !signal.aborted;)
        steal = await takeTurn(hall, signal, steal)
    }
    catch {
      // This browser refuses locks or channels here.
      await alone()
    }
  }

  return {
    connected,
    listen,
    start() {
      if (running)
        return
      running = new AbortController()
      void run(running.signal)
    },
    stop() {
      running?.abort()
      running = undefined
      setConnected(false)
    },
  }
}
