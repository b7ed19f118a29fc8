import type { Stopwatch } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { InFlight } from '../base/in-flight'
import type { Lingering } from './lingering'
import type { Outflow } from './outflow'
import type { Turn } from './turn'
import { createLingering } from './lingering'
import { createOutflow } from './outflow'
import { createTurn } from './turn'

/**
 * What all exchanges of a server share: when they write, how much they may hold, and how their
 * connections are closed.
 */
export interface Traffic extends Disposable {
  turn: Turn
  inFlight: InFlight
  outflow: Outflow
  lingering: Lingering
}

export function createTraffic({ stopwatch, inFlight }: { stopwatch: Stopwatch, inFlight: InFlight }): Traffic {
  const outflow = createOutflow({ stopwatch, inFlight })
  const lingering = createLingering({ stopwatch })
  return {
    turn: createTurn(outflow.written),
    inFlight,
    outflow,
    lingering,
    async dispose() {
      await outflow.dispose()
      await lingering.dispose()
    },
  }
}

/** Whoever was not recognised, all together: charged for what none of the others holds. */
export const nobody = {}

/** Bytes that an answer behind others takes beside its body: node's two objects and the head. */
export const queuedOverhead = 4096

/** Whom the budget charges for a request. */
export function chargedFor({ principal }: { principal: object | null }): object {
  return principal ?? nobody
}
