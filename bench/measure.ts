import type { Row } from './row'
import { shoot } from './load/wrk'
import { key } from './peers/start'

interface LaneResult {
  name: string
  /** Medians over the rounds. */
  requestsPerSecond: number
  /** Milliseconds. */
  p99: number
  /**
   * Median of the ratios to the first lane within each round, because shots that are close in time
   * find the machine in the same state.
   */
  ratio: number
  /** Microseconds of the server's processor time per request. */
  cpu: number
  /**
   * Like `ratio`, but of processor time: it shows the work alone, even if other programs compete
   * for the core.
   */
  cpuRatio: number
  rounds: number[]
}
export interface RowResult { name: string, target: number | null, lanes: LaneResult[] }

/**
 * Loads the servers of a row in turns, `rounds` times, after some rounds to warm up. Throws if a
 * server refuses requests that it should serve.
 */
export async function measure(
  row: Row,
  { rounds, warmUps, milliseconds }: { rounds: number, warmUps: number, milliseconds: number },
): Promise<RowResult> {
  const shots = row.lanes.map((): { requestsPerSecond: number, p99: number, cpu: number }[] => [])
  for (let round = -warmUps; round < rounds; round++) {
    for (const [index, lane] of turnsOf([...row.lanes.entries()], Math.max(0, round))) {
      const before = lane.peer.cpuTime()
      const shot = await shoot(lane.peer.port, key, lane.load, milliseconds)
      if (shot.refused > 0 && !row.name.includes('miss'))
        throw new Error(`${lane.name} refused ${shot.refused} of ${shot.requests} requests of ${row.name}`)
      if (round >= 0)
        shots[index]?.push({ ...shot, cpu: (lane.peer.cpuTime() - before) / shot.requests })
    }
  }
  const first = shots[0] ?? []
  const lanes = row.lanes.map(({ name }, index) => {
    const own = shots[index] ?? []
    return {
      name,
      requestsPerSecond: median(own.map(shot => shot.requestsPerSecond)),
      p99: median(own.map(shot => shot.p99)),
      ratio: median(own.map((shot, round) => shot.requestsPerSecond / (first[round]?.requestsPerSecond ?? Number.NaN))),
      cpu: median(own.map(shot => shot.cpu)),
      cpuRatio: median(own.map((shot, round) => (first[round]?.cpu ?? Number.NaN) / shot.cpu)),
      rounds: own.map(shot => Math.round(shot.requestsPerSecond)),
    }
  })
  return { name: row.name, target: row.target ?? null, lanes }
}

/** Starts each round with another item, so that items do not always have the same neighbours. */
export function turnsOf<T>(items: readonly T[], round: number): T[] {
  const first = round % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? sorted[middle] ?? Number.NaN
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}
