import type { Folder, Run } from './window'
import { compareKeys } from './position'
import { createSortedList } from './sorted-list'

/** The folders of one level, by name, each with the number of entries below it. */
export interface Folders extends Run<Folder, string> {
  /** Memory held, estimated because names are strings on the heap. */
  readonly bytes: number
  /**
   * Adds this many entries to the folder, or removes them if negative. A folder exists while it has
   * any.
   */
  add: (folder: string, entries: number) => void
  clear: () => void
}

export function createFolders(capacity: number): Folders {
  const list = createSortedList({ ranked: false, capacity })
  /** Rows by their number in the list; free numbers are reused. */
  let rows: Folder[] = []
  let free: number[] = []
  let characters = 0

  const rowOf = (number: number): Folder => rows[number] as Folder
  const before = (prefix: string, included: boolean) =>
    (_: number, number: number) => compareKeys(rowOf(number).prefix, prefix) < (included ? 1 : 0)

  function create(prefix: string, entries: number): void {
    const number = free.pop() ?? rows.length
    rows[number] = { prefix, entries }
    characters += prefix.length
    list.insert(before(prefix, false), 0, number)
  }

  return {
    get size() {
      return list.size
    },
    get bytes() {
      return list.bytes + rows.length * 64 + characters * 2
    },
    add(prefix, entries) {
      const place = before(prefix, false)
      const number = list.at(list.count(place))
      const row = number === undefined ? undefined : rowOf(number)
      if (number === undefined || row?.prefix !== prefix)
        return create(prefix, entries)
      row.entries += entries
      if (row.entries > 0)
        return
      list.remove(place, number)
      free.push(number)
      characters -= prefix.length
    },
    slice: (from, count) => list.slice(from, count).map(number => ({ ...rowOf(number) })),
    before: (prefix, included) => list.count(before(prefix, included)),
    clear() {
      list.clear()
      rows = []
      free = []
      characters = 0
    },
  }
}
