import type { SentEvent, StreamSink } from './event-stream'
import type { HallMessage, LeaderMessage, OpenChannel, TabChannel, TabPage, TookMessage } from './tab-messages'
import { tabChannelName } from './tab-messages'

interface RelayOptions {
  /** Name of the channel of all tabs. */
  hall: string
  /** Id of this tab. */
  leader: string
  open: OpenChannel
  page: Pick<TabPage, 'hidden'>
}

interface Relay extends StreamSink {
  /** Stops telling the other tabs, which then hear nothing until another one leads. */
  dispose: () => void
}

interface Follower {
  channel: TabChannel<LeaderMessage, TookMessage>
  /** The connection that the tab knows of. */
  number: number
  /** Characters that the tab has not taken yet. */
  waiting: number
  /** Whether the tab missed events since that connection began. */
  behind: boolean
}

/** Characters that may wait for a tab, as on the server. */
const waitingLimit = 1024 * 1024

/**
 * Hands the events of this tab's stream on to the other tabs. A tab that takes nothing gets nothing
 * more after `waitingLimit`. When it has taken all of that, it is told of a new connection, so it
 * reads the state again.
 */
export function createRelay({ hall, leader, open, page }: RelayOptions): Relay {
  const followers = new Map<string, Follower>()
  const all = open<HallMessage>(hall)
  let connected = false

  function welcome({ channel, number }: Follower): void {
    channel.post(connected ? { type: 'open', leader, number } : { type: 'closed', leader, hidden: page.hidden })
  }

  function add(tab: string): Follower {
    const channel = open<LeaderMessage, TookMessage>(tabChannelName(hall, tab))
    const follower: Follower = { channel, number: 1, waiting: 0, behind: false }
    channel.hear(({ size }) => {
      follower.waiting -= size
      if (follower.behind && follower.waiting <= 0)
        begin(follower)
    })
    followers.set(tab, follower)
    return follower
  }

  /** Begins a connection anew, for a tab that has missed events. */
  function begin(follower: Follower): void {
    follower.behind = false
    follower.number++
    welcome(follower)
  }

  function join(tab: string): void {
    const follower = followers.get(tab) ?? add(tab)
    if (!follower.behind)
      return welcome(follower)
    // A tab that asks has taken what came before.
    follower.waiting = 0
    begin(follower)
  }

  function pass(follower: Follower, events: readonly SentEvent[], size: number): void {
    follower.behind ||= follower.waiting > 0 && follower.waiting + size > waitingLimit
    if (follower.behind)
      return
    follower.waiting += size
    follower.channel.post({ type: 'events', leader, number: follower.number, events, size })
  }

  all.hear((message) => {
    if (message.type === 'join')
      join(message.tab)
    if (message.type === 'leave') {
      followers.get(message.tab)?.channel.close()
      followers.delete(message.tab)
    }
  })
  all.post({ type: 'lead', leader })

  return {
    onState(now) {
      connected = now
      followers.values().forEach(begin)
    },
    onEvents(events) {
      const size = events.reduce((sum, [, text]) => sum + text.length, 0)
      for (const follower of followers.values())
        pass(follower, events, size)
    },
    dispose() {
      all.close()
      for (const { channel } of followers.values())
        channel.close()
      followers.clear()
    },
  }
}
