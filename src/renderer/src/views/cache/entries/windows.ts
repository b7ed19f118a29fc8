/** The result of reading a window: its rows, and the total number of rows. */
export interface WindowAnswer<Row> { rows: readonly Row[], count: number }

interface WindowsOptions<Row> {
  /** Rows per window. */
  size: number
  /** Maximum number of windows kept, unless more are in view. */
  keep: number
  read: (offset: number, limit: number, signal: AbortSignal) => Promise<WindowAnswer<Row>>
  /** Called when something has arrived. */
  onChange: () => void
  /** Called when a read failed; aborted reads are not reported. */
  onError: (error: unknown) => void
}

/** A long list that the server returns in windows. */
export interface Windows<Row> {
  /** Total number of rows; null before the first answer. */
  readonly count: number | null
  /** Undefined while its window is not loaded. */
  at: (index: number) => Row | undefined
  /** Index of the first loaded row that passes. */
  indexOf: (passes: (row: Row) => boolean) => number | undefined
  /** Whether the window of this row is loaded and up to date. */
  isCurrent: (index: number) => boolean
  /**
   * Sets the visible rows, from `from` to before `to`: reads missing and outdated windows, and
   * cancels reads for rows that were scrolled past.
   */
  want: (from: number, to: number) => void
  /**
   * Marks everything as possibly changed. Old rows stay until their replacement arrives, so that
   * nothing flickers.
   */
  invalidate: () => void
  dispose: () => void
}

interface Held<Row> { rows: readonly Row[], generation: number }

export function createWindows<Row>({ size, keep, read, onChange, onError }: WindowsOptions<Row>): Windows<Row> {
  /** By window number; the most recently loaded one is last. */
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
    // The answer may lack changes that happened after it was requested.
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
