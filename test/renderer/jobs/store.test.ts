import type { Api } from '../../../src/renderer/src/api/api'
import type { ServerEventListener } from '../../../src/renderer/src/api/server-event'
import type { EventTopic } from '../../../src/shared/events'
import type { JobInfo } from '../../../src/shared/jobs'
import type { OperationInput } from '../../../src/shared/operations'
import { LarderError } from '@shared/errors'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, nextTick, shallowRef } from 'vue'
import { serverEvent } from '../../../src/renderer/src/api/server-event'
import { apiKey } from '../../../src/renderer/src/composables/use-api'
import { download } from '../../../src/renderer/src/download'
import { useJobs } from '../../../src/renderer/src/stores/jobs'
import { useNotices } from '../../../src/renderer/src/stores/notices'
import { useSession } from '../../../src/renderer/src/stores/session'
import { jobOf } from './job'

vi.mock('../../../src/renderer/src/download', () => ({ download: vi.fn() }))

const pace = 400

/** The store of a page that somebody opens; `server` is what the server would answer. */
async function open({ signedIn = true } = {}) {
  const server = {
    jobs: [] as JobInfo[],
    /** What happens between the call and its answer. */
    meanwhile: async () => {},
    start: (): JobInfo => jobOf(),
    text: '{"key":"a"}\n' as string | LarderError,
  }
  const listeners = new Set<ServerEventListener>()
  const connected = shallowRef(true)
  const client = {
    'session.create': async ({ name = 'ada' }) => ({ token: 't', user: { id: name, name } }),
    'session.delete': async () => {},
    'jobs.list': vi.fn(async () => {
      const answer = server.jobs
      await server.meanwhile()
      return answer
    }),
    'jobs.start': vi.fn(async () => {
      const job = server.start()
      await server.meanwhile()
      return job
    }),
    'jobs.cancel': vi.fn(async ({ id }: { id: string }) => jobOf({ id, state: 'cancelled', matched: 4 })),
    'jobs.read': vi.fn(async () => {
      if (server.text instanceof LarderError)
        throw server.text
      return { text: server.text, next: null }
    }),
  }
  const app = createApp({})
  app.provide(apiKey, {
    client,
    session: { get: () => null, set: () => {}, shared: () => null, adopt: () => {}, onShared: () => {} },
    owned: false,
    onSessionEnd: () => {},
    events: {
      connected,
      listen: (listener: ServerEventListener) => {
        listeners.add(listener)
      },
    },
  } as unknown as Api)
  app.use(createPinia())
  const session = app.runWithContext(useSession)
  if (signedIn)
    await session.signIn('ada', '')
  const jobs = app.runWithContext(useJobs)
  const notices = app.runWithContext(useNotices)
  const tell = (topic: EventTopic, job: object): void =>
    listeners.forEach(listener => listener(serverEvent(topic, JSON.stringify(job))))
  const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(pace)
  await settled()
  return { server, client, connected, session, jobs, notices, tell, settled }
}

const states = ({ list }: { list: readonly JobInfo[] }): string[] => list.map(({ id, state }) => `${id} ${state}`)
function texts({ list }: ReturnType<typeof useNotices>): string[] {
  return list.map(({ kind, text }) => `${kind}: ${String(text)}`)
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.mocked(download).mockClear()
})
afterEach(() => void vi.useRealTimers())

describe('the list of jobs', () => {
  // Red: in src/renderer/src/stores/jobs.ts leave out `events.connected`, `lagged`, `job.ended`.
  it.each<[what: string, change: (page: Awaited<ReturnType<typeof open>>) => void]>([
    ['after a reconnect', ({ connected }) => connected.value = false],
    ['after events were lost', ({ tell }) => tell('lagged', { dropped: 1, requests: {} })],
    ['after an end, for which the server may have forgotten others', ({ tell }) =>
      tell('job.ended', jobOf({ id: 'z', state: 'done' }))],
  ])('is read once signed in, and again %s', async (_, change) => {
    const page = await open()
    expect(page.client['jobs.list']).toHaveBeenCalledTimes(1)
    page.server.jobs = [jobOf({ id: 'b' })]
    change(page)
    await nextTick()
    await page.settled()
    expect(page.client['jobs.list']).toHaveBeenCalledTimes(2)
    expect(states(page.jobs)).toEqual(['b running'])
  })

  it('is not asked for while nobody is signed in', async () => {
    const { client, session, settled } = await open({ signedIn: false })
    expect(client['jobs.list']).toHaveBeenCalledTimes(0)
    await session.signIn('ada', '')
    await settled()
    expect(client['jobs.list']).toHaveBeenCalledTimes(1)
  })

  it('follows the events, whoever began the job, and says that it ended until the panel is opened', async () => {
    const { jobs, notices, tell } = await open()
    tell('job.started', jobOf())
    tell('job.progress', jobOf({ matched: 7 }))
    expect(jobs.running.map(({ matched }) => matched)).toEqual([7])
    tell('job.ended', jobOf({ state: 'failed', detail: 'No.' }))
    expect([states(jobs), [...jobs.news], texts(notices)]).toEqual([['a failed'], ['a'], []])
    jobs.shown = true
    await nextTick()
    expect([...jobs.news]).toEqual([])
  })

  // Red: leave out `forget()`, or `user !== session.user?.id`.
  it('is gone with its user, and an answer for that user is not shown to the next one', async () => {
    const { server, jobs, session, tell, settled } = await open()
    tell('job.started', jobOf())
    server.jobs = [jobOf()]
    server.meanwhile = () => session.signIn('ben', '')
    tell('lagged', { dropped: 1, requests: {} })
    await vi.advanceTimersByTimeAsync(0)
    expect([session.user?.name, states(jobs)]).toEqual(['ben', []])
    server.meanwhile = async () => {}
    server.jobs = [jobOf({ id: 'of ben' })]
    await settled()
    expect(states(jobs)).toEqual(['of ben running'])
  })
})

describe('a job of this tab', () => {
  const deletion: OperationInput<'jobs.start'> = { kind: 'delete', cache: 'products', select: [{ prefix: 'user:' }] }
  const exporting = jobOf({ kind: 'export', bytes: 0 })
  const exported = jobOf({ kind: 'export', state: 'done', matched: 2, fileName: 'products.jsonl', bytes: 12 })

  it.each<[JobInfo, string]>([
    [jobOf({ state: 'done', matched: 1200 }), 'done: Deleted 1,200 entries.'],
    [jobOf({ state: 'cancelled', matched: 4 }), 'done: Deleting was cancelled after 4 entries.'],
    [jobOf({ state: 'failed', detail: 'Full.' }), 'failed: Deleting failed after 0 entries. Full.'],
  ])('reports its end: $state', async (end, text) => {
    const { jobs, notices, tell } = await open()
    await jobs.start(deletion)
    expect([states(jobs), texts(notices)]).toEqual([['a running'], []])
    tell('job.ended', end)
    await vi.advanceTimersByTimeAsync(0)
    expect([texts(notices), [...jobs.news]]).toEqual([[text], []])
  })

  // Red: in `start` do not look whether the job has ended by then.
  it('reports its end also if that was told before the server had answered', async () => {
    const { server, jobs, notices, tell } = await open()
    server.meanwhile = async () => {
      tell('job.started', jobOf())
      tell('job.ended', jobOf({ state: 'done', matched: 3 }))
    }
    await jobs.start(deletion)
    await vi.advanceTimersByTimeAsync(0)
    expect([texts(notices), states(jobs), [...jobs.news]]).toEqual([['done: Deleted 3 entries.'], ['a done'], []])
  })

  it('reports its end also if only the list tells it', async () => {
    const { server, jobs, notices, tell, settled } = await open()
    await jobs.start(deletion)
    server.jobs = [jobOf({ state: 'done', matched: 3 })]
    tell('lagged', { dropped: 1, requests: {} })
    await settled()
    expect(texts(notices)).toEqual(['done: Deleted 3 entries.'])
  })

  it('says so if the server does not know it any more', async () => {
    const { jobs, notices, tell, settled } = await open()
    await jobs.start(deletion)
    tell('lagged', { dropped: 1, requests: {} })
    await settled()
    await settled()
    expect(texts(notices)).toEqual([expect.stringContaining('failed: The server was restarted')])
  })

  // Red: in `follow` leave `undo` out, or offer it whatever the end is.
  it.each<[state: JobInfo['state'], offered: boolean]>([['done', true], ['cancelled', false], ['failed', false]])(
    'that is followed, and %s, offers to be undone: %s',
    async (state, offered) => {
      const { jobs, notices, tell } = await open()
      const undo = vi.fn()
      jobs.follow(jobOf({ kind: 'load' }), undo)
      tell('job.ended', jobOf({ kind: 'load', state }))
      await vi.advanceTimersByTimeAsync(0)
      expect(notices.list.map(notice => notice.undo === undo)).toEqual([offered])
    },
  )

  // Red: in `whenEnded` call `follow`.
  it('that somebody waits for is told to them alone', async () => {
    const { jobs, notices, tell } = await open()
    const end = jobs.whenEnded(jobOf({ kind: 'plan' }))
    tell('job.ended', jobOf({ kind: 'plan', state: 'done', matched: 2 }))
    expect((await end).matched).toBe(2)
    expect([texts(notices), [...jobs.news]]).toEqual([[], []])
  })

  it('says nothing to the next user', async () => {
    const { server, jobs, notices, session, tell, settled } = await open()
    await jobs.start(deletion)
    server.jobs = []
    await session.signIn('ben', '')
    await settled()
    tell('job.ended', jobOf({ state: 'done', matched: 3 }))
    await settled()
    expect(texts(notices)).toEqual([])
  })

  it('is refused as the server refuses it', async () => {
    const { server, jobs } = await open()
    server.start = () => {
      throw new LarderError('quota-reached', 'At most 8 jobs run at the same time.')
    }
    await expect(jobs.start(deletion)).rejects.toThrow('At most 8 jobs')
    expect(states(jobs)).toEqual([])
  })

  it('saves the file of its export, once, and no other tab does', async () => {
    const { server, jobs, notices, tell } = await open()
    server.start = () => exporting
    await jobs.start({ kind: 'export', cache: 'products' })
    tell('job.ended', exported)
    tell('job.ended', { ...exported, id: 'b' })
    await vi.advanceTimersByTimeAsync(0)
    expect(vi.mocked(download).mock.calls.map(([, name]) => name)).toEqual(['products.jsonl'])
    expect(await vi.mocked(download).mock.calls[0]?.[0].text()).toBe('{"key":"a"}\n')
    expect([texts(notices), jobs.saving.size]).toEqual([['done: Exported 2 entries to products.jsonl.'], 0])
  })

  it('says why its file cannot be saved', async () => {
    const { server, jobs, notices, tell } = await open()
    server.start = () => exporting
    server.text = new LarderError('no-file', 'This file is gone.')
    await jobs.start({ kind: 'export', cache: 'products' })
    tell('job.ended', exported)
    await vi.advanceTimersByTimeAsync(0)
    expect([texts(notices), jobs.saving.size, vi.mocked(download).mock.calls]).toEqual([
      ['failed: This file is gone.'],
      0,
      [],
    ])
  })
})

it('a job that is cancelled is shown so at once', async () => {
  const { jobs, tell } = await open()
  tell('job.started', jobOf())
  await jobs.cancel('a')
  expect(states(jobs)).toEqual(['a cancelled'])
})
