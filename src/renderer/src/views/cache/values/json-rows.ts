import type { NestedList } from '../nested'
import type { Children, JsonKind } from './json-scan'
import type { Sliced } from './slices'
import { locate, parentOf, sizeOf } from '../nested'
import { childrenOf, excerptAt, isEmptyAt, kindAt, rootOf } from './json-scan'

export interface JsonRow {
  depth: number
  /** Name of the member, or index of the item; null for the root value. */
  name: string | null
  kind: JsonKind
  /** The text as it was written, cut if it is long. */
  text: string
  /** Whether the row is open; null if there is nothing inside. */
  expanded: boolean | null
  place: number
  of: number
}

/** A JSON value as a tree in which the children of a row are located when it is opened. */
export interface JsonRows {
  readonly count: number
  at: (index: number) => JsonRow
  /** Index of the row that contains this one; -1 at the top. */
  parent: (index: number) => number
  open: (index: number) => Sliced<void>
  close: (index: number) => void
}

interface Child { index: number, level: Level }
interface Level extends NestedList<Level> {
  depth: number
  /** In the order of their index. */
  children: () => Child[]
  rows: Children
}

/** Maximum number of bytes shown of a value and of a name. */
const longestText = 240
const longestName = 120

/**
 * Reads a JSON value as rows. Its members or items are the first level; a value without any is a
 * row of its own.
 *
 * @param bytes A JSON text; see `parsesAsJson`.
 */
export function* readJsonRows(bytes: Uint8Array): Sliced<JsonRows> {
  const root = rootOf(bytes)
  const kind = kindAt(bytes, root)
  const bare = (kind !== 'object' && kind !== 'array') || isEmptyAt(bytes, root)
  const top = createLevel(
    bare ? { count: 1, named: false, name: () => 0, start: () => root } : yield* childrenOf(bytes, root),
    0,
  )

  function createLevel(rows: Children, depth: number): Level {
    const open: Child[] = []
    return { depth, rows, own: rows.count, children: () => open }
  }

  function nameOf({ rows }: Level, index: number): string | null {
    if (bare)
      return null
    if (!rows.named)
      return String(index)
    const written = excerptAt(bytes, rows.name(index), longestName)
    try {
      return String(JSON.parse(written))
    }
    catch {
      // The text was cut off and is no longer a JSON string, so it is shown as written.
      return written.slice(1)
    }
  }

  function place(index: number): { level: Level, index: number, child: Child | undefined } {
    const found = locate(top, index)
    return { ...found, child: found.level.children().find(child => child.index === found.index) }
  }

  return {
    get count() {
      return sizeOf(top)
    },
    at(index) {
      const { level, index: own, child } = place(index)
      const start = level.rows.start(own)
      const kind = kindAt(bytes, start)
      const container = kind === 'object' || kind === 'array'
      return {
        depth: level.depth,
        name: nameOf(level, own),
        kind,
        text: excerptAt(bytes, start, longestText),
        expanded: container && !isEmptyAt(bytes, start) ? child !== undefined : null,
        place: own,
        of: level.rows.count,
      }
    },
    parent: index => parentOf(top, place(index).level),
    * open(index) {
      const { level, index: own, child } = place(index)
      const start = level.rows.start(own)
      const kind = kindAt(bytes, start)
      if (child || (kind !== 'object' && kind !== 'array') || isEmptyAt(bytes, start))
        return
      const inside = createLevel(yield* childrenOf(bytes, start), level.depth + 1)
      const open = level.children()
      // Another call may have opened it in the meantime.
      if (open.some(other => other.index === own))
        return
      const behind = open.findIndex(other => other.index > own)
      open.splice(behind === -1 ? open.length : behind, 0, { index: own, level: inside })
    },
    close(index) {
      const { level, index: own } = place(index)
      const open = level.children()
      const found = open.findIndex(other => other.index === own)
      if (found !== -1)
        open.splice(found, 1)
    },
  }
}
