import type { EntryKind } from '@shared/entry-kinds'
import type { Buffer } from 'node:buffer'
import type { Maybe } from '../../serving/maybe'
import type { Hit, Peek, WriteResult } from '../../serving/ports'
import type { ReadableCache, RedisCall } from '../redis-call'
import { elsewhere } from '../executor'
import { faults } from '../reply'

/** What Redis calls each kind of entry. */
export const typeNames = {
  bytes: 'string',
  hash: 'hash',
  set: 'set',
  zset: 'zset',
} as const satisfies Record<EntryKind, string>

/** Goes on with a result, at once if it is there. */
export function after<T, R>(result: Maybe<T>, next: (value: T) => Maybe<R>): Maybe<R> {
  return result instanceof Promise ? result.then(next) : next(result)
}

/** Waits for all of these, if one of them has to be waited for. */
export function allOf<T>(results: readonly Maybe<T>[]): Maybe<T[]> {
  const here = results.filter((result): result is Exclude<typeof result, Promise<T>> => !(result instanceof Promise))
  return here.length === results.length ? here : Promise.all(results)
}

/** The value of a string. Throws CommandFault for another kind. */
export function stringOf({ kind, value }: Hit): Buffer {
  if (kind !== 'bytes')
    throw faults.wrongKind()
  return value
}

/** Whether there is an entry with this value. Throws CommandFault for another kind. */
export function isValue(entry: Hit | undefined, expected: Buffer): boolean {
  return entry !== undefined && stringOf(entry).equals(expected)
}

/** An entry that is not past its TTL, without counting it as read. */
export function peekFresh(call: RedisCall, cache: ReadableCache, key: string): Maybe<Peek | undefined> {
  return after(cache.peek(key, call), entry =>
    entry?.stale && elsewhere(cache.definition) === null ? undefined : entry)
}

/** The same in a cache that lives here, which answers at once. */
export function peekHere(call: RedisCall, cache: ReadableCache, key: string): Peek | undefined {
  const entry = peekFresh(call, cache, key)
  if (entry instanceof Promise)
    throw new TypeError('A cache without source and backend has looked elsewhere')
  return entry
}

/**
 * Notes a write. Returns whether it was made. Throws CommandFault if the cache can never hold it.
 */
export function wasStored(call: RedisCall, { outcome }: WriteResult): boolean {
  if (outcome === 'too-large')
    throw faults.noRoom()
  if (outcome === 'refused')
    return false
  call.result = 'stored'
  return true
}
