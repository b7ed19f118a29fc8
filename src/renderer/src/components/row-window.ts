/**
 * Pixels beyond which browsers clamp the height of an element (Firefox at 17.9 million, Chromium at
 * 33.5).
 */
const tallest = 16_000_000
/** Rows that are drawn above and below what is seen, so that a fast wheel meets no blank. */
const margin = 6

interface RowWindow {
  /** Rows to draw, `to` excluded. */
  from: number
  to: number
  /** First row that is seen, whole or in part. */
  top: number
  /** Pixels: of the whole list, and where in it the row `from` is drawn. */
  height: number
  shift: number
  /**
   * Pixels of rows for one pixel of the scrollbar: above 1 where the list is taller than any
   * element can be.
   */
  ratio: number
}

/** Which of so many rows of one height are to be drawn, and where. */
export function rowWindow({ count, row, viewport, scroll }: {
  count: number
  row: number
  viewport: number
  scroll: number
}): RowWindow {
  const full = count * row
  const height = Math.min(full, tallest)
  const ratio = full > height ? (full - viewport) / (height - viewport) : 1
  const offset = Math.max(0, Math.min(scroll * ratio, full - viewport))
  const top = Math.floor(offset / row)
  const from = Math.max(0, top - margin)
  const to = Math.min(count, Math.ceil((offset + viewport) / row) + margin)
  return { from, to, top, height, shift: ratio === 1 ? from * row : scroll + from * row - offset, ratio }
}

/** Where to scroll so that this row is seen whole; the given place when it is. */
export function reveal(
  index: number,
  { count, row, viewport, scroll }: { count: number, row: number, viewport: number, scroll: number },
): number {
  const { ratio } = rowWindow({ count, row, viewport, scroll })
  const offset = scroll * ratio
  if (index * row < offset)
    return index * row / ratio
  if ((index + 1) * row > offset + viewport)
    return ((index + 1) * row - viewport) / ratio
  return scroll
}

/** Where the arrows, paging keys, Home and End lead from a row; undefined for other keys. */
export function keyTarget(
  key: string,
  { index, count, page }: { index: number, count: number, page: number },
): number | undefined {
  const targets: Readonly<Record<string, number>> = {
    ArrowUp: index - 1,
    ArrowDown: index + 1,
    PageUp: index - page,
    PageDown: index + page,
    Home: 0,
    End: count - 1,
  }
  if (!Object.hasOwn(targets, key) || count === 0)
    return undefined
  return Math.max(0, Math.min(count - 1, targets[key] ?? 0))
}
