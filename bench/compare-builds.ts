import type { RowResult } from './measure'
import type { Build } from './peers/start'
import type { Figure } from './single'
import type { Verdict } from './verdict'
import { median, turnsOf } from './measure'
import { memoryName } from './single'
import { geometricMean, judge } from './verdict'

/** Comparison of this build with another one. */
export interface Comparison {
  /** The other build's `headless.js`. */
  other: string
  rows: ComparedRow[]
  mean: { ratio: number, cpuRatio: number }
  figures: ComparedFigure[]
  verdict: Verdict
}

interface ComparedRow {
  name: string
  /** Requests a second of this build divided by those of the other one, by their medians. */
  ratio: number
  /** The other build's processor time per request divided by this one's: above 1 is better. */
  cpuRatio: number
}

/** Medians over the rounds; `difference` is `own - other`. */
interface ComparedFigure { name: string, unit: string, other: number, own: number, difference: number }

/** Measures figures of the builds in turns, `rounds` times. */
export async function compareFigures(
  [other, own]: readonly [Build, Build],
  rounds: number,
  steps: readonly ((build: Build) => Promise<Figure | Figure[]>)[],
): Promise<ComparedFigure[]> {
  const found: ComparedFigure[] = []
  for (const step of steps) {
    const taken = new Map<Build, Figure[]>([[other, []], [own, []]])
    for (let round = 0; round < rounds; round++) {
      for (const build of turnsOf([other, own], round))
        taken.get(build)?.push(...[await step(build)].flat())
    }
    const ofBoth = [...taken.values()].flat()
    const valueOf = (build: Build, name: string): number =>
      median((taken.get(build) ?? []).filter(figure => figure.name === name).map(({ value }) => value))
    for (const [name, unit] of new Map(ofBoth.map(figure => [figure.name, figure.unit]))) {
      const values = { other: valueOf(other, name), own: valueOf(own, name) }
      found.push({ name, unit, ...values, difference: values.own - values.other })
    }
  }
  return found
}

/** @param results results of rows whose lanes are the other build and this one */
export function compare(other: string, results: readonly RowResult[], figures: ComparedFigure[]): Comparison {
  const rows = results.map(({ name, lanes: [first, second] }): ComparedRow => ({
    name,
    ratio: (second?.requestsPerSecond ?? Number.NaN) / (first?.requestsPerSecond ?? Number.NaN),
    cpuRatio: (first?.cpu ?? Number.NaN) / (second?.cpu ?? Number.NaN),
  }))
  const mean = {
    ratio: geometricMean(rows.map(({ ratio }) => ratio)),
    cpuRatio: geometricMean(rows.map(({ cpuRatio }) => cpuRatio)),
  }
  const memory = figures.find(({ name }) => name === memoryName)
  return { other, rows, mean, figures, verdict: judge(rows, memory?.difference ?? null) }
}
