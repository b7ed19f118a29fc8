import type { DataOperationName } from '../../../shared/data-operations'
import type { Exchange } from '../exchange'
import type { DataHandler, DataPlaneDeps } from './context'
import { LarderError } from '../../../shared/errors'
import { cachingOff } from '../problems'
import { decodePart, readQuery } from '../request-target'
import { createBatchFace } from './batch'
import { createClassicFace } from './classic'
import { createCollectionFace } from './collection'
import { createEntryFace } from './native'
import { createPlainFace } from './plain'

/** Operations of the data plane; the event stream belongs to the control plane. */
export type DataPlaneOperation = Exclude<DataOperationName, 'events.watch'>

/**
 * What apps under test call. Order: switch (503) → operation; log and statistics come with the answer. Throws or rejects with
 * LarderError, which the server answers in the face's own form.
 */
export function createDataPlane(deps: DataPlaneDeps): (exchange: Exchange, name: DataPlaneOperation) => void | Promise<void> {
  const handlers: Record<DataPlaneOperation, DataHandler> = {
    ...createClassicFace(deps),
    ...createPlainFace(deps),
    ...createEntryFace(deps),
    ...createCollectionFace(deps),
    ...createBatchFace(deps),
  }
  return (exchange, name) => {
    if (!deps.engine.enabled) {
      countTurnedAway(deps, exchange)
      throw cachingOff()
    }
    return handlers[name](exchange)
  }
}

/** A read that the global switch turned away counts as a miss with reason `disabled`, where it says what it wanted. */
function countTurnedAway({ engine }: DataPlaneDeps, exchange: Exchange): void {
  const { route, principal, target } = exchange
  if (route.kind !== 'data' || route.spec.mutates || !principal)
    return
  try {
    const query = route.spec.face === 'classic' ? readQuery(target.query) : null
    exchange.cache = query ? query.get('cache') ?? null : route.spec.face === 'plain' ? 'default' : decodePart(route.params.cache ?? '', 'cache')
    exchange.key = query ? query.get('key') ?? null : decodePart(route.params.key ?? '', 'key')
    const cache = exchange.cache === null ? undefined : engine.find(principal.userId, exchange.cache)
    exchange.meter = cache ?? null
    if (exchange.key)
      cache?.get(exchange.key)
  }
  catch (error) {
    // Badly encoded: nothing to count; the answer is the switch's 503 all the same.
    if (!(error instanceof LarderError))
      throw error
  }
}
