import type { Clock } from '../base/clock'
import type { Run } from './order/window'
import type { Page, PageQuery } from './ports'
import type { Store } from './store'
import { timeOf } from './lifetime'
import { compareKeys, comparePositions, folderOf, prefixOf, rankOf } from './order/position'
import { checkQuery, readWindow } from './order/window'
import { chosenBy } from './selector'

/**
 * Returns one page of metadata by reading and sorting everything: for caches so small that an index
 * is not worth building. Throws LarderError `invalid-input` for a query that contradicts itself, a
 * malformed glob or an invalid cursor.
 */
export function readPage(store: Store, clock: Clock, query: PageQuery): Page {
  checkQuery(query)
  const wall = clock.wall()
  const monotonic = clock.monotonic()
  const { handles, accepts } = chosenBy(store, query.filter)
  const servable = Array.from(handles, store.at)
    .filter(entry => entry !== undefined)
    .filter((entry) => {
      const now = timeOf(entry, wall, monotonic)
      return now < entry.graceUntil && accepts(entry, now)
    })
  const counts = new Map<string, number>()
  const level = servable.filter(({ key }) => {
    const folder = query.delimiter === undefined ? undefined : folderOf(key, prefixOf(query), query.delimiter)
    if (folder !== undefined)
      counts.set(folder, (counts.get(folder) ?? 0) + 1)
    return folder === undefined
  })
  const rank = rankOf[query.sort]
  return readWindow({
    total: servable.length,
    folders: sortedRun(
      Array.from(counts, ([prefix, entries]) => ({ prefix, entries })),
      folder => folder.prefix,
      compareKeys,
    ),
    entries: sortedRun(level, entry => ({ rank: rank(entry), key: entry.key }), comparePositions),
  }, query, wall, monotonic)
}

function sortedRun<Row, Place>(
  rows: Row[],
  placeOf: (row: Row) => Place,
  compare: (a: Place, b: Place) => number,
): Run<Row, Place> {
  // Each place is computed only once, because a key has to be decoded from its bytes.
  const placed = rows.map(row => ({ row, place: placeOf(row) })).sort((a, b) => compare(a.place, b.place))
  return {
    size: placed.length,
    slice: (from, count) => placed.slice(from, from + count).map(({ row }) => row),
    before: (place, included) => placed.filter(other => compare(other.place, place) < (included ? 1 : 0)).length,
  }
}
