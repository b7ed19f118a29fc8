import type { SourceSettings } from '@shared/source-settings'
import { expect, it, vi } from 'vitest'
import { principalOf } from '../setup'
import { setUpSource, valueOf } from './setup'

const space = principalOf().userId
const minute = 60_000
const order = { kind: 'refresh', space, cache: 'c', target: 'all entries' } as const

/** A cache that is refreshed every minute, with one entry that its source has had. */
async function setUpSchedule(source: Partial<SourceSettings> = {}) {
  const parts = setUpSource({ refresh: { every: 60 }, ...source })
  parts.memory.held.set('a', valueOf('old'))
  await parts.get('a')
  const { jobs, memory, mount, caches } = parts
  return {
    ...parts,
    /** The loads of refreshes, apart from the first reader's. */
    loads: () => memory.loads.length - 1,
    running: () => jobs.list(space).filter(({ state }) => state === 'running').length,
    ended: () => vi.waitFor(() => expect(jobs.list(space).filter(({ state }) => state === 'running')).toEqual([])),
    configure: (change: Parameters<typeof caches.configure>[1]) => caches.configure(mount, change),
  }
}

// Red: in src/main/serving/jobs/refresh-schedule.ts leave `set(mount, every, …)` out of `act`.
it('loads all entries anew after each span, as a job', async () => {
  const { memory, timer, jobs, ended, get, loads } = await setUpSchedule()
  timer.advance(minute - 1)
  expect([loads(), jobs.list(space)]).toEqual([0, []])
  for (const [index, text] of ['new', 'newer', 'newest'].entries()) {
    memory.held.set('a', valueOf(text))
    timer.advance(index === 0 ? 1 : minute)
    expect(jobs.list(space)[0]).toMatchObject({ kind: 'refresh', cache: 'c', state: 'running', scheduled: true })
    await ended()
    expect([(await get('a')).lookup, loads()]).toEqual([text, index + 1])
  }
  // The last one is enough to see that it works.
  expect(jobs.list(space)).toMatchObject([{ state: 'done', matched: 1, target: 'all entries' }])
})

// Red: in src/main/serving/jobs/refresh-schedule.ts leave `!running.has(id)` out, or
// `!jobs.isRunning(…)`; in src/main/serving/jobs/job-book.ts let `rename` do nothing.
it.each([
  ['another one of its own runs, also under a former name', false],
  ['somebody else refreshes the cache, also under a former name', true],
])('does not begin while %s', async (_, byHand) => {
  const { memory, timer, jobs, running, ended, caches, mount, loads } = await setUpSchedule({ hardTimeout: 300 })
  const gate = Promise.withResolvers<void>()
  memory.gate = moment => moment === 'before' ? gate.promise : undefined
  if (byHand)
    void jobs.start(order, () => gate.promise)
  else
    timer.advance(minute)
  await vi.waitFor(() => expect([running(), loads()]).toEqual([1, byHand ? 0 : 1]))
  caches.rename(mount, 'd')
  jobs.rename(space, 'c', 'd')
  timer.advance(minute)
  timer.advance(minute)
  expect(running()).toBe(1)
  gate.resolve()
  await ended()
  timer.advance(minute)
  await ended()
  expect(loads()).toBe(byHand ? 1 : 2)
})

// Red: in src/main/serving/jobs/refresh-schedule.ts leave `isOn()` out, or `enabled`.
it.each([
  ['all caching', true],
  ['the cache', false],
])('rests while %s is off', async (_, all) => {
  const { timer, jobs, caches, configure, ended, loads } = await setUpSchedule()
  function flip(enabled: boolean): void {
    if (all)
      caches.enabled = enabled
    else
      void configure({ enabled })
  }
  flip(false)
  timer.advance(minute)
  timer.advance(minute)
  expect(jobs.list(space)).toEqual([])
  flip(true)
  timer.advance(minute)
  await ended()
  expect([loads(), jobs.list(space)[0]?.state]).toEqual([1, 'done'])
})

// Red: in src/main/serving/jobs/refresh-schedule.ts let `follow` always leave and set.
it('keeps its pace when other settings change, and takes another span at once', async () => {
  const { timer, configure, ended, mount, loads, caches } = await setUpSchedule()
  const { source } = mount.cache.definition
  timer.advance(minute / 2)
  void configure({ ttl: 1000 })
  timer.advance(minute / 2)
  await ended()
  expect(loads()).toBe(1)
  if (source)
    void configure({ source: { ...source, refresh: { every: 10 } } })
  timer.advance(10_000)
  await ended()
  expect([loads(), timer.waiting]).toEqual([2, 1])
  if (source)
    void configure({ source: { ...source, refresh: null } })
  expect(timer.waiting).toBe(0)
  void configure({ source })
  expect(timer.waiting).toBe(1)
  caches.close(mount.cache.definition.id)
  expect(timer.waiting).toBe(0)
})

// Red: in src/main/serving/jobs/refresh-schedule.ts return true in `catch`.
it('is tried again soon where too many jobs run', async () => {
  const { timer, jobs, ended, loads } = await setUpSchedule()
  const gate = Promise.withResolvers<void>()
  for (let index = 0; index < 8; index++)
    void jobs.start({ ...order, kind: 'delete', cache: `other${index}` }, () => gate.promise)
  timer.advance(minute)
  expect(loads()).toBe(0)
  gate.resolve()
  await ended()
  timer.advance(5000)
  await ended()
  expect(loads()).toBe(1)
})

// Red: in src/main/serving/serving.ts do not return the schedule, and in larder.ts do not use it.
it('ends with the server', async () => {
  const { schedule, timer } = await setUpSchedule()
  void schedule.dispose()
  expect(timer.waiting).toBe(0)
})
