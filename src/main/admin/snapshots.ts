import type { SnapshotInfo } from '@shared/snapshots'
import type { Stopwatch } from '../base/clock'
import type { EventHub } from '../base/event-hub'
import type { ExportFile, ExportFiles } from '../base/export-files'
import type { NewSnapshot, OpenSnapshot, SnapshotFiles, StoredSnapshot } from '../base/snapshot-files'
import type { Mount } from '../serving/caches'
import type { JobBook } from '../serving/jobs/job-book'
import type { CacheDirectory } from './cache-directory'
import type { HandlersOf } from './handlers'
import type { Loader } from './loader'
import { LarderError } from '@shared/errors'
import { limits } from '@shared/limits'
import { isoTime } from '@shared/moment'
import { readPart } from '../serving/jobs/file-part'
import { untilRestored } from '../serving/restoring'
import { compareSnapshots } from '../serving/transfer/compare'
import { readEntryFile } from '../serving/transfer/read-file'
import { saveSnapshot } from '../serving/transfer/save'
import { callerOf } from './handlers'
import { requireHere } from './loader'

interface SnapshotHandlerDependencies {
  caches: CacheDirectory
  loader: Loader
  jobs: JobBook<ExportFile>
  files: SnapshotFiles
  exportFiles: ExportFiles
  events: EventHub
  /** The most bytes of a value. */
  valueLimit: () => number
  stopwatch: Stopwatch
}

/** Snapshots of a user: saved, loaded and compared by jobs. */
export function createSnapshotHandlers({
  caches,
  loader,
  jobs,
  files,
  exportFiles,
  events,
  valueLimit,
  stopwatch,
}: SnapshotHandlerDependencies): HandlersOf<'snapshots'> {
  /** Names that are being saved, by user, as file systems tell them apart. */
  const saving = new Set<string>()

  function requireFree(userId: string, name: string, replace: boolean): void {
    const alike = (other: string): boolean => other.toLowerCase() === name.toLowerCase()
    const stored = files.list(userId)
    const there = stored.find(snapshot => alike(snapshot.name))
    if (there !== undefined && !(replace && there.name === name))
      throw taken(`There is a snapshot ${there.name} already.`)
    if (saving.has(savingName(userId, name)))
      throw taken(`A snapshot ${name} is being saved already.`)
    if (there === undefined && stored.length >= limits.snapshots) {
      throw new LarderError(
        'quota-reached',
        `At most ${limits.snapshots} snapshots are kept for you. Delete one that you do not need any more.`,
      )
    }
  }

  function cachesToSave(userId: string, name: string | undefined): Mount['cache'][] {
    if (name !== undefined)
      return [requireHere(caches.get(userId, name).cache)]
    return caches.list(userId)
      .filter(({ definition: { backend } }) => backend === null)
      .map(({ definition }) => caches.get(userId, definition.name).cache)
  }

  async function describe(userId: string, { name, bytes, savedAt }: StoredSnapshot): Promise<SnapshotInfo> {
    const told = { name, bytes, savedAt: isoTime(savedAt) }
    let file: OpenSnapshot | undefined
    try {
      file = files.open(userId, name)
      const { header } = await readEntryFile(file, 'snapshot', valueLimit())
      return { ...told, caches: Object.keys(header?.caches ?? {}), fault: null }
    }
    catch (error) {
      if (error instanceof LarderError)
        return { ...told, caches: [], fault: error.message }
      throw error
    }
    finally {
      file?.close()
    }
  }

  return {
    'snapshots.list': async (_, context) => {
      const { userId } = callerOf(context)
      const told: SnapshotInfo[] = []
      for (const snapshot of files.list(userId))
        told.push(await describe(userId, snapshot))
      return told
    },
    'snapshots.save': async ({ name, cache, replace }, context) => {
      const { userId } = callerOf(context)
      const chosen = cachesToSave(userId, cache)
      requireFree(userId, name, replace)
      const mine = savingName(userId, name)
      saving.add(mine)
      let file: NewSnapshot | undefined
      const end = (): void => {
        file?.remove()
        saving.delete(mine)
      }
      try {
        const made = file = await files.create(userId)
        const order = { kind: 'save', space: userId, cache: cache ?? null, target: `snapshot ${name}` } as const
        return jobs.start(order, async (progress) => {
          try {
            await untilRestored(chosen)
            await saveSnapshot(chosen, made.write, progress, stopwatch)
            if (progress.cancelled)
              return
            await made.keep(name)
            events.emit('snapshots', userId, {})
          }
          finally {
            end()
          }
        })
      }
      catch (error) {
        end()
        throw error
      }
    },
    'snapshots.load': async ({ name, cache = null, mode, dryRun }, context) => {
      const caller = callerOf(context)
      const { userId } = caller
      const file = files.open(userId, name)
      try {
        const { header } = await readEntryFile(file, 'snapshot', valueLimit())
        loader.check(caller, header, cache)
        const kind = dryRun ? 'plan' : 'load'
        return jobs.start({ kind, space: userId, cache, target: `snapshot ${name}` }, async (progress) => {
          try {
            await untilRestored(caches.list(userId))
            await loader.load(caller, { file, format: 'snapshot', cache, mode, dryRun }, progress)
          }
          finally {
            file.close()
          }
        })
      }
      catch (error) {
        file.close()
        throw error
      }
    },
    'snapshots.diff': async ({ a, b, times }, context) => {
      const { userId } = callerOf(context)
      const opened: OpenSnapshot[] = []
      let result: ExportFile | undefined
      try {
        const former = files.open(userId, a)
        opened.push(former)
        const later = files.open(userId, b)
        opened.push(later)
        const made = result = await exportFiles.create()
        const target = `snapshots ${a} and ${b}`
        const order = { kind: 'compare', space: userId, cache: null, target, fileName: `${a}-${b}.diff` } as const
        return jobs.start(order, async (progress) => {
          try {
            await compareSnapshots({ a: former, b: later, times, write: made.write }, progress, stopwatch)
          }
          finally {
            opened.forEach(file => file.close())
          }
        }, made)
      }
      catch (error) {
        opened.forEach(file => file.close())
        result?.remove()
        throw error
      }
    },
    'snapshots.read': async ({ name, from }, context) => {
      const file = files.open(callerOf(context).userId, name)
      try {
        return await readPart(file, from)
      }
      finally {
        file.close()
      }
    },
    'snapshots.delete': ({ name }, context) => {
      const { userId } = callerOf(context)
      files.remove(userId, name)
      events.emit('snapshots', userId, {})
    },
  }
}

function savingName(userId: string, name: string): string {
  return `${userId}/${name.toLowerCase()}`
}

function taken(sentence: string): LarderError {
  return new LarderError('name-taken', sentence, { errors: [{ field: 'name', message: 'is taken' }] })
}
