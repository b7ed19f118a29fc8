/** What one read of a window tells: its rows, and how many there are in all. */
export interface WindowAnswer<Row> { rows: readonly Row[], count: number }

interface WindowsOptions<Row> {
  /** Rows a window. */
  size: number
  /** Windows that are kept while nobody looks at them. */
  keep: number
  read: (offset: number, limit: number, signal: AbortSignal) => Promise<WindowAnswer<Row>>
  /** Something arrived. */
  onChange: () => void
  /** A read failed; aborted ones are not told. */
  onError: (error: unknown) => void
}

/** A long list of which the server hands out windows. */
export interface Windows<Row> {
  /** Rows in all; null before the first answer. */
  readonly count: number | null
  /** Undefined while its window is not there. */
  at: (index: number) => Row | undefined
  /** Index of the first row at hand that passes. */
  indexOf: (passes: (row: Row) => boolean) => number | undefined
  /** Whether the window around this row is there and as new as can be. */
  isCurrent: (index: number) => boolean
  /**
   * These rows are looked at, `to` excluded: reads what is missing or old, and cancels what was
   * scrolled past.
   */
  want: (from: number, to: number) => void
  /**
   * Everything may have changed. What is there stays until its successor arrives, so that nothing
   * flickers.
   */
  invalidate: () => void
  dispose: () => void
}

interface Held<Row> { rows: readonly Row[], generation: number }

export function createWindows<Row>({ size, keep, read, onChange, onError }: WindowsOptions<Row>): Windows<Row> {
  /** By window number, the one used last at the end. */
  const held = new Map<number, Held<Row>>()
  const underWay = new Map<number, AbortController>()
  let wanted: readonly [from: number, to: number] = [0, 0]
  let generation = 0
  let count: number | null = null

  function load(page: number): void {
    const abort = new AbortController()
    const asked = generation
    underWay.set(page, abort)
    read(page * size, size, abort.signal).then((answer) => {
      if (abort.signal.aborted)
        return
      underWay.delete(page)
      take(page, answer, asked)
    }, (error) => {
      if (abort.signal.aborted)
        return
      underWay.delete(page)
      onError(error)
    })
  }

  function take(page: number, answer: WindowAnswer<Row>, asked: number): void {
    count = answer.count
    held.delete(page)
    held.set(page, { rows: answer.rows, generation: asked })
    for (const other of held.keys()) {
      if (other * size >= answer.count && other > 0)
        held.delete(other)
    }
    for (const other of held.keys()) {
      if (held.size <= keep)
        break
      if (!isWanted(other))
        held.delete(other)
    }
    onChange()
    // What changed while the answer was on its way is in none of it, perhaps.
    if (isWanted(page) && asked !== generation)
      fill()
  }

  function isWanted(page: number): boolean {
    return (page + 1) * size > wanted[0] && page * size < wanted[1]
  }

  function fill(): void {
    for (const [page, abort] of underWay) {
      if (!isWanted(page)) {
        underWay.delete(page)
        abort.abort()
      }
    }
    for (let page = Math.floor(wanted[0] / size); page * size < wanted[1]; page++) {
      const known = held.get(page)
      if (known?.generation !== generation
        && !underWay.has(page)
        && (count === null || page === 0 || page * size < count)) {
        load(page)
      }
    }
  }

  return {
    get count() {
      return count
    },
    at: index => held.get(Math.floor(index / size))?.rows[index % size],
    indexOf(passes) {
      for (const [page, { rows }] of held) {
        const found = rows.findIndex(passes)
        if (found !== -1)
          return page * size + found
      }
      return undefined
    },
    isCurrent: index => held.get(Math.floor(index / size))?.generation === generation,
    want(from, to) {
      wanted = [from, to]
      fill()
    },
    invalidate() {
      generation++
      fill()
    },
    dispose() {
      wanted = [0, 0]
      fill()
    },
  }
}
