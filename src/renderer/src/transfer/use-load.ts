import type { JobInfo } from '@shared/jobs'
import type { Sentence } from '../sentence'
import type { LoadChoice, LoadSource } from './load-source'
import { useApi } from '../composables/use-api'
import { headOf } from '../jobs/job-text'
import { useJobs } from '../stores/jobs'
import { useSnapshots } from '../stores/snapshots'
import { proposedName } from './proposed-name'

interface Chosen extends Omit<LoadChoice, 'dryRun'> {
  /** The caches of which a snapshot is saved first, to go back to; none: there is no need. */
  saved: readonly string[]
}

/**
 * Returns what loads from a source: saves what is there, and then begins the job. Rejects with the
 * errors of these operations; then nothing has been loaded.
 */
export function useLoad(): (source: LoadSource, chosen: Chosen) => Promise<void> {
  const { client } = useApi()
  const jobs = useJobs()
  const snapshots = useSnapshots()

  async function save(caches: readonly string[]): Promise<string> {
    await snapshots.read()
    const name = proposedName('before-load-', new Date(), snapshots.list.map(snapshot => snapshot.name))
    const [cache] = caches.length === 1 ? caches : []
    requireDone(await jobs.whenEnded(await client['snapshots.save']({ name, ...cache !== undefined && { cache } })))
    return name
  }

  /** Of the caches that were there; others have been written to in the meantime. */
  async function goBack(name: string, caches: readonly string[]): Promise<Sentence> {
    for (const cache of caches)
      requireDone(await jobs.whenEnded(await client['snapshots.load']({ name, cache, mode: 'replace' })))
    return `${caches.join(', ')}: the entries are as they were before.`
  }

  return async (source, { saved, ...order }) => {
    const before = saved.length > 0 ? await save(saved) : null
    const job = await source.start({ ...order, dryRun: false })
    jobs.follow(job, before === null ? undefined : () => goBack(before, saved))
  }
}

function requireDone(job: JobInfo): void {
  if (job.state !== 'done')
    throw new Error(`${headOf(job)}. ${job.detail ?? ''}`)
}
