import type { Stopwatch } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { InFlight } from '../base/in-flight'
import type { Outflow } from './outflow'
import type { Turn } from './turn'
import { createOutflow } from './outflow'
import { createTurn } from './turn'

/** Shared by all exchanges of a server: when they write, and how much they may hold. */
export interface Traffic extends Disposable {
  turn: Turn
  inFlight: InFlight
  outflow: Outflow
}

export function createTraffic({ stopwatch, inFlight }: { stopwatch: Stopwatch, inFlight: InFlight }): Traffic {
  const outflow = createOutflow({ stopwatch, inFlight })
  return { turn: createTurn(outflow.written), inFlight, outflow, dispose: outflow.dispose }
}

/** All unknown callers together; charged for what belongs to no known caller. */
export const nobody = {}

/** Bytes that a queued answer takes besides its body: two objects of node and the head. */
export const queuedOverhead = 4096

/** The caller that the budget charges for a request. */
export function chargedFor({ principal }: { principal: object | null }): object {
  return principal ?? nobody
}
