import type { JobOutcome } from '../../../src/shared/jobs'
import type { LoadMode, SnapshotInfo } from '../../../src/shared/snapshots'
import { describe, expect, it } from 'vitest'
import { losesEntries, planLines } from '../../../src/renderer/src/transfer/plan-text'
import { proposedName } from '../../../src/renderer/src/transfer/proposed-name'
import { pairFor } from '../../../src/renderer/src/views/snapshots/compared-pair'
import { SnapshotName } from '../../../src/shared/snapshots'

const nothing: JobOutcome = { caches: [], added: 0, replaced: 0, removed: 0, faults: [] }

describe('the name that is proposed', () => {
  const now = new Date(2026, 0, 5, 9, 7)
  // Red: in src/renderer/src/transfer/proposed-name.ts leave out `two`, the loop, or `toLowerCase`.
  it.each([
    ['', [], '2026-01-05-0907'],
    ['', ['2026-01-05-0906'], '2026-01-05-0907'],
    ['', ['2026-01-05-0907', '2026-01-05-0907-2'], '2026-01-05-0907-3'],
    ['before-load-', ['Before-Load-2026-01-05-0907'], 'before-load-2026-01-05-0907-2'],
  ])('after %j beside %j is %s', (word, taken, name) => {
    expect(proposedName(word, now, taken)).toBe(name)
    expect(SnapshotName.parse(name)).toBe(name)
  })
})

describe('what a load does', () => {
  // Red: in src/renderer/src/transfer/plan-text.ts leave a line out, or do not look at the mode.
  it.each<[Partial<JobOutcome>, LoadMode, string[], loses: boolean]>([
    [{}, 'replace', ['Changes nothing'], false],
    [{ added: 1 }, 'merge', ['Adds 1 entry'], false],
    [{ caches: ['a'], added: 1200 }, 'merge', ['Makes the cache a', 'Adds 1,200 entries'], false],
    [{ caches: ['a', 'b'] }, 'merge', ['Makes the caches a, b'], false],
    [{ replaced: 2, removed: 3 }, 'merge', ['Replaces 2 entries'], true],
    [{ replaced: 2, removed: 3 }, 'replace', ['Replaces 2 entries', 'Removes 3 entries'], true],
    [{ removed: 3 }, 'merge', ['Changes nothing'], false],
    [{ removed: 3 }, 'replace', ['Removes 3 entries'], true],
  ])('%j with %s is said in lines', (fields, mode, lines, loses) => {
    const outcome = { ...nothing, ...fields }
    expect([planLines(outcome, mode), losesEntries(outcome, mode)]).toEqual([lines, loses])
  })
})

describe('the snapshot that another one is compared with', () => {
  const saved = (name: string, day: number, fault: string | null = null, cache = 'all'): SnapshotInfo =>
    ({ name, bytes: 1, savedAt: `2026-03-0${day}T14:00:00.000Z`, caches: [cache], fault })
  const broken = saved('broken', 6, 'It is broken.')
  const list = [saved('c', 3), saved('a', 1), saved('b', 2), saved('one', 4, null, 'one'), broken]
  // Red: in src/renderer/src/views/snapshots/compared-pair.ts leave out `fault`, the order of the
  // two, the sorting, or the caches.
  it.each([
    ['a', { a: 'a', b: 'c' }],
    ['b', { a: 'b', b: 'c' }],
    ['c', { a: 'b', b: 'c' }],
    ['one', { a: 'c', b: 'one' }],
  ])('of %s is the last other one, the former first', (name, pair) =>
    expect(pairFor(list.find(each => each.name === name) ?? saved('none', 9), list)).toEqual(pair))

  it('is none where there is no other', () =>
    expect(pairFor(saved('a', 1), [saved('a', 1), saved('broken', 4, 'It is broken.')])).toBeUndefined())
})
