import type { SentEvent } from './event-stream'
import type { HallMessage, LeaderMessage, OpenChannel, TabPage, TookMessage } from './tab-messages'
import { tabChannelName } from './tab-messages'

interface FollowerOptions {
  /** Name of the channel of all tabs. */
  hall: string
  /** Id of this tab. */
  tab: string
  open: OpenChannel
  page: TabPage
  /** Milliseconds in which a leader says something, and in which it answers a question. */
  silence: number
  patience: number
  onEvents: (events: readonly SentEvent[]) => void
  onLost: () => void
  /** There is a connection, and it is another one than before. */
  onConnection: () => void
  /**
   * This tab should lead: the leader does not answer, so its tab may be frozen; or it has no stream
   * and nobody sees it, so the browser lets it try again only once a minute.
   */
  onNeeded: () => void
}

/** Hears from the tab that leads, until it is disposed. */
export function createFollower({
  hall,
  tab,
  open,
  page,
  silence,
  patience,
  onEvents,
  onLost,
  onConnection,
  onNeeded,
}: FollowerOptions): { dispose: () => void } {
  const all = open<HallMessage>(hall)
  const own = open<TookMessage, LeaderMessage>(tabChannelName(hall, tab))
  /** Null until one has spoken. */
  let leader: string | null = null
  let number: number | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let disposed = false

  function ask(): void {
    all.post({ type: 'join', tab })
    clearTimeout(timer)
    timer = setTimeout(onNeeded, patience)
  }

  /** The timers of a tab that nobody saw may be late. */
  function seen(): void {
    if (!page.hidden)
      ask()
  }

  function lost(): void {
    number = null
    onLost()
  }

  all.hear((message) => {
    if (message.type !== 'lead')
      return
    leader = message.leader
    lost()
    ask()
  })
  own.hear((message) => {
    // A former leader may have been frozen, and says now what it meant to say then.
    leader ??= message.leader
    if (message.leader !== leader)
      return
    clearTimeout(timer)
    timer = setTimeout(ask, silence)
    if (message.type === 'closed') {
      lost()
      return message.hidden && !page.hidden ? onNeeded() : undefined
    }
    if (message.type === 'open') {
      if (message.number === number)
        return
      number = message.number
      return onConnection()
    }
    if (message.number === number)
      onEvents(message.events)
    if (message.size > 0)
      own.post({ type: 'took', size: message.size })
  })
  page.addEventListener('visibilitychange', seen)
  ask()

  return {
    dispose() {
      if (disposed)
        return
      disposed = true
      clearTimeout(timer)
      page.removeEventListener('visibilitychange', seen)
      all.post({ type: 'leave', tab })
      all.close()
      own.close()
    },
  }
}
