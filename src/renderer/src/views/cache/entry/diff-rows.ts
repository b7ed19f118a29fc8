import type { LineChange } from './line-diff'

/** A row of a comparison; `before` and `after` are indexes of lines. */
export type DiffRow =
  | { kind: 'same', before: number, after: number }
  /** `pair` is the line of the other text that stands in its place, if there is one. */
  | { kind: 'removed', before: number, pair: number | undefined }
  | { kind: 'added', after: number, pair: number | undefined }
  /** Unchanged lines that are left out. */
  | { kind: 'folded', count: number }

/** Unchanged lines that are shown around a change. */
const context = 3
/** Characters shown of a line, and of its unchanged beginning. */
const longestLine = 400
const longestStart = 60

/**
 * Lays changes out as rows, with a few unchanged lines around each. `places` are the rows at which
 * a change begins.
 */
export function diffRows(changes: readonly LineChange[], lines: number): { rows: DiffRow[], places: number[] } {
  const rows: DiffRow[] = []
  const places: number[] = []
  let before = 0
  let after = 0

  /** Rows for the unchanged lines up to `end`; those around a change on either side stay. */
  function unchanged(end: number, next: boolean): void {
    const first = places.length > 0 ? context : 0
    const last = next ? context : 0
    const hidden = end - before - first - last
    const shift = after - before
    for (; before < end; before++) {
      // One line takes no more room than the row that says that it is hidden.
      if (hidden > 1 && before === end - last - hidden) {
        rows.push({ kind: 'folded', count: hidden })
        before += hidden
        if (before >= end)
          break
      }
      rows.push({ kind: 'same', before, after: before + shift })
    }
    after = end + shift
  }

  for (const change of changes) {
    unchanged(change.before[0], true)
    places.push(rows.length)
    const [removed, added] = [change.before[1] - change.before[0], change.after[1] - change.after[0]]
    for (let index = 0; index < removed; index++)
      rows.push({ kind: 'removed', before: before + index, pair: index < added ? after + index : undefined })
    for (let index = 0; index < added; index++)
      rows.push({ kind: 'added', after: after + index, pair: index < removed ? before + index : undefined })
    ;[before, after] = [change.before[1], change.after[1]]
  }
  unchanged(lines, false)
  return { rows, places }
}

/** A line in three parts, of which the middle differs from the line that it is compared with. */
interface MarkedLine { start: string, changed: string, end: string }

/** Marks what differs between two lines, and cuts what is too long to show. */
export function markLine(line: string, other: string | undefined): MarkedLine {
  if (other === undefined)
    return { start: cut(line, longestLine), changed: '', end: '' }
  const shorter = Math.min(line.length, other.length)
  let head = 0
  while (head < shorter && line.charCodeAt(head) === other.charCodeAt(head))
    head++
  let tail = 0
  while (tail < shorter - head && line.charCodeAt(line.length - 1 - tail) === other.charCodeAt(other.length - 1 - tail))
    tail++
  // Half of a character is no character.
  if (head > 0 && isHigh(line.charCodeAt(head - 1)))
    head--
  if (tail > 0 && isHigh(line.charCodeAt(line.length - tail - 1)))
    tail--
  const start = line.slice(0, head)
  return {
    start: head > longestLine / 2 ? `…${start.slice(-longestStart)}` : start,
    changed: cut(line.slice(head, line.length - tail), longestLine),
    end: cut(line.slice(line.length - tail), longestLine / 2),
  }
}

function isHigh(code: number): boolean {
  return code >= 0xD800 && code < 0xDC00
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}
