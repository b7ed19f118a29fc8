import type { JobInfo } from '@shared/jobs'
import type { LoadMode } from '@shared/snapshots'

export interface LoadChoice {
  mode: LoadMode
  dryRun: boolean
  /** Only this one of its caches. */
  cache: string | undefined
}

/** Where entries come from that can be loaded: a snapshot, a file that was sent, a connection. */
export interface LoadSource {
  title: string
  /** The button that begins it. */
  action: 'Load' | 'Import'
  /** The caches that it has entries for, as far as that is known. */
  caches: readonly string[]
  /** Whether one of them can be chosen. */
  choosable: boolean
  /** Rejects with the errors of the operation. */
  start: (order: LoadChoice) => Promise<JobInfo>
  /** Leads back to where it was chosen. */
  back?: () => void
}
