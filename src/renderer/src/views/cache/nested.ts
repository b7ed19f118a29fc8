/** A list in which some rows are open and have a list of their own right below them. */
export interface NestedList<L> {
  /** Its own rows, without what is inside of open ones. */
  readonly own: number
  /** The open rows, in the order of their index. */
  children: () => readonly { index: number, level: L }[]
}

/** Rows of a level with all that is open inside. */
export function sizeOf<L extends NestedList<L>>(level: L): number {
  return level.children().reduce((sum, child) => sum + sizeOf(child.level), level.own)
}

/**
 * The level, and the index in it, of the row that is shown at `index`. Costs as much as there are
 * open rows, however long the lists are.
 */
export function locate<L extends NestedList<L>>(level: L, index: number): { level: L, index: number } {
  let rest = index
  for (const child of level.children()) {
    if (rest <= child.index)
      break
    const inside = sizeOf(child.level)
    if (rest <= child.index + inside)
      return locate(child.level, rest - child.index - 1)
    rest -= inside
  }
  return { level, index: rest }
}

/** Where a row of a level's own is shown, counted from the level's first. */
export function shownAt<L extends NestedList<L>>(level: L, index: number): number {
  return level.children().reduce((sum, child) => sum + (child.index < index ? sizeOf(child.level) : 0), index)
}

/**
 * Index of the row that `level` is inside of, counted from the first row of `from`; -1 where it is
 * not inside.
 */
export function parentOf<L extends NestedList<L>>(from: L, level: L): number {
  for (const child of from.children()) {
    const at = shownAt(from, child.index)
    const inside = child.level === level ? -1 : parentOf(child.level, level)
    if (child.level === level || inside !== -1)
      return child.level === level ? at : at + 1 + inside
  }
  return -1
}
