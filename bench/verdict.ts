/** Limits within which a build counts as no slower than another one. */
const rule = {
  /** Smallest geometric mean of all ratios of requests a second. */
  mean: 0.97,
  /** Smallest ratio of a row. */
  row: 0.93,
  /** Amount by which a ratio may miss its limit, because the host may be busy. */
  tolerance: 0.02,
  /** Largest number of additional bytes per entry. */
  bytes: 4,
}

export type Grade = 'reached' | 'within the tolerance' | 'missed'
interface Judged { name: string, value: number, grade: Grade }

export interface Verdict {
  /** The worst grade of all. */
  grade: Grade
  mean: Judged
  rows: Judged[]
  /** Null if it was not measured. */
  memory: Judged | null
}

/**
 * Judges a build by its ratios to another one.
 *
 * @param ratios ratio of requests a second for each row
 * @param moreBytes additional bytes per entry; null if this was not measured
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

/** Lines with the verdict, then its parts. Names only the rows that do not reach their limit. */
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
