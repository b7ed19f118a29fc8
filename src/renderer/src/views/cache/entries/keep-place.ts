import type { KeyRows } from './rows'

/** The list as it is drawn. */
interface DrawnList {
  /** The first visible row. */
  top: () => number
  /** Whether it is at its very start, where new rows come into view. */
  atStart: () => boolean
}

interface PlaceKeeper {
  /** Remembers the first visible row. */
  note: () => void
  /** Whether that row is being searched: nothing else must be remembered meanwhile. */
  readonly seeking: boolean
  /** By how many rows it has moved since. */
  moved: () => number
  /** Starts anew with other rows. */
  forget: () => void
}

/** Keeps the visible rows in their place while others are added or removed above them. */
export function createPlaceKeeper(rows: () => KeyRows | undefined, list: () => DrawnList | null): PlaceKeeper {
  /** The first visible row with its last known index, and the number of rows at that time. */
  let top: { id: string, index: number, count: number } | undefined
  let seeking = false
  const count = (): number => rows()?.count ?? 0

  return {
    get seeking() {
      return seeking
    },
    note() {
      const at = list()?.top() ?? 0
      const row = rows()?.at(at)
      top = row && { id: row.id, index: at, count: count() }
    },
    moved() {
      if (!top || list()?.atStart())
        return 0
      const at = rows()?.indexOf(top.id)
      let moved = 0
      if (at !== undefined) {
        moved = at - top.index
        seeking = false
      }
      else if (!seeking) {
        // The row is in none of the loaded windows. It has probably moved by as many rows as were
        // added; the rows around the new place are read next and show whether that is right.
        moved = count() - top.count
        seeking = moved !== 0
      }
      else if (rows()?.at(list()?.top() ?? 0)) {
        // The rows in this place are loaded and it is not among them, so it is gone.
        seeking = false
      }
      top = { id: top.id, index: top.index + moved, count: count() }
      return moved
    },
    forget() {
      top = undefined
      seeking = false
    },
  }
}
