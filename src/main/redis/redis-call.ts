import type { CallOperationName } from '@shared/call-operations'
import type { RedisCommandSpec } from '@shared/redis/spec'
import type { RequestResult } from '@shared/request-results'
import type { Buffer } from 'node:buffer'
import type { Principal } from '../base/principal'
import type { Maybe } from '../serving/maybe'
import type { Call, Hit, Lookup, ServedCache, SourceNote } from '../serving/ports'
import type { CommandWords } from './command-words'
import type { RedisAnswer } from './reply'
import type { RedisSession } from './session'
import { noteLookup } from '../serving/account'
import { noMarks } from '../serving/call'

/** What commands that only read may do, so that a cache that is not made yet can be one. */
export type ReadableCache = Pick<ServedCache, 'get' | 'peek' | 'chosen'> & {
  readonly definition: Pick<ServedCache['definition'], 'source' | 'backend' | 'eviction' | 'format'>
}

/** Answers a command; what it does to a cache says which one it gets. */
type Action
  = | { does: 'nothing', handle: (call: RedisCall) => Maybe<RedisAnswer> }
    | { does: 'read', handle: (call: RedisCall, cache: ReadableCache) => Maybe<RedisAnswer> }
    | { does: 'write', handle: (call: RedisCall, cache: ServedCache) => Maybe<RedisAnswer> }

/** A command of the table with what answers it. */
export interface CommandRow {
  /** In lower case; the parts of a command as `client|id`. */
  readonly name: string
  /** As the request log writes it. */
  readonly shown: string
  readonly spec: RedisCommandSpec
  /** Null if it concerns no cache. */
  readonly operation: CallOperationName | null
  readonly action: Action
  /** Whether the second word may name a part, as in `CLIENT ID`. */
  readonly hasParts: boolean
  /** Whether it says nothing without one. */
  readonly isContainer: boolean
  /** Answered to who has shown no key. */
  readonly isOpen: boolean
  /** Whether it may make the cache grow. */
  readonly needsRoom: boolean
}

/** Keys of one command that get a line each in the request log. */
const keysLogged = 100

/** One command on its way; the Redis protocol's form of a call. */
export class RedisCall implements Call {
  readonly face = 'redis'
  readonly asApp = true
  readonly path = ''
  readonly admitted = true
  readonly cacheControl = null
  readonly principal: Principal | null
  readonly operation: CallOperationName | null
  readonly method: string
  readonly started: number
  space: string | null = null
  cache: string | null = null
  key: string | null = null
  found: Call['found'] = null
  result: RequestResult = 'ok'
  reason: string | null = null
  detail: string | null = null
  ttl: number | null = null
  marks: readonly string[] = noMarks
  sourced: SourceNote | null = null

  readonly row: CommandRow
  readonly words: CommandWords
  readonly session: RedisSession
  answer: RedisAnswer = null
  /** Bytes of values that came, and that went. */
  taken = 0
  given = 0
  /** Within a transaction nothing waits for room. */
  inTransaction = false
  /** Whether it need not wait for its turn: it has it, or its transaction. */
  hasTurn = false
  /** One call for each further key, for the request log. */
  others: RedisCall[] | null = null

  constructor(
    session: RedisSession,
    principal: Principal | null,
    row: CommandRow,
    words: CommandWords,
    started: number,
  ) {
    this.session = session
    this.principal = principal
    this.row = row
    this.operation = row.operation
    this.method = row.shown
    this.words = words
    this.started = started
  }

  get args(): readonly Buffer[] {
    return this.words.all
  }

  /** An argument as bytes. The arity says that it is there. */
  bytes(index: number): Buffer {
    return this.words.bytes(index)
  }

  /** An argument as text, one character a byte. */
  text(index: number): string {
    return this.words.text(index)
  }

  /** The key that the command names first. */
  firstKey(): string {
    return this.key ?? ''
  }

  /** The call for one more key of the command: a line of its own in the request log. */
  also(key: string): RedisCall {
    const other = new RedisCall(this.session, this.principal, this.row, this.words, this.started)
    other.key = key
    other.space = this.space
    other.cache = this.cache
    other.found = this.found
    this.others ??= []
    if (this.others.length < keysLogged - 1)
      this.others.push(other)
    return other
  }

  /** Notes what a read has found. Returns the hit if it counts as one in this protocol. */
  note(lookup: Lookup): Hit | undefined {
    noteLookup(this, lookup)
    if (typeof lookup === 'string')
      return undefined
    // An entry past its TTL is absent for Redis, unless a source stands behind it.
    if (lookup.stale && !this.found?.definition.source) {
      this.result = 'miss'
      this.reason = 'expired'
      this.ttl = null
      return undefined
    }
    return lookup
  }
}
