import type { JobInfo, JobOutcome } from '../../../src/shared/jobs'
import { describe, expect, it } from 'vitest'
import { courseOf, faultsOf, headOf, percentOf, summaryOf } from '../../../src/renderer/src/jobs/job-text'
import { jobOf } from './job'

function outcome(added: number, replaced: number, removed: number): JobOutcome {
  return { caches: [], added, replaced, removed, faults: [] }
}

const loaded = { kind: 'load', state: 'done', matched: 4 } as const
const compared = { kind: 'compare', state: 'done', matched: 6 } as const

describe('the words for a job', () => {
  it.each<[Partial<JobInfo>, string]>([
    [{ matched: 5 }, 'Deleting'],
    [{ progress: 0.624 }, 'Deleting 62%'],
    [{ kind: 'export' }, 'Exporting'],
    [{ state: 'done', matched: 1 }, 'Deleted 1 entry'],
    [{ kind: 'make-stale', state: 'done', matched: 1200 }, 'Marked stale 1,200 entries'],
    // Red: in src/renderer/src/jobs/job-text.ts leave `gone` out.
    [{ kind: 'refresh', state: 'done', matched: 2, gone: 1 }, 'Refreshed 2 entries, 1 gone'],
    [{ kind: 'export', state: 'cancelled', matched: 0 }, 'Exporting was cancelled after 0 entries'],
    [{ state: 'failed', matched: 3 }, 'Deleting failed after 3 entries'],
    // Red: in job-text.ts leave out `effectsOf`, or what it says of a comparison.
    [{ ...loaded, outcome: outcome(3, 1, 2) }, 'Loaded 4 entries, 3 new, 1 replaced, 2 removed'],
    [{ kind: 'import', state: 'done', matched: 1, outcome: outcome(1, 0, 0) }, 'Imported 1 entry, 1 new'],
    [{ kind: 'import', state: 'done', matched: 0, outcome: outcome(0, 0, 0) }, 'Imported 0 entries'],
    [{ ...compared, outcome: outcome(3, 1, 2) }, 'Compared: 3 added, 1 changed, 2 removed'],
    [{ ...compared, outcome: outcome(0, 0, 0) }, 'Compared: no difference'],
  ])('say what became of it: %o', (fields, text) => expect(headOf(jobOf(fields))).toBe(text))

  // Red: in `faultsOf` tell the first one alone, or nothing.
  it.each([
    [[], ''],
    [['a: It is too large.'], 'a: It is too large.'],
    [['a: It is too large.', 'b: No.', 'c: No.'], 'a: It is too large. And 2 more.'],
  ])('say what was left out: %o', (faults, text) =>
    expect(faultsOf(jobOf({ outcome: { ...outcome(0, 0, 0), faults } }))).toBe(text))

  it.each<[Partial<JobInfo>, string]>([
    [{}, '0 entries so far'],
    [{ matched: 12_400, progress: 0.624 }, '12,400 entries so far'],
    [{ matched: 1, progress: 0.5, secondsLeft: 11.2 }, '1 entry so far · about 12 s left'],
    [{ matched: 1, progress: 0.9, secondsLeft: 0 }, '1 entry so far · about 1 s left'],
    [{ matched: 1, progress: 0.1, secondsLeft: 75 }, '1 entry so far · about 1 min 15 s left'],
  ])('say how far it has come: %o', (fields, text) => expect(courseOf(jobOf(fields))).toBe(text))

  it.each([[0, '0%'], [0.999, '99%'], [1, '99%']])('never say that it is done while it runs: %d', (part, text) =>
    expect(percentOf(part)).toBe(text))

  it.each<[Partial<JobInfo>[], string, number | null]>([
    [[{}], 'Deleting', null],
    [[{ progress: 0.25 }], 'Deleting 25%', 0.25],
    [[{ kind: 'export', progress: 0.25 }, { progress: 0.75 }], '2 jobs 50%', 0.5],
    [[{ progress: 0.25 }, {}], '2 jobs 25%', 0.25],
    [[{}, {}], '2 jobs', null],
  ])('sum up what runs: %o', (jobs, text, part) =>
    expect(summaryOf(jobs.map(jobOf))).toEqual({ text, part }))
})
