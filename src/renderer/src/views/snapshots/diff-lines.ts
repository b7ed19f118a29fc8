import type { DiffRow } from '../cache/entry/diff-rows'

/** Lines of a comparison as its file has them, as rows; `before` and `after` are their texts. */
export interface DiffLines {
  rows: DiffRow[]
  before: string[]
  after: string[]
  /** Whether there are more lines than are kept. */
  cut: boolean
}

/** Characters that are kept of a line: its value may be megabytes. */
const longest = 4000

/** The cache and the key that a line is about. */
const subject = /^\{"cache":"[^"]*","key":"(?:[^"\\]|\\.)*"/

/**
 * Takes the file of a comparison in parts that may end anywhere. Keeps the first `most` lines, and
 * of each its beginning. Two lines about the same entry belong together.
 */
export function createDiffLines(most: number): { take: (part: string) => void, lines: () => DiffLines } {
  const lines: DiffLines = { rows: [], before: [], after: [], cut: false }
  let held = ''

  function add(line: string): void {
    const text = line.slice(1)
    if (line.startsWith('-')) {
      lines.rows.push({ kind: 'removed', before: lines.before.push(text) - 1, pair: undefined })
      return
    }
    const last = lines.rows.at(-1)
    const isPair = last?.kind === 'removed' && subjectOf(lines.before[last.before] ?? '') === subjectOf(text)
    const after = lines.after.push(text) - 1
    if (isPair)
      last.pair = after
    lines.rows.push({ kind: 'added', after, pair: isPair ? last.before : undefined })
  }

  return {
    take(part) {
      for (let from = 0; from < part.length;) {
        if (lines.rows.length >= most) {
          lines.cut = true
          return
        }
        const end = part.indexOf('\n', from)
        held = (held + part.slice(from, end < 0 ? undefined : end)).slice(0, longest)
        if (end < 0)
          return
        add(held)
        held = ''
        from = end + 1
      }
    },
    lines: () => lines,
  }
}

function subjectOf(line: string): string {
  // Headers have no key, and belong together as well.
  return subject.exec(line)?.[0] ?? ''
}
