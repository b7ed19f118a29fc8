/** What connections listen to. Names have one character a byte. */
export type ChannelKind = 'channel' | 'pattern' | 'shard'

/** What one connection listens to, all of it of one user. */
export interface Subscriptions extends Readonly<Record<ChannelKind, Set<string>>> {
  readonly space: string
}

/** How a connection is told which of its keys change. */
export interface KeyTracking {
  /**
   * Beginnings of keys, one character a byte, whether it has read them or not; null for what it has
   * read.
   */
  prefixes: Set<string> | null
  /** Keys count only after CLIENT CACHING YES, or unless CLIENT CACHING NO was sent before. */
  choice: 'in' | 'out' | null
  /** The next command is chosen, or left out. */
  caching: boolean
  /** Changes that it makes itself are not told. */
  noLoop: boolean
  /** The connection that is told instead; 0 for none. */
  redirect: number
  /** The other connection has gone. */
  isBroken: boolean
}
