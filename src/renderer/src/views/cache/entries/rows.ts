import type { EntryInfo } from '@shared/entries'
import type { NestedList } from '../nested'
import type { WindowAnswer, Windows } from './windows'
import { locate, parentOf, shownAt, sizeOf } from '../nested'
import { createWindows } from './windows'

/**
 * A row as the server returned it; `readAt` (milliseconds since 1970) lets times run on, and `asOf`
 * is the server's moment at which the entries were counted.
 */
export type ServerRow =
  | { kind: 'folder', prefix: string, entries: number, asOf: string }
  | { kind: 'entry', entry: EntryInfo, readAt: number }

/** A row with its place in the tree. */
export interface PlacedRow {
  row: ServerRow
  /** Stays the same when the row moves. */
  id: string
  /** 0 at the top. */
  depth: number
  expanded: boolean
  /** Place among its siblings, from 0, and the number of siblings. */
  place: number
  of: number
}

interface RowsOptions {
  /** Reads a window of one level; `prefix` is the folder, null at the top. */
  read: (prefix: string | null, offset: number, limit: number, signal: AbortSignal) => Promise<WindowAnswer<ServerRow>>
  onChange: () => void
  onError: (error: unknown) => void
}

/**
 * The rows of the key browser: one level of windows for a flat list, and another one for each open
 * folder. There are few folders and many rows, so all positions are computed from the open folders
 * and no loop visits the rows.
 */
export interface KeyRows {
  /** Number of rows, including those in open folders; null before the first answer. */
  readonly count: number | null
  at: (index: number) => PlacedRow | undefined
  /** Index of the folder that contains a row; -1 at the top. */
  parent: (index: number) => number
  /** The current index of a row, if its window is loaded. */
  indexOf: (id: string) => number | undefined
  want: (from: number, to: number) => void
  open: (prefix: string) => void
  close: (prefix: string) => void
  invalidate: () => void
  dispose: () => void
}

interface Level extends NestedList<Level> {
  depth: number
  windows: Windows<ServerRow>
  /** Open folders by prefix; `index` is their position among the rows of this level. */
  open: Map<string, { index: number, level: Level }>
}

const windowSize = 100
const keep = 24

export function idOf(row: ServerRow): string {
  return row.kind === 'folder' ? `folder ${row.prefix}` : `entry ${row.entry.key}`
}

export function createRows({ read, onChange, onError }: RowsOptions): KeyRows {
  const top = createLevel(null, 0)

  function createLevel(prefix: string | null, depth: number): Level {
    const open: Level['open'] = new Map()
    const level: Level = {
      depth,
      open,
      get own() {
        return level.windows.count ?? 0
      },
      children: () => [...open.values()].sort((a, b) => a.index - b.index),
      windows: createWindows<ServerRow>({
        size: windowSize,
        keep,
        read: (offset, limit, signal) => read(prefix, offset, limit, signal),
        onError,
        onChange() {
          settle(level)
          onChange()
        },
      }),
    }
    return level
  }

  /**
   * Finds the open folders again after rows have moved. A folder is gone if it is in no loaded
   * window and its old position is loaded or past the end.
   */
  function settle({ windows, open }: Level): void {
    for (const [prefix, child] of open) {
      const index = windows.indexOf(row => row.kind === 'folder' && row.prefix === prefix)
      if (index !== undefined) {
        child.index = index
      }
      else if (windows.isCurrent(child.index) || child.index >= (windows.count ?? 0)) {
        shut(child.level)
        open.delete(prefix)
      }
    }
  }

  function shut(level: Level): void {
    level.windows.dispose()
    for (const child of level.open.values())
      shut(child.level)
  }

  function find(level: Level, id: string): number | undefined {
    const own = level.windows.indexOf(row => idOf(row) === id)
    if (own !== undefined)
      return shownAt(level, own)
    for (const child of level.children()) {
      const inside = find(child.level, id)
      if (inside !== undefined)
        return shownAt(level, child.index) + 1 + inside
    }
    return undefined
  }

  function* levels(level: Level): Generator<Level> {
    yield level
    for (const child of level.open.values())
      yield* levels(child.level)
  }

  return {
    get count() {
      return top.windows.count === null ? null : sizeOf(top)
    },
    at(index) {
      const found = locate(top, index)
      const row = found.level.windows.at(found.index)
      return row && {
        row,
        id: idOf(row),
        depth: found.level.depth,
        expanded: row.kind === 'folder' && found.level.open.has(row.prefix),
        place: found.index,
        of: found.level.windows.count ?? 0,
      }
    },
    parent: index => parentOf(top, locate(top, index).level),
    indexOf: id => find(top, id),
    want(from, to) {
      const ranges = new Map<Level, [number, number]>()
      for (let index = from; index < to; index++) {
        const found = locate(top, index)
        const range = ranges.get(found.level)
        if (range)
          range[1] = Math.max(range[1], found.index + 1)
        else
          ranges.set(found.level, [found.index, found.index + 1])
      }
      for (const level of levels(top)) {
        // A level that has not answered yet, or is empty, has no visible rows, but its answer is
        // still awaited.
        const [first, last] = ranges.get(level)
          ?? (level.windows.count === null || (level === top && to <= from) ? [0, 1] : [0, 0])
        level.windows.want(first, last)
      }
    },
    open(prefix) {
      for (const level of levels(top)) {
        const index = level.windows.indexOf(row => row.kind === 'folder' && row.prefix === prefix)
        if (index === undefined || level.open.has(prefix))
          continue
        const child = createLevel(prefix, level.depth + 1)
        level.open.set(prefix, { index, level: child })
        child.windows.want(0, 1)
        return onChange()
      }
    },
    close(prefix) {
      for (const level of levels(top)) {
        const child = level.open.get(prefix)
        if (!child)
          continue
        shut(child.level)
        level.open.delete(prefix)
        return onChange()
      }
    },
    invalidate() {
      for (const level of levels(top))
        level.windows.invalidate()
    },
    dispose: () => shut(top),
  }
}
