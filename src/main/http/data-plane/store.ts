import type { Cache, WriteOptions, WriteResult } from '../../cache/ports'
import type { Exchange } from '../exchange'
import type { DataPlaneDeps } from './context'
import { LarderError } from '../../../shared/errors'
import { overloaded } from '../../base/in-flight'
import { takeBody } from '../body'
import { readWriteOptions } from '../entry-headers'
import { tooLarge } from '../gather'
import { chargedFor } from '../traffic'
import { checkSwitches } from './context'

type Answer = (exchange: Exchange, result: WriteResult) => void

/**
 * Stores the request body under `key` as the header fields say, then answers: PUT of the text and the
 * native face. There is no promise in it: that would take a twentieth of its time.
 *
 * @param cache switched on. Looked at again once the body is there: a switch may have moved meanwhile, and a cache that was deleted takes nothing
 */
export function storeBody(deps: DataPlaneDeps, exchange: Exchange, key: string, cache: Cache, answer: Answer): void {
  const options = readWriteOptions(exchange.head)
  takeBody(exchange, deps.valueLimit(), (value) => {
    checkSwitches(deps, cache)
    const room = cache.roomFor(value.length, key)
    if (room === undefined)
      return answer(exchange, accepted(exchange, cache, cache.set(key, value, options)))
    return storeLater(room, deps, exchange, cache, { key, value, options }, answer)
  }, error => exchange.failed(exchange, error))
}

/** A function of its own, so that the usual PUT makes no closure for it. */
function storeLater(room: Promise<void>, deps: DataPlaneDeps, exchange: Exchange, cache: Cache, entry: { key: string, value: Buffer, options: WriteOptions }, answer: Answer): Promise<void> {
  return afterRoom(room, exchange, () => {
    checkSwitches(deps, cache)
    answer(exchange, accepted(exchange, cache, cache.set(entry.key, entry.value, entry.options)))
  })
}

/** Goes on with a write once there is room for it, unless its body was taken away meanwhile, and the client told so. */
export function afterRoom(room: Promise<void>, exchange: Exchange, write: () => void): Promise<void> {
  return room.then(() => {
    if (!exchange.response.headersSent)
      write()
  }).catch((error: unknown) => exchange.failed(exchange, error))
}

/**
 * Counts what a request holds beside its body while it works. `dropped` rejects once others need the memory more, for those who
 * wait to give up by. Throws LarderError `overloaded`.
 */
export async function holding(exchange: Exchange, bytes: number, work: (dropped: Promise<never>) => Promise<void>): Promise<void> {
  const { promise: dropped, reject } = Promise.withResolvers<never>()
  // Nobody may be waiting just then.
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
export function accepted(exchange: Exchange, cache: Cache, result: WriteResult): WriteResult {
  if (result.outcome === 'refused')
    throw new LarderError('precondition-failed', result.version === 0 ? 'The entry does not exist.' : 'The entry has changed or already exists.')
  if (result.outcome === 'too-large')
    throw cache.definition.maxBytes === null ? new LarderError('too-large', 'The entry is larger than the memory budget.') : tooLarge(cache.definition.maxBytes)
  exchange.result = 'stored'
  return result
}
