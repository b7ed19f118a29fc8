import type { JobInfo } from '@shared/jobs'
import type { OperationInput } from '@shared/operations'
import type { Notice } from './notices'
import { jobKinds } from '@shared/jobs'
import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowReadonly, shallowRef, watch } from 'vue'
import { createRefresher } from '../composables/refresher'
import { useApi } from '../composables/use-api'
import { download } from '../download'
import { createJobList } from '../jobs/job-list'
import { faultsOf, headOf } from '../jobs/job-text'
import { readInParts } from '../jobs/read-in-parts'
import { useNotices } from './notices'
import { useSession } from './session'

/** Milliseconds between two readings of the list; in between, events tell how jobs go on. */
const pace = 400

/**
 * The signed-in user's jobs, whoever began them: this tab, another one, an app or the command line.
 * They are the server's and go on without this page.
 */
export const useJobs = defineStore('jobs', () => {
  const { client, events } = useApi()
  const session = useSession()
  const notices = useNotices()
  const list = shallowRef<readonly JobInfo[]>([])
  /** Whether the panel that lists them is open. */
  const shown = shallowRef(false)
  /** Ids of jobs of others that have ended since the panel was open last. */
  const news = shallowRef<ReadonlySet<string>>(new Set())
  /** The part that has been read of the files that are being saved, by id. */
  const saving = shallowReactive(new Map<string, number>())
  /** Jobs that this tab began, whose end it reports. */
  const own = new Map<string, PromiseWithResolvers<JobInfo>>()
  const known = createJobList()
  const running = computed(() => list.value.filter(({ state }) => state === 'running'))

  const refresher = createRefresher(async () => {
    const user = session.user?.id
    if (user === undefined)
      return
    known.beginReading()
    // The connection state shows a failure; it is read again when the connection is back.
    const answer = await client['jobs.list']().catch(() => undefined)
    if (answer === undefined || user !== session.user?.id)
      return
    show(known.read(answer))
    missForgotten()
  }, pace)

  events.listen((event) => {
    switch (event.topic) {
      case 'job.started':
      case 'job.progress':
        show(known.tell(event.payload))
        break
      case 'job.ended':
        show(known.tell(event.payload))
        // Others may have been forgotten for it, or their files removed.
        refresher.request()
        break
      case 'lagged':
        refresher.request()
    }
  })
  watch([() => session.user?.id, events.connected], ([user], [before]) => {
    if (user !== before)
      forget()
    refresher.request()
  }, { immediate: true })
  watch(shown, () => news.value = new Set())

  function show(next: readonly JobInfo[]): void {
    const ran = new Set(running.value.map(({ id }) => id))
    list.value = next
    for (const job of next) {
      if (job.state === 'running')
        continue
      own.get(job.id)?.resolve(job)
      // What the server does by itself is no news unless it fails.
      const isNews = ran.has(job.id) && !(job.scheduled && job.state === 'done')
      if (!own.delete(job.id) && isNews && !shown.value)
        news.value = new Set([...news.value, job.id])
    }
  }

  /** Forgets everything, because somebody else is about to use this page. */
  function forget(): void {
    known.clear()
    list.value = []
    news.value = new Set()
    shown.value = false
    own.forEach(({ reject }) => reject(new DOMException('The user has left.', 'AbortError')))
    own.clear()
  }

  /** Says that nobody can tell any more how a job of this tab ended. */
  function missForgotten(): void {
    for (const [id, { reject }] of own) {
      if (list.value.some(job => job.id === id))
        continue
      reject(new Error('The server was restarted before this job had ended. What it had done until then stays.'))
      own.delete(id)
    }
  }

  /**
   * Begins a job and resolves when the server has taken it. A notice will tell how it ended; an
   * export is then saved. Throws LarderError `invalid-input`, `quota-reached`, `storage-full`.
   */
  async function start(order: OperationInput<'jobs.start'>): Promise<void> {
    follow(await client['jobs.start'](order))
  }

  /** The same for a refresh. Throws LarderError `not-here`, `quota-reached`. */
  async function refresh(order: OperationInput<'caches.refresh'>): Promise<void> {
    follow(await client['caches.refresh'](order))
  }

  /**
   * Resolves when a job has ended that this tab has just begun; no notice tells of it. Rejects with
   * an AbortError when the user leaves, and if the server was restarted.
   */
  function whenEnded(job: JobInfo): Promise<JobInfo> {
    const end = Promise.withResolvers<JobInfo>()
    own.set(job.id, end)
    show(known.tell(job))
    news.value = new Set([...news.value].filter(id => id !== job.id))
    return end.promise
  }

  /**
   * Lets a notice tell how a job ends that this tab has just begun.
   *
   * @param undo takes back what it did, once it is done
   */
  function follow(job: JobInfo, undo?: Notice['undo']): void {
    const end = whenEnded(job)
    void notices.tell(async () => {
      const ended = await end
      const text = await report(ended)
      return undo === undefined || ended.state !== 'done' ? text : { text, undo }
    })
  }

  async function report(job: JobInfo): Promise<string> {
    if (job.state === 'failed')
      throw new Error(`${headOf(job)}. ${job.detail}`)
    return job.state === 'done' && jobKinds[job.kind].file
      ? `${headOf(job)} to ${await save(job)}.`
      : [`${headOf(job)}.`, faultsOf(job)].filter(text => text !== '').join(' ')
  }

  /**
   * Saves the file of an export, and returns its name. Throws LarderError `no-file` if the server
   * keeps it no longer.
   */
  async function save({ id, fileName, bytes }: JobInfo): Promise<string> {
    const name = fileName ?? id
    saving.set(id, 0)
    try {
      const file = await readInParts(
        from => client['jobs.read']({ id, from }),
        read => saving.set(id, read / Math.max(read, bytes ?? 0)),
      )
      download(file, name)
      return name
    }
    finally {
      saving.delete(id)
    }
  }

  /** Ends a job; what it has done stays done. Throws LarderError `job-not-found`. */
  async function cancel(id: string): Promise<void> {
    show(known.tell(await client['jobs.cancel']({ id })))
  }

  return {
    list: shallowReadonly(list),
    running,
    shown,
    news: shallowReadonly(news),
    saving,
    start,
    refresh,
    whenEnded,
    follow,
    save,
    cancel,
  }
})
