import type { ServerRow } from '../../../src/renderer/src/views/cache/entries/rows'
import { describe, expect, it } from 'vitest'
import { selectorsOf, withoutCovered } from '../../../src/renderer/src/views/cache/entries/chosen-rows'
import { createSelection } from '../../../src/renderer/src/views/cache/entries/selection'
import { JobStart } from '../../../src/shared/jobs'
import { limits } from '../../../src/shared/limits'
import { parseInput } from '../../../src/shared/validation'

const folder = (prefix: string, entries = 10): ServerRow => ({ kind: 'folder', prefix, entries, asOf: '' })
const entry = (key: string): ServerRow => ({ kind: 'entry', entry: { key } as never, readAt: 0 })
function numbered(count: number, row: (name: string) => ServerRow): ServerRow[] {
  return Array.from({ length: count }, (_, at) => row(`${at}:`))
}
function keysOf(selectors: ReturnType<typeof selectorsOf>): number[] {
  return (selectors ?? []).map(selector => 'keys' in selector ? selector.keys.length : 0)
}

describe('the selectors of a job', () => {
  it.each<[what: string, Parameters<typeof selectorsOf>[0], ReturnType<typeof selectorsOf>]>([
    ['everything', { filter: null }, null],
    ['a filter', { filter: { filter: 'size>10kB -draft' } }, [{ filter: 'size>10kB -draft' }]],
    ['a tag', { filter: { tag: 'sale' } }, [{ tag: 'sale' }]],
    ['rows', { rows: [entry('b'), entry('a')] }, [{ keys: ['b', 'a'] }]],
    ['a folder', { rows: [folder('user:')] }, [{ prefix: 'user:' }]],
    ['folders and rows', { rows: [entry('a'), folder('user:')] }, [{ prefix: 'user:' }, { keys: ['a'] }]],
    [
      'what lies in a chosen folder only once',
      { rows: [folder('user:1:'), folder('user:'), entry('user:2'), entry('users')] },
      [{ prefix: 'user:' }, { keys: ['users'] }],
    ],
    ['a key that is its folder', { rows: [folder('a:'), entry('a:')] }, [{ prefix: 'a:' }]],
  ])('choose %s', (_, target, selectors) => {
    expect(selectorsOf(target)).toEqual(selectors)
    if (selectors !== null)
      expect(() => parseInput(JobStart, { kind: 'delete', cache: 'c', select: selectors })).not.toThrow()
  })

  it('hold as many keys each as the server takes', () => {
    expect(keysOf(selectorsOf({ rows: numbered(limits.jobKeys, entry) }))).toEqual([limits.jobKeys])
    expect(keysOf(selectorsOf({ rows: numbered(limits.jobKeys + 1, entry) }))).toEqual([limits.jobKeys, 1])
  })

  it('are refused with a sentence if there are more folders than a job takes', () => {
    expect(selectorsOf({ rows: numbered(limits.jobSelectors, folder) })).toHaveLength(limits.jobSelectors)
    expect(() => selectorsOf({ rows: numbered(limits.jobSelectors + 1, folder) })).toThrow(/^Select at most \d+ folders/)
  })
})

it('what is counted as selected is what a job is told', () => {
  const selection = createSelection()
  selection.set([folder('user:', 12), folder('user:1:', 2), entry('user:2'), entry('a')], true)
  expect(selection.count(100)).toBe(13)
  expect(withoutCovered([...selection.rows.value.values()])).toHaveLength(2)
})
