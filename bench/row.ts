import type { Load } from './load/wrk'
import type { Peer } from './peers/start'

/** One line of the table: the same load on several servers, in turns. */
export interface Row {
  name: string
  /** The ratios refer to the first one. */
  lanes: Lane[]
  /** Ratio to the first lane that Larder has to reach. */
  target?: number
}

export interface Lane { peer: Peer, load: Load, name: string }

/** Stops the server that is being started when the rows are measured. */
export type Keep = (starting: Promise<Peer>) => Promise<Peer>
