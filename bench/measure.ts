import type { Row } from './rows'
import { shoot } from './load/wrk'
import { key } from './peers/start'

interface LaneResult {
  name: string
  /** Medians over the rounds. */
  requestsPerSecond: number
  /** Milliseconds. */
  p99: number
  /**
   * Median of the ratios to the first lane within each round; neighbours in time meet the same
   * machine.
   */
  ratio: number
  /** Microseconds of the server's processor time a request. */
  cpu: number
  /**
   * The same as ratio, of processor time: it tells the work itself where others compete for the
   * core.
   */
  cpuRatio: number
  rounds: number[]
}
export interface RowResult { name: string, target: number | null, lanes: LaneResult[] }

/**
 * Loads the servers of a row in turns, `rounds` times, after rounds to warm up. Throws when a
 * server refuses what it should serve.
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

/** Another one begins each round, so that none has the same neighbour all the time. */
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
