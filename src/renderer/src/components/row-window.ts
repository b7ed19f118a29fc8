/**
 * Pixels to which the height of an element is limited, because browsers clamp larger heights
 * (Firefox at 17.9 million, Chromium at 33.5 million).
 */
const tallest = 16_000_000
/** Rows drawn above and below the visible ones, so that fast scrolling shows no blank area. */
const margin = 6

interface RowWindow {
  /** Rows to draw, from `from` to before `to`. */
  from: number
  to: number
  /** The first row that is at least partly visible, and the first that nothing hides. */
  top: number
  whole: number
  /** Pixels: the height of the whole list, and the offset at which the row `from` is drawn. */
  height: number
  shift: number
  /**
   * Pixels of rows per scrollbar pixel: above 1 if the list is taller than an element can be.
   */
  ratio: number
}

/** Returns which of `count` rows of equal height to draw, and where. */
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
  const whole = Math.ceil(offset / row)
  return { from, to, top, whole, height, shift: ratio === 1 ? from * row : scroll + from * row - offset, ratio }
}

/** Returns the scroll position that shows this row fully; unchanged if it is fully visible. */
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

/** Returns the row that an arrow, paging, Home or End key leads to; undefined for other keys. */
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
