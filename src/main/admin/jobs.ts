import type { Stopwatch } from '../base/clock'
import type { ExportFile, ExportFiles } from '../base/export-files'
import type { JobBook } from '../serving/jobs/job-book'
import type { CacheDirectory } from './cache-directory'
import type { HandlersOf } from './handlers'
import { invalidField, LarderError } from '@shared/errors'
import { isAdministrator } from '../base/principal'
import { controlCall } from '../serving/call'
import { exportEntries } from '../serving/jobs/export'
import { exportWriters } from '../serving/jobs/export-formats'
import { readPart } from '../serving/jobs/file-part'
import { describeTarget } from '../serving/jobs/target'
import { callerOf } from './handlers'

interface JobHandlerDependencies {
  caches: CacheDirectory
  jobs: JobBook<ExportFile>
  files: ExportFiles
  stopwatch: Stopwatch
}

/** Long work on entries, which a person starts, follows and cancels. */
export function createJobHandlers({ caches, jobs, files, stopwatch }: JobHandlerDependencies): HandlersOf<'jobs'> {
  return {
    'jobs.list': (_, { principal }) => jobs.list(callerOf({ principal }).userId, isAdministrator(principal)),
    'jobs.get': ({ id }, { principal }) => jobs.get(callerOf({ principal }).userId, id, isAdministrator(principal)),
    'jobs.cancel': ({ id }, { principal }) =>
      jobs.cancel(callerOf({ principal }).userId, id, isAdministrator(principal)),
    'jobs.read': ({ id, from }, context) => readPart(jobs.fileOf(callerOf(context).userId, id), from),
    'jobs.start': async function ({ kind, cache, select, format = 'ndjson', asOf, createdAt }, context) {
      const caller = callerOf(context)
      const call = controlCall(caller, 'jobs.start')
      caches.get(caller.userId, cache, createdAt)
      if (select === undefined && kind !== 'export')
        throw invalidField('select', 'must be given; to delete everything, flush the cache')
      const chosen = select === undefined ? null : { any: select }
      const order = { kind, space: caller.userId, cache, target: describeTarget(chosen) }
      if (kind !== 'export' && chosen !== null) {
        const { served } = caches.get(caller.userId, cache)
        const options = { soft: kind === 'make-stale', ...asOf !== undefined && { asOf: Date.parse(asOf) } }
        return jobs.start(order, progress => served.invalidate(chosen, { ...options, progress }, call))
      }
      const file = await files.create()
      try {
        const { cache: exported, served } = caches.get(caller.userId, cache)
        const { flushes } = exported.counters.counts
        const requireWhole = (): void => {
          if (!caches.list(caller.userId).some(({ definition: { id } }) => id === exported.definition.id))
            throw new LarderError('cache-not-found', 'The cache was deleted while it was exported.')
          if (exported.counters.counts.flushes !== flushes)
            throw new LarderError('entry-not-found', 'The cache was cleared while it was exported.')
        }
        return jobs.start({ ...order, fileName: `${cache}.${exportWriters[format].ending}` }, (progress) => {
          const entries = served.chosen(chosen, progress, call)
          return exportEntries({ entries, format, write: file.write }, progress, stopwatch).then(requireWhole)
        }, file)
      }
      catch (error) {
        file.remove()
        throw error
      }
    },
  }
}
