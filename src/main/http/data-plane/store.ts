import type { Cache, WriteResult } from '../../cache/ports'
import type { Exchange } from '../exchange'
import type { DataPlaneDeps } from './context'
import { LarderError } from '../../../shared/errors'
import { takeBody, tooLarge } from '../body'
import { readWriteOptions } from '../entry-headers'
import { checkSwitches } from './context'

/**
 * Stores the request body under `key` as the header fields say, then answers; PUT of faces 2 and 3. No promise carries it: that would be a twentieth of its time.
 *
 * @param cache switched on. Looked at again once the body is there: a switch may have moved meanwhile, and a cache that was deleted takes nothing
 */
export function storeBody(deps: DataPlaneDeps, exchange: Exchange, key: string, cache: Cache, answer: (exchange: Exchange, result: WriteResult) => void): void {
  const options = readWriteOptions(exchange.head)
  takeBody(exchange, deps.valueLimit(), (value) => {
    const store = (): void => {
      checkSwitches(deps, cache)
      answer(exchange, accepted(exchange, cache, cache.set(key, value, options)))
    }
    checkSwitches(deps, cache)
    const room = cache.roomFor(key, value)
    if (room === undefined)
      return store()
    room.then(store).catch((error: unknown) => exchange.failed(exchange, error))
  }, error => exchange.failed(exchange, error))
}

/** Turns a refused write into its error. Throws `precondition-failed`, `too-large`. */
export function accepted(exchange: Exchange, cache: Cache, result: WriteResult): WriteResult {
  if (result.outcome === 'refused')
    throw new LarderError('precondition-failed', result.version === 0 ? 'The entry is not there.' : 'The entry has changed, or is there already.')
  if (result.outcome === 'too-large')
    throw cache.definition.maxBytes === null ? new LarderError('too-large', 'The entry is larger than the memory budget.') : tooLarge(cache.definition.maxBytes)
  exchange.result = 'stored'
  return result
}
