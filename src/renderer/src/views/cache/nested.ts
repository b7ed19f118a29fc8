/** A list in which some rows are open and show a list of their own directly below them. */
export interface NestedList<L> {
  /** Number of its own rows, without those inside open ones. */
  readonly own: number
  /** The open rows, in the order of their index. */
  children: () => readonly { index: number, level: L }[]
}

/** Number of rows of a level, including everything that is open inside it. */
export function sizeOf<L extends NestedList<L>>(level: L): number {
  return level.children().reduce((sum, child) => sum + sizeOf(child.level), level.own)
}

/**
 * Returns the level, and the index in it, of the row that is shown at `index`. The cost depends on
 * the number of open rows, not on the length of the lists.
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

/** Returns where a level's own row is shown, counted from the first row of the level. */
export function shownAt<L extends NestedList<L>>(level: L, index: number): number {
  return level.children().reduce((sum, child) => sum + (child.index < index ? sizeOf(child.level) : 0), index)
}

/**
 * Returns the index of the row that contains `level`, counted from the first row of `from`; -1 if
 * `from` does not contain it.
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
