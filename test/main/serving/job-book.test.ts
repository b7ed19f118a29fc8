import type { Progress } from '../../../src/main/base/progress'
import type { JobFile, JobOrder } from '../../../src/main/serving/jobs/job'
import type { LarderEvent } from '../../../src/shared/events'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createManualClock } from '../../../src/main/base/clock'
import { createEventHub } from '../../../src/main/base/event-hub'
import { silentLogger } from '../../../src/main/base/logger'
import { createProgress } from '../../../src/main/base/progress'
import { createJobBook } from '../../../src/main/serving/jobs/job-book'
import { LarderError } from '../../../src/shared/errors'
import { JobInfo } from '../../../src/shared/jobs'

const order: JobOrder = { kind: 'delete', space: 'ada', cache: 'products', target: 'prefix user:' }

function setUp() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const clock = createManualClock()
  const errors: string[] = []
  const heard: LarderEvent[] = []
  const hub = createEventHub((error) => {
    throw error
  })
  hub.subscribe(event => heard.push(event))
  const logger = { ...silentLogger, error: (message: string) => void errors.push(message) }
  const book = createJobBook<JobFile>({ clock, stopwatch: clock.stopwatch, hub, logger })
  onTestFinished(() => book.dispose())
  return { book, clock, heard, errors, topics: () => heard.map(({ topic }) => topic) }
}

/** Work that goes on until it is told to end, or cancelled. */
function pending() {
  let settle = { resolve: (): void => {}, reject: (_: unknown): void => {} }
  const work = new Promise<void>((resolve, reject) => settle = { resolve, reject })
  let progress: Progress | undefined
  return {
    ...settle,
    end: () => settle.resolve(),
    fail: (error: unknown) => settle.reject(error),
    get progress(): Progress {
      if (!progress)
        throw new Error('It was not started')
      return progress
    },
    start(given: Progress) {
      progress = given
      let cancelled = false
      Object.defineProperty(given, 'cancelled', {
        get: () => cancelled,
        set(value: boolean) {
          cancelled = value
          if (value)
            settle.resolve()
        },
      })
      return work
    },
  }
}

function file() {
  return { bytes: 7, removed: 0, remove() {
    this.removed++
  } }
}

// Red: in src/main/serving/jobs/job.ts give `matched` for `seen`, or no limit of 1.
it('tells how far a job has come: exact counts, and an estimate', async () => {
  const { book, clock } = setUp()
  const work = pending()
  const { id } = book.start(order, work.start)
  const atStart = { state: 'running', matched: 0, progress: null, secondsLeft: null, endedAt: null }
  expect(book.get('ada', id)).toMatchObject({ ...withoutSpace(order), ...atStart })
  Object.assign(work.progress, { total: 1000, seen: 10 })
  clock.advance(1000)
  expect(book.get('ada', id)).toMatchObject({ progress: 0.01, secondsLeft: null })
  Object.assign(work.progress, { seen: 250, matched: 40 })
  expect(book.get('ada', id)).toMatchObject({ matched: 40, progress: 0.25, secondsLeft: 3 })
  work.progress.seen = 1200
  expect(book.get('ada', id)).toMatchObject({ progress: 1, secondsLeft: 0 })
  work.end()
  expect(await book.cancel('ada', id)).toMatchObject({ state: 'cancelled' })
})

// Red: leave `tell('job.ended', …)` out, or send progress although nobody listens.
it('says when a job begins, goes on and ends', async () => {
  const { book, topics, heard } = setUp()
  const work = pending()
  const { id } = book.start(order, work.start)
  expect(topics()).toEqual(['job.started'])
  vi.advanceTimersByTime(1000)
  expect(topics()).toEqual(['job.started', ...Array.from({ length: 4 }).fill('job.progress')])
  work.end()
  await expect.poll(() => topics().at(-1)).toBe('job.ended')
  vi.advanceTimersByTime(1000)
  expect(topics()).toHaveLength(6)
  for (const { user, payload } of heard)
    expect([user, JobInfo.parse(payload).id]).toEqual(['ada', id])
  expect(book.get('ada', id)).toMatchObject({ state: 'done', progress: 1, detail: null })
})

// Red: serving/jobs/job.ts, `detail: job.detail` for everybody.
it('tells administrators alone what names files of the machine, and no event does', async () => {
  const { book, heard } = setUp()
  const forAdministrators = 'It is /home/ada/larder.'
  const full = new LarderError('storage-full', 'Full.', { forAdministrators })
  const { id } = book.start(order, () => Promise.reject(full))
  await expect.poll(() => book.get('ada', id)).toMatchObject({ state: 'failed', detail: 'Full.' })
  expect(book.get('ada', id, true)).toMatchObject({ detail: forAdministrators })
  expect(book.list('ada', true)).toMatchObject([{ detail: forAdministrators }])
  expect(book.list('ada')).toMatchObject([{ detail: 'Full.' }])
  expect(await book.cancel('ada', id, true)).toMatchObject({ detail: forAdministrators })
  expect(JSON.stringify(heard)).not.toContain('/home/ada')
})

it.each<[string, unknown, string, number]>([
  ['an expected error', new LarderError('storage-full', 'The disk is full.'), 'The disk is full.', 0],
  ['a bug', new Error('secret detail'), 'Something went wrong inside Larder. The log has the details.', 1],
])('a job that fails says why: %s', async (_, error, detail, logged) => {
  const { book, errors } = setUp()
  const work = pending()
  const written = file()
  const { id } = book.start(order, work.start, written)
  work.fail(error)
  await expect.poll(() => book.get('ada', id)).toMatchObject({ state: 'failed', detail, bytes: null })
  expect([written.removed, errors.length]).toEqual([1, logged])
})

it('what throws at once starts no job', () => {
  const { book, topics } = setUp()
  expect(() => book.start(order, () => {
    throw new LarderError('invalid-input', 'glob: …')
  })).toThrow('glob')
  expect([book.list('ada'), topics()]).toEqual([[], []])
})

// Red: in `find` do not look at the space.
it('shows a job to its own user only', async () => {
  const { book } = setUp()
  const { id } = book.start(order, pending().start)
  expect([book.list('ada').length, book.list('grace')]).toEqual([1, []])
  for (const see of [book.get, book.fileOf])
    expect(() => see('grace', id)).toThrow(expect.objectContaining({ code: 'job-not-found' }))
  await expect(book.cancel('grace', id)).rejects.toMatchObject({ code: 'job-not-found' })
  expect(book.get('ada', id).state).toBe('running')
})

it('runs eight jobs of a user at a time', async () => {
  const { book } = setUp()
  const jobs = Array.from({ length: 8 }, () => book.start(order, pending().start))
  expect(() => book.start(order, pending().start)).toThrow(expect.objectContaining({ code: 'quota-reached' }))
  book.start({ ...order, space: 'grace' }, pending().start)
  await book.cancel('ada', jobs[0]?.id ?? '')
  expect(book.start(order, pending().start).state).toBe('running')
})

// Red: in `tidy` compare with `limits.jobsEnded` for files too, or drop the newest.
it('remembers the last twenty that ended, and the files of the last three', async () => {
  const { book } = setUp()
  const running = book.start(order, pending().start)
  const files = Array.from({ length: 25 }, file)
  for (const one of files) {
    const { id } = book.start({ ...order, kind: 'export' }, () => {}, one)
    await expect.poll(() => book.get('ada', id).state).toBe('done')
  }
  const list = book.list('ada')
  expect([list.length, list.at(-1)?.id]).toEqual([21, running.id])
  expect(files.map(({ removed }) => Math.min(1, removed))).toEqual([...Array.from({ length: 22 }).fill(1), 0, 0, 0])
  expect(book.fileOf('ada', list[0]?.id ?? '')).toBe(files[24])
  expect(() => book.fileOf('ada', list[10]?.id ?? '')).toThrow('the last jobs keep theirs')
  expect(() => book.fileOf('ada', running.id)).toThrow('Only an export and a comparison have a file.')
})

// Red: in `follow` return the result of a cancelled job.
it('a request that waits for a job learns of its end', async () => {
  const { book, topics } = setUp()
  const progress = { ...createProgress(), matched: 3 }
  expect(await book.follow(order, progress, Promise.resolve(3))).toBe(3)
  await expect(book.follow(order, progress, Promise.reject(new LarderError('cache-not-found', 'gone'))))
    .rejects.toMatchObject({ code: 'cache-not-found' })
  const work = pending()
  const waiting = book.follow(order, progress, work.start(progress))
  const [{ id } = { id: '' }] = book.list('ada')
  expect((await book.cancel('ada', id)).state).toBe('cancelled')
  await expect(waiting).rejects.toMatchObject({ code: 'job-cancelled', message: 'This was cancelled after 3 entries.' })
  expect(topics()).toEqual(Array.from({ length: 3 }, () => ['job.started', 'job.ended']).flat())
})

it('a cancelled job that had ended before stays as it is', async () => {
  const { book } = setUp()
  const { id } = book.start(order, () => 5)
  await expect.poll(() => book.get('ada', id).state).toBe('done')
  expect((await book.cancel('ada', id)).state).toBe('done')
})

// Red: in `dispose` do not set `cancelled`, and it waits for ever.
it('a stop ends what runs, and leaves no file', async () => {
  const { book } = setUp()
  const [begun, ended] = [file(), file()]
  const first = book.start({ ...order, kind: 'export' }, () => {}, ended)
  await expect.poll(() => book.get('ada', first.id).state).toBe('done')
  const { id } = book.start({ ...order, kind: 'export' }, pending().start, begun)
  await book.dispose()
  expect(book.get('ada', id)).toMatchObject({ state: 'cancelled', detail: 'This was cancelled after 0 entries.' })
  expect([begun.removed, ended.removed]).toEqual([1, 1])
})

it('a deleted user leaves no job and no file', async () => {
  const { book } = setUp()
  const written = file()
  book.start(order, pending().start, written)
  book.start({ ...order, space: 'grace' }, pending().start)
  book.drop('ada')
  await expect.poll(() => book.list('ada')).toEqual([])
  expect([written.removed, book.list('grace').length]).toEqual([1, 1])
})

function withoutSpace({ space: _, ...rest }: JobOrder): Omit<JobOrder, 'space'> {
  return rest
}
