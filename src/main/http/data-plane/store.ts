import type { Maybe } from '../../serving/maybe'
import type { ServedCache, WriteOptions, WriteResult } from '../../serving/ports'
import type { Exchange } from '../exchange'
import type { DataPlaneDeps } from './context'
import { LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { chargedFor } from '../../base/answers/traffic'
import { overloaded } from '../../base/in-flight'
import { asHolder } from '../../serving/leases/guard'
import { proceed } from '../../serving/maybe'
import { takeBody } from '../body'
import { readWriteOptions } from '../entry-headers'
import { settle } from './context'

type Answer = (exchange: Exchange, result: WriteResult) => void

/**
 * Stores the request body as the header fields say, then answers: PUT of faces 2 and 3. Uses no
 * promise, because that would take a twentieth of its time.
 *
 * @param name name of the cache; the caller needs access to it both before a byte of the body is
 *   read and afterwards
 */
export function storeBody(
  deps: DataPlaneDeps,
  exchange: Exchange,
  name: string,
  key: string,
  answer: Answer,
): void {
  const { serving, valueLimit } = deps
  openForStore(serving, exchange, name, key)
  const options = readWriteOptions(exchange.head)
  takeBody(exchange, valueLimit(), (value) => {
    const cache = openForStore(serving, exchange, name, key)
    noteTtl(exchange, options)
    const room = cache.roomFor(value.length, key, options, exchange)
    if (room === undefined)
      return settle(exchange, proceed(exchange, cache.set(key, value, options, exchange), answer))
    return storeLater(room, deps, exchange, name, { key, value, options }, answer)
  }, error => exchange.failed(exchange, error))
}

/** Whoever names a lease stores nothing unless it holds. Throws LarderError `lease-ended` too. */
function openForStore(serving: DataPlaneDeps['serving'], exchange: Exchange, name: string, key: string): ServedCache {
  const { larderLease } = exchange.head
  if (larderLease === null)
    return serving.open(exchange, name)
  const { book, cache } = serving.leases(exchange, name)
  return asHolder(cache, book, key, larderLease.trim())
}

/** A separate function, so that the usual PUT does not create the closure. */
function storeLater(
  room: Promise<void>,
  { serving }: DataPlaneDeps,
  exchange: Exchange,
  name: string,
  entry: { key: string, value: Buffer, options: WriteOptions },
  answer: Answer,
): Maybe<void> {
  return afterRoom(room, exchange, () =>
    proceed(
      exchange,
      openForStore(serving, exchange, name, entry.key).set(entry.key, entry.value, entry.options, exchange),
      answer,
    ))
}

/**
 * Continues a write once there is room for it, unless its body was taken away in the meantime and
 * the client was told so.
 */
export function afterRoom(room: Promise<void>, exchange: Exchange, write: () => Maybe<void>): Maybe<void> {
  return settle(exchange, room.then(() => exchange.response.headersSent ? undefined : write()))
}

/**
 * Counts the memory that a request holds besides its body while it works. `dropped` rejects when
 * others need the memory more; work that waits uses it to give up. Throws LarderError `overloaded`.
 */
export async function holding(
  exchange: Exchange,
  bytes: number,
  work: (dropped: Promise<never>) => Promise<void>,
): Promise<void> {
  const { promise: dropped, reject } = Promise.withResolvers<never>()
  // At that moment nothing may be waiting for it.
  dropped.catch(() => {})
  const hold = exchange.traffic.inFlight.hold(chargedFor(exchange), () => reject(overloaded()))
  if (!hold.resize(bytes))
    throw overloaded()
  try {
    await work(dropped)
  }
  finally {
    hold.release()
  }
}

/** Turns a refused write into its error. Throws `precondition-failed`, `too-large`. */
export function accepted(exchange: Exchange, result: WriteResult): WriteResult {
  if (result.outcome === 'refused') {
    throw new LarderError(
      'precondition-failed',
      result.version === 0 ? 'The entry does not exist.' : 'The entry has changed or already exists.',
    )
  }
  if (result.outcome === 'too-large')
    throw beyond(exchange)
  exchange.result = 'stored'
  return result
}

/** Notes the TTL that a write gives. Which one it keeps, only the entry before it knew. */
function noteTtl(exchange: Exchange, { ttl, keepTimes }: WriteOptions): void {
  exchange.ttl = keepTimes ? null : ttl === undefined ? exchange.found?.definition.ttl ?? null : ttl
}

function beyond({ found }: Exchange): LarderError {
  const limit = found?.definition.maxBytes ?? null
  const detail = limit === null
    ? 'The memory budget has no room for an entry of this size beside the shares of other caches.'
    : `With its overhead the entry would be larger than the cache may be: ${grouped(limit)} bytes.`
  return new LarderError('too-large', detail, { errors: [{ field: 'body', message: 'is too large for the cache' }] })
}
