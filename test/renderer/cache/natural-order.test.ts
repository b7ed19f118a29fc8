import type { ServerRow } from '../../../src/renderer/src/views/cache/entries/rows'
import { expect, it } from 'vitest'
import { inNaturalOrder } from '../../../src/renderer/src/views/cache/entries/natural-order'

const folder = (prefix: string): ServerRow => ({ kind: 'folder', prefix, entries: 1, asOf: '' })
function entry(key: string): ServerRow {
  return {
    kind: 'entry',
    readAt: 0,
    entry: {
      key,
      bytes: 0,
      contentType: '',
      etag: '',
      tags: [],
      age: 0,
      ttl: null,
      grace: 0,
      state: 'fresh',
      hits: 0,
    },
  }
}
function namesOf(rows: readonly ServerRow[]): string[] {
  return rows.map(row => row.kind === 'folder' ? row.prefix : row.entry.key)
}

it.each([
  ['numbers', [folder('109:'), folder('10:'), folder('110:'), folder('9:')], ['9:', '10:', '109:', '110:']],
  ['folders first', [entry('1'), folder('2:')], ['2:', '1']],
  ['numbers at the end of leaves', [entry('u:10'), entry('u:9')], ['u:9', 'u:10']],
] as const)('sorts by %s', (_, rows, sorted) => {
  expect(namesOf(inNaturalOrder(rows, 'asc'))).toEqual(sorted)
})

it('turns the order round, but not folders and entries', () => {
  expect(namesOf(inNaturalOrder([folder('9:'), folder('10:'), entry('1')], 'desc'))).toEqual(['10:', '9:', '1'])
})
