import type { Stopwatch } from '../clock'
import type { Disposable } from '../disposable'
import type { InFlight } from '../in-flight'
import type { Lingering } from './lingering'
import type { Outflow } from './outflow'
import type { Turn } from './turn'
import { createLingering } from './lingering'
import { createOutflow, nobody } from './outflow'
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

/** The caller that the budget charges for a request. */
export function chargedFor({ principal }: { principal: object | null }): object {
  return principal ?? nobody
}
