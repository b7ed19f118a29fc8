import type { Principal } from '../base/principal'
import type { CommandWords } from './command-words'
import type { KeyTracking, Subscriptions } from './pushes/kept'
import type { Protocol, RedisAnswer } from './reply'
import type { Watch } from './watches'
import { firstRedisDatabase } from '@shared/redis/users'

/** A command of a transaction. */
export interface Queued { readonly name: string, readonly words: CommandWords }

/** What a connection has said about itself, and what it has under way. */
export interface RedisSession {
  readonly id: number
  readonly address: string
  readonly localAddress: string
  /** Milliseconds of the stopwatch. */
  readonly since: number
  lastUsed: number
  lastCommand: string
  commands: number
  /** Who has authenticated; null for who has not, and may have the rights of the anonymous key. */
  principal: Principal | null
  secret: string | null
  /** The cache that the user name says: the database 0. */
  home: string
  /** The cache in use. */
  cache: string
  database: number
  protocol: Protocol
  name: string
  library: string
  libraryVersion: string
  /** `hung`: nothing is answered any more, whatever the client says. */
  replies: 'on' | 'off' | 'skip' | 'skipping' | 'hung'
  /** `bytes` are those of the queue, about. */
  transaction: { readonly queue: Queued[], bytes: number, failed: boolean } | null
  watch: Watch | null
  /** What it listens to; null if that is nothing. */
  subscriptions: Subscriptions | null
  /** How it is told which of its keys change; null if it is not. */
  tracking: KeyTracking | null
  isMonitor: boolean
  /** The connection closes once the answer is written. */
  closing: boolean
  /** Closes the connection at once. */
  close: () => void
  /** The same, as by a server that is gone. */
  reset: () => void
  /** Tells the client something by itself, behind the answer that is on its way. */
  push: (value: RedisAnswer) => void
}

export const databases = 16

/** About how many bytes a connection holds beside what arrives and what is answered. */
export function keptBytes({ transaction, watch }: RedisSession): number {
  return (transaction?.bytes ?? 0) + (watch?.bytes ?? 0)
}

type NewSession = Pick<RedisSession, 'id' | 'address' | 'localAddress' | 'since' | 'close' | 'reset' | 'push'>

export function createSession(about: NewSession): RedisSession {
  return {
    ...about,
    lastUsed: about.since,
    lastCommand: '',
    commands: 0,
    ...fresh(),
  }
}

/** What a connection is when it begins, and after RESET. */
export function fresh(): Omit<RedisSession, keyof NewSession | 'lastUsed' | 'lastCommand' | 'commands'> {
  return {
    principal: null,
    secret: null,
    home: firstRedisDatabase,
    cache: firstRedisDatabase,
    database: 0,
    protocol: 2,
    name: '',
    library: '',
    libraryVersion: '',
    replies: 'on',
    transaction: null,
    watch: null,
    subscriptions: null,
    tracking: null,
    isMonitor: false,
    closing: false,
  }
}
