import type { Stopwatch } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { InFlight } from '../base/in-flight'
import type { Outflow } from './outflow'
import type { Turn } from './turn'
import { createOutflow } from './outflow'
import { createTurn } from './turn'

/** What all exchanges of a server share: when they write, and how much they may hold. */
export interface Traffic extends Disposable {
  turn: Turn
  inFlight: InFlight
  outflow: Outflow
}

export function createTraffic({ stopwatch, inFlight }: { stopwatch: Stopwatch, inFlight: InFlight }): Traffic {
  const outflow = createOutflow({ stopwatch, inFlight })
  return { turn: createTurn(outflow.written), inFlight, outflow, dispose: outflow.dispose }
}

/** Whoever was not recognised, all together: charged for what none of the others holds. */
export const nobody = {}

/** Bytes that an answer behind others takes beside its body: node's two objects and the head. */
export const queuedOverhead = 4096

/** Whom the budget charges for a request. */
export function chargedFor({ principal }: { principal: object | null }): object {
  return principal ?? nobody
}
