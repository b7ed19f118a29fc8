import type { Stopwatch } from '../../base/clock'
import type { Mount } from '../caches'
import type { Progress } from '../ports'
import { LarderError } from '@shared/errors'
import { limits } from '@shared/limits'
import { createPauses } from '../jobs/pauses'
import { lastingValue } from '../ports'
import { entryLine } from './entry-line'
import { headerLine } from './header'

/** Characters that are gathered before they are written. */
const enough = 64 * 1024

const inOrder = { sort: 'key', order: 'asc', limit: limits.pageSize } as const

type SavedCache = Pick<Mount['cache'], 'definition' | 'size' | 'page' | 'peek' | 'counters'>

/**
 * Writes a snapshot: the header, then the entries by cache and by the bytes of their keys, each as
 * it is when it is reached. Reads nothing that would count as a read. Rejects with LarderError
 * `cache-not-found`, `entry-not-found` if a cache is deleted or cleared meanwhile.
 */
export async function saveSnapshot(
  caches: readonly SavedCache[],
  write: (text: string) => Promise<void>,
  progress: Progress,
  stopwatch: Stopwatch,
): Promise<void> {
  const pauses = createPauses(stopwatch)
  const sorted = [...caches].sort((a, b) => a.definition.name < b.definition.name ? -1 : 1)
  let waiting = headerLine(sorted.map(({ definition }) => definition))
  progress.total = sorted.reduce((sum, { size }) => sum + size, 0)

  async function flush(): Promise<void> {
    const text = waiting
    waiting = ''
    await write(text)
  }

  async function saveEntry({ peek }: SavedCache, cache: string, key: string): Promise<void> {
    const entry = peek(key)
    progress.seen++
    if (entry === undefined)
      return
    for (const piece of entryLine(cache, key, entry)) {
      waiting += piece
      // A smaller value is only valid until something else runs.
      if (waiting.length >= enough && entry.value.length > lastingValue)
        await flush()
    }
    progress.matched++
  }

  for (const cache of sorted) {
    const { name } = cache.definition
    const { flushes } = cache.counters.counts
    let cursor: string | null | undefined
    while (cursor !== null && !progress.cancelled) {
      const page = await cache.page({ ...inOrder, ...cursor !== undefined && { cursor } })
      for (const { key } of page.entries) {
        if (progress.cancelled)
          return
        await saveEntry(cache, name, key)
        if (waiting.length >= enough)
          await flush()
        if (pauses.due)
          await pauses.take()
      }
      ({ cursor } = page)
    }
    if (cache.counters.counts.flushes !== flushes)
      throw new LarderError('entry-not-found', `The cache ${name} was cleared while it was saved.`)
  }
  if (!progress.cancelled)
    await flush()
}
