import type { ServerRow } from '../../../src/renderer/src/views/cache/entries/rows'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRows } from '../../../src/renderer/src/views/cache/entries/rows'

/** Returns the rows of a server for plain keys, with `:` as delimiter: folders first, counted. */
function serve(keys: () => readonly string[], prefix: string): ServerRow[] {
  const folders = new Map<string, number>()
  const entries: ServerRow[] = []
  for (const key of [...keys()].sort()) {
    if (!key.startsWith(prefix))
      continue
    const end = key.indexOf(':', prefix.length)
    if (end === -1) {
      entries.push({
        kind: 'entry',
        readAt: 0,
        entry: {
          key,
          bytes: 1,
          contentType: '',
          etag: key,
          tags: [],
          age: 0,
          ttl: null,
          grace: 0,
          state: 'fresh',
          hits: 0,
        },
      })
    }
    else {
      folders.set(key.slice(0, end + 1), (folders.get(key.slice(0, end + 1)) ?? 0) + 1)
    }
  }
  return [
    ...[...folders].map(([name, count]): ServerRow => ({ kind: 'folder', prefix: name, entries: count, asOf: '' })),
    ...entries,
  ]
}

function create(keys: () => readonly string[]): ReturnType<typeof createRows> {
  return createRows({
    async read(prefix, offset, limit) {
      const rows = serve(keys, prefix ?? '')
      return { rows: rows.slice(offset, offset + limit), count: rows.length }
    },
    onChange: () => {},
    onError: (error) => {
      throw error
    },
  })
}

const settled = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 0))

async function shown(rows: ReturnType<typeof createRows>): Promise<string[]> {
  rows.want(0, Math.max(1, rows.count ?? 0))
  await settled()
  rows.want(0, rows.count ?? 0)
  await settled()
  return Array.from({ length: rows.count ?? 0 }, (_, index) => {
    const placed = rows.at(index)
    return placed
      ? `${' '.repeat(placed.depth)}${placed.row.kind === 'folder' ? placed.row.prefix : placed.row.entry.key}`
      : '?'
  })
}

it('opens folders in place, and closes them with all inside', async () => {
  const rows = create(() => ['a', 'u:1:x', 'u:1:y', 'u:2', 'v:1'])
  expect(await shown(rows)).toEqual(['u:', 'v:', 'a'])
  rows.open('u:')
  expect(await shown(rows)).toEqual(['u:', ' u:1:', ' u:2', 'v:', 'a'])
  rows.open('u:1:')
  expect(await shown(rows)).toEqual(['u:', ' u:1:', '  u:1:x', '  u:1:y', ' u:2', 'v:', 'a'])
  expect(rows.indexOf('entry u:1:y')).toBe(3)
  expect(rows.parent(3)).toBe(1)
  expect(rows.parent(1)).toBe(0)
  expect(rows.parent(0)).toBe(-1)
  rows.close('u:')
  expect(await shown(rows)).toEqual(['u:', 'v:', 'a'])
})

it('follows open folders that move, and lets go of those that went', async () => {
  let keys = ['m:1', 'm:2', 'z']
  const rows = create(() => keys)
  await shown(rows)
  rows.open('m:')
  expect(await shown(rows)).toEqual(['m:', ' m:1', ' m:2', 'z'])
  keys = ['a:1', 'b:1', 'm:1', 'm:2', 'm:3', 'z']
  rows.invalidate()
  expect(await shown(rows)).toEqual(['a:', 'b:', 'm:', ' m:1', ' m:2', ' m:3', 'z'])
  keys = ['a:1', 'z']
  rows.invalidate()
  expect(await shown(rows)).toEqual(['a:', 'z'])
})

it('shows what a recursive listing shows, whatever is open', async () => {
  const key = fc
    .array(fc.constantFrom('a', 'b', 'c', '__proto__'), { minLength: 1, maxLength: 4 })
    .map(parts => parts.join(':'))
  await fc.assert(fc.asyncProperty(fc.uniqueArray(
    key,
    { maxLength: 40 },
  ), fc.array(fc.nat(), { maxLength: 12 }), async (
    keys,
    opened,
  ) => {
    const rows = create(() => keys)
    const open = new Set<string>()
    await shown(rows)
    for (const choice of opened) {
      const placed = rows.count ? rows.at(choice % rows.count) : undefined
      if (placed?.row.kind !== 'folder')
        continue
      if (placed.expanded) {
        rows.close(placed.row.prefix)
        for (const prefix of open) {
          if (prefix.startsWith(placed.row.prefix))
            open.delete(prefix)
        }
      }
      else {
        rows.open(placed.row.prefix)
        open.add(placed.row.prefix)
      }
      await shown(rows)
    }
    const list = (prefix: string, depth: number): string[] =>
      serve(() => keys, prefix).flatMap(row => row.kind === 'entry'
        ? [`${' '.repeat(depth)}${row.entry.key}`]
        : [`${' '.repeat(depth)}${row.prefix}`, ...(open.has(row.prefix) ? list(row.prefix, depth + 1) : [])])
    expect(await shown(rows)).toEqual(list('', 0))
  }), { numRuns: 60 })
})
