import type { SentEvent } from './event-stream'

/**
 * What tabs of one session say to each other. One of them leads: it reads the server's events and
 * hands them on. Each of the others has a channel of its own, so that one that takes nothing, such
 * as a frozen tab, piles up nothing.
 */

/** On the channel of all tabs. */
export type HallMessage =
  /** This tab leads from now on. */
  | { type: 'lead', leader: string }
  /** This tab wants the events, or to know whether the leader is still there. */
  | { type: 'join', tab: string }
  | { type: 'leave', tab: string }

/** From the leader to one tab. */
export type LeaderMessage =
  /**
   * The leader's stream is open. Another `number` than before is another connection: events may
   * have been missed in between.
   */
  | { type: 'open', leader: string, number: number }
  /** The leader has no stream at the moment. `hidden`: nobody sees its tab. */
  | { type: 'closed', leader: string, hidden: boolean }
  /** The events of one read, in their order; none if the server only showed that it lives. */
  | { type: 'events', leader: string, number: number, events: readonly SentEvent[], size: number }

/** From the tab back to the leader: it has taken events of this size. */
export interface TookMessage { type: 'took', size: number }

/** The parts of a BroadcastChannel that tabs use. */
export interface TabChannel<Out, In = Out> {
  post: (message: Out) => void
  /** A channel has one listener. */
  hear: (listener: (message: In) => void) => void
  close: () => void
}

export type OpenChannel = <Out, In = Out>(name: string) => TabChannel<Out, In>

/** A channel of this browser. Everything that comes over it was sent by a page of this origin. */
export const openChannel: OpenChannel = (name) => {
  const channel = new BroadcastChannel(name)
  return {
    post: message => channel.postMessage(message),
    hear: listener => channel.onmessage = ({ data }) => listener(data),
    close: () => channel.close(),
  }
}

/** What tabs ask of a document. */
export type TabPage = Pick<Document, 'hidden' | 'addEventListener' | 'removeEventListener'>

/** Name of the channel between the leader and one tab. */
export function tabChannelName(hall: string, tab: string): string {
  return `${hall} ${tab}`
}
