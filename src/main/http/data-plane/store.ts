import type { Cache, WriteResult } from '../../cache/ports'
import type { Exchange } from '../exchange'
import type { DataPlaneDeps } from './context'
import { LarderError } from '../../../shared/errors'
import { readBody, tooLarge } from '../body'
import { readWriteOptions } from '../entry-headers'
import { checkSwitches } from './context'

/**
 * Stores the request body under `key` as the header fields say; PUT of faces 2 and 3. The cache is looked for again once the body is
 * there: it may have been deleted or switched off while it was on its way.
 */
export async function storeBody(deps: DataPlaneDeps, exchange: Exchange, key: string, find: () => Cache): Promise<WriteResult> {
  const options = readWriteOptions(exchange.head)
  const value = await readBody(exchange, deps.valueLimit())
  const cache = find()
  checkSwitches(deps, cache)
  return accepted(exchange, cache, cache.set(key, value, options))
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
