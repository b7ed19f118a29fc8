import type { Stopwatch } from '../base/clock'
import type { ExportFile } from '../base/export-files'
import type { Timer } from '../base/timer'
import type { Breaker } from '../serving/elsewhere/breaker'
import type { CallMeter } from '../serving/elsewhere/meter'
import type { JobBook } from '../serving/jobs/job-book'
import type { Source } from '../serving/sources/source'
import type { CacheDirectory } from './cache-directory'
import type { HandlersOf } from './handlers'
import type { Loader } from './loader'
import type { KnownConnections } from './offered-connections'
import type { Uploads } from './uploads'
import { Buffer } from 'node:buffer'
import { SourceInput } from '@shared/source-settings'
import { createUpstream } from '../serving/elsewhere/upstream'
import { describeTarget } from '../serving/jobs/target'
import { untilRestored } from '../serving/restoring'
import { binary } from '../serving/transfer/entry-line'
import { fetchEntries } from '../serving/transfer/fetch'
import { readEntryFile } from '../serving/transfer/read-file'
import { callerOf } from './handlers'
import { requireHere } from './loader'
import { keepApart, requireConnection } from './offered-connections'

/** Seconds that a call of a source may take: nobody waits for this one. */
const deadline = 30

/** What is known of connections by those that use them, and learned by these calls too. */
export interface ImportActivity {
  breakerOf: (connection: string) => Breaker
  meterOf: (connection: string) => CallMeter
}

interface ImportHandlerDependencies {
  caches: CacheDirectory
  loader: Loader
  uploads: Uploads
  jobs: JobBook<ExportFile>
  connections: KnownConnections
  activity: ImportActivity
  sourceOf: (connection: string, options: { format: string }) => Source | undefined
  /** The most bytes of a value. */
  valueLimit: () => number
  stopwatch: Stopwatch
  timer: Timer
}

/** Entries that come from elsewhere, as jobs. */
export function createImportHandlers({
  caches,
  loader,
  uploads,
  jobs,
  connections,
  activity,
  sourceOf,
  valueLimit,
  stopwatch,
  timer,
}: ImportHandlerDependencies): HandlersOf<'imports'> {
  return {
    'imports.begin': ({ format, cache = null }, context) => {
      const caller = callerOf(context)
      if (format !== 'snapshot')
        loader.check(caller, null, cache)
      return uploads.begin(caller.userId, format, cache)
    },
    'imports.write': ({ id, at, text, base64 = '' }, context) =>
      uploads.write(callerOf(context).userId, id, at, text ?? Buffer.from(base64, 'base64')),
    'imports.start': async ({ id, mode, dryRun }, context) => {
      const caller = callerOf(context)
      const { userId } = caller
      const { format, cache, file, end } = uploads.use(userId, id)
      try {
        const { header } = await readEntryFile(file, format, valueLimit())
        loader.check(caller, header, cache)
        const order = { kind: dryRun ? 'plan' : 'import', space: userId, cache, target: 'a file' } as const
        return jobs.start(order, async (progress) => {
          let isDone = false
          try {
            await untilRestored(caches.list(userId))
            await loader.load(caller, { file, format, cache, mode, dryRun }, progress)
            isDone = !dryRun && !progress.cancelled
          }
          finally {
            end(isDone)
          }
        })
      }
      catch (error) {
        end(false)
        throw error
      }
    },
    'imports.fetch': ({ connection, cache: name, prefix, mode, dryRun }, context) => {
      const caller = callerOf(context)
      const { userId } = caller
      const cache = requireHere(caches.get(userId, name).cache)
      requireConnection(connections, caller, 'connection', connection)
      const source = SourceInput.parse({ connection, key: `${prefix.replaceAll('{', '')}{key}` })
      keepApart(connections, { userId, source, backend: null }, caches.connected(), 'prefix')
      const upstream = createUpstream({
        role: 'source',
        name: connection,
        find: () => sourceOf(connection, { format: binary }),
        breaker: activity.breakerOf(connection),
        meter: activity.meterOf(connection),
        stopwatch,
        timer,
        deadline,
      })
      const chosen = describeTarget(prefix === '' ? null : { prefix })
      const target = `${chosen} of ${connection}`
      return jobs.start({ kind: dryRun ? 'plan' : 'import', space: userId, cache: name, target }, async (progress) => {
        await untilRestored([cache])
        await fetchEntries({ upstream, cache, prefix, mode, dryRun, valueLimit: valueLimit() }, progress, stopwatch)
      })
    },
  }
}
