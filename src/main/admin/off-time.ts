import type { OffTime } from '@shared/off-time'
import type { TurnedAway } from '../serving/off-times'
import { isoTime } from '@shared/moment'

/** The part of an answer about a switch that is off; none while it is on. */
export function describeOffTime(off: TurnedAway | undefined): { off?: OffTime } {
  return off ? { off: { since: isoTime(off.since), refused: off.refused, callers: [...off.callers] } } : {}
}
