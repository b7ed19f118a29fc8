import type { CacheDirectory } from '../../../src/main/admin/cache-directory'
import type { Stopwatch } from '../../../src/main/base/clock'
import type { ExportFile } from '../../../src/main/base/export-files'
import type { Selector } from '../../../src/main/cache/ports'
import type { JobBook } from '../../../src/main/serving/jobs/job-book'
import { Buffer } from 'node:buffer'
import { expect, it } from 'vitest'
import { createJobHandlers } from '../../../src/main/admin/jobs'
import { createProgress } from '../../../src/main/base/progress'
import { exportEntries } from '../../../src/main/serving/jobs/export'
import { describeTarget } from '../../../src/main/serving/jobs/target'
import { dataOperations } from '../../../src/shared/data-operations'
import { callOf, principalOf, setUp } from './setup'

/** Each reading advances it by a millisecond, so that all work is done in many slices. */
function hurried(): Stopwatch {
  let now = 0
  return { now: () => ++now }
}

const space = principalOf().userId
const yes = { soft: false, dryRun: false }

function setUpFull(stopwatch?: Stopwatch) {
  const parts = setUp([], {}, stopwatch)
  const call = callOf({ operation: 'entries.invalidate' })
  for (let index = 0; index < 1000; index++)
    void parts.mount.served.set(`k${index}`, Buffer.from('v'), { tags: ['t'] }, call)
  const invalidate = (selector: Selector, options = yes): unknown =>
    parts.serving.invalidate(call, parts.mount.served, selector, options)
  return { ...parts, call, invalidate }
}

// Red: in src/main/serving/jobs/invalidate.ts always call `follow`, or never.
it('an invalidation is a job if a request has to wait for it', async () => {
  const short = setUpFull()
  expect([short.invalidate({ prefix: 'k1' }), short.jobs.list(space)]).toEqual([111, []])
  const { invalidate, jobs } = setUpFull(hurried())
  const counted = invalidate({ prefix: 'k' }, { soft: false, dryRun: true })
  expect([counted, jobs.list(space)]).toEqual([expect.any(Promise), []])
  await counted
  const marked = invalidate({ tag: 't' }, { soft: true, dryRun: false })
  const dropped = invalidate({ expired: true })
  expect(jobs.list(space)).toMatchObject([
    { kind: 'delete', cache: 'c', target: 'expired entries', state: 'running' },
    { kind: 'make-stale', cache: 'c', target: 'tag t', state: 'running' },
  ])
  await Promise.all([marked, dropped])
  expect(jobs.list(space).map(({ state }) => state)).toEqual(['done', 'done'])
})

// Red: in src/main/cache/invalidation.ts leave out the look at `progress.cancelled`.
it('a cancelled deletion ends before the next entry', async () => {
  const { invalidate, jobs, mount } = setUpFull(hurried())
  const dropped = invalidate({ prefix: 'k' })
  const [{ id } = { id: '' }] = jobs.list(space)
  const ended = jobs.cancel(space, id)
  await expect(dropped).rejects.toMatchObject({ code: 'job-cancelled' })
  expect(dataOperations['entries.invalidate'].errors).toContain('job-cancelled')
  const { matched, state } = await ended
  expect(state).toBe('cancelled')
  expect(mount.cache.size).toBe(1000 - matched)
  expect(matched).toBeLessThan(100)
})

it('an export rests between slices and ends where it is cancelled', async () => {
  const { mount, call } = setUpFull(hurried())
  const lines: string[] = []
  const progress = createProgress()
  const entries = mount.served.chosen(null, progress, call)
  const write = async (text: string): Promise<void> => void lines.push(text)
  const done = exportEntries({ entries, format: 'ndjson', write }, progress, hurried())
  progress.cancelled = true
  await done
  expect([progress.matched < 10, lines]).toEqual([true, []])
})

// Red: in src/main/admin/jobs.ts leave out one of the two checks behind `exportEntries`.
it.each([
  ['stays', null, { state: 'done', detail: null }],
  ['is cleared', 'clear', { state: 'failed', detail: 'The cache was cleared while it was exported.' }],
  ['is deleted', 'delete', { state: 'failed', detail: 'The cache was deleted while it was exported.' }],
] as const)('an export whose cache %s meanwhile says so', async (_, change, expected) => {
  const { mount, jobs, call } = setUpFull()
  const there = [mount.cache]
  const written = Promise.withResolvers<void>()
  const file = { bytes: 0, write: () => written.promise, read: async () => Buffer.alloc(0), remove() {} }
  const handlers = createJobHandlers({
    caches: { get: () => mount, list: () => there } as unknown as CacheDirectory,
    jobs: jobs as unknown as JobBook<ExportFile>,
    files: { create: async () => file },
    stopwatch: hurried(),
  })
  await handlers['jobs.start']({ kind: 'export', cache: 'c' }, { principal: principalOf() })
  if (change === 'clear')
    await mount.served.flush(call)
  else if (change === 'delete')
    there.pop()
  written.resolve()
  await expect.poll(() => jobs.list(space)).toMatchObject([expected])
})

// Red: in src/main/serving/jobs/export.ts leave out `givenTtl` or `givenGrace`; in
// src/main/cache/chosen-entries.ts leave out `now < entry.graceUntil`.
it('an export has what is there, and counts no reads', async () => {
  const { mount, clock } = setUp([], { sliding: true })
  const call = callOf()
  const set = (key: string, value: string | number[], options = {}): unknown =>
    mount.served.set(key, typeof value === 'string' ? Buffer.from(value) : Buffer.from(value), options, call)
  void set('text', 'grün', { contentType: 'text/plain', tags: ['a', 'b'], ttl: 100, givenTtl: 300, grace: 7 })
  void set('bytes', [255, 0], { ttl: null })
  void set('\uDCFF', '', { ttl: null })
  void set('stale', 's', { ttl: 5, grace: 30 })
  void set('gone', 's', { ttl: 5 })
  clock.advance(10_000)
  const before = mount.cache.statistics()
  const lines: string[] = []
  const progress = createProgress()
  const entries = mount.served.chosen(null, progress, call)
  const write = async (text: string): Promise<void> => void lines.push(text)
  await exportEntries({ entries, format: 'ndjson', write }, progress, clock.stopwatch)
  const rows = lines.join('').split('\n').filter(line => line !== '').map(line => JSON.parse(line) as object)
  const plain = { contentType: 'application/octet-stream', tags: [] }
  expect(rows).toEqual([
    {
      key: 'text',
      value: { text: 'grün' },
      contentType: 'text/plain',
      ttl: 90,
      grace: 7,
      givenTtl: 300,
      givenGrace: 7,
      tags: ['a', 'b'],
    },
    { ...plain, key: 'bytes', value: { base64: '/wA=' }, ttl: null, grace: 0, givenTtl: null, givenGrace: 0 },
    { ...plain, key: '\uDCFF', value: { text: '' }, ttl: null, grace: 0, givenTtl: null, givenGrace: 0 },
    { ...plain, key: 'stale', value: { text: 's' }, ttl: 0, grace: 25, givenTtl: 5, givenGrace: 30 },
  ])
  expect(progress).toMatchObject({ matched: 4, seen: 5, total: 5 })
  expect(mount.cache.statistics()).toEqual(before)
})

it.each<[Selector | null, string]>([
  [null, 'all entries'],
  [{ expired: true }, 'expired entries'],
  [{ prefix: 'user:' }, 'prefix user:'],
  [{ tag: 'a\u200Bb' }, 'tag a\\u{200b}b'],
  [{ filter: 'size>1kB' }, 'filter size>1kB'],
  [{ keys: ['a'] }, 'key a'],
  [{ keys: Array.from({ length: 1200 }, (_, index) => `${index}`) }, '1,200 keys'],
  [{ any: [{ prefix: 'a' }] }, 'prefix a'],
  [{ any: [{ prefix: 'a' }, { keys: ['b'] }, { tag: 'c' }] }, 'prefix a and 2 more'],
])('%o is called "%s"', (selector, words) => {
  expect(describeTarget(selector)).toBe(words)
})

// Red: in src/main/cache/chosen-entries.ts pause after 256 entries, whatever one look takes.
it.each([[1, 256], [100, 2], [300, 1]])('a search by %i patterns pauses after %i entries', async (count, most) => {
  const { mount, call } = setUpFull()
  const any = Array.from({ length: count }, (_, at) => ({ glob: `*x${at}` }))
  const pauses = [...await mount.served.chosen({ any }, createProgress(), call)]
  expect(pauses).toEqual(Array.from({ length: Math.floor(1000 / most) }).fill(null))
})
