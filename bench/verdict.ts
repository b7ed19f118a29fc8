/** What a build keeps of another one's speed, so that it counts as no slower. */
const rule = {
  /** Least geometric mean of all ratios of requests a second. */
  mean: 0.97,
  /** Least ratio of a row. */
  row: 0.93,
  /** By how much a ratio may miss its limit where the host is busy. */
  tolerance: 0.02,
  /** Most bytes that an entry may take more. */
  bytes: 4,
}

export type Grade = 'reached' | 'within the tolerance' | 'missed'
interface Judged { name: string, value: number, grade: Grade }

export interface Verdict {
  /** The worst of all. */
  grade: Grade
  mean: Judged
  rows: Judged[]
  /** Null where it was not measured. */
  memory: Judged | null
}

/**
 * Judges a build by its ratios to another one.
 *
 * @param ratios of requests a second, of each row
 * @param moreBytes that an entry takes; null where it was not measured
 */
export function judge(ratios: readonly { name: string, ratio: number }[], moreBytes: number | null): Verdict {
  const rows = ratios.map(({ name, ratio }) => ({ name, value: ratio, grade: gradeOf(ratio, rule.row) }))
  const meanRatio = geometricMean(ratios.map(({ ratio }) => ratio))
  const mean: Judged = { name: 'geometric mean', value: meanRatio, grade: gradeOf(meanRatio, rule.mean) }
  const memory: Judged | null = moreBytes === null
    ? null
    : { name: 'memory an entry', value: moreBytes, grade: moreBytes <= rule.bytes ? 'reached' : 'missed' }
  const given = new Set([mean, ...rows, ...memory ? [memory] : []].map(({ grade }) => grade))
  const grade = (['missed', 'within the tolerance'] as const).find(worst => given.has(worst)) ?? 'reached'
  return { grade, mean, rows, memory }
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}

function gradeOf(ratio: number, least: number): Grade {
  return ratio >= least ? 'reached' : ratio >= least - rule.tolerance ? 'within the tolerance' : 'missed'
}

/** As lines: the whole, then its parts. Rows are named if they do not reach their limit. */
export function describe({ grade, mean, rows, memory }: Verdict): string[] {
  const short = rows.filter(row => row.grade !== 'reached')
  const named = short.map(row => `${row.name} ${row.value.toFixed(3)} ${row.grade}`)
  const counted = `${rows.length - short.length} of ${rows.length} reached`
  const bytes = memory && `${memory.value < 0 ? '−' : '+'}${Math.abs(memory.value).toFixed(1)} B`
  return [
    `Verdict: ${grade}.`,
    `- Geometric mean ${mean.value.toFixed(3)}, at least ${rule.mean}: ${mean.grade}.`,
    `- Rows, at least ${rule.row} each: ${[counted, ...named].join('; ')}.`,
    `- Memory an entry${memory ? ` ${bytes}, at most ${rule.bytes} B more: ${memory.grade}` : ': not measured'}.`,
  ]
}
