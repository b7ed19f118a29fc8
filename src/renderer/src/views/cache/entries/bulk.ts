import type { BatchAnswer, EntryInfo, EntryPage } from '@shared/entries'
import type { EntrySelector } from '@shared/entry-filter'
import type { Api } from '../../../api/api'
import type { ServerRow } from './rows'
import { restOf } from '@shared/rest'

/** The target of a bulk action: selected rows, or all matches of a filter (null: everything). */
type Target = { rows: readonly ServerRow[] } | { filter: EntrySelector | null }

interface BulkOptions {
  api: Pick<Api, 'entries' | 'client'>
  cache: string
  target: Target
  signal: AbortSignal
  /** Receives the number of entries done so far. */
  onProgress: (done: number) => void
}

/** Keys per delete request, entries per listed page, and entries and bytes per read request. */
const deletedAtOnce = 500
const listedAtOnce = 1000
const readAtOnce = { entries: 200, bytes: 4_000_000 }

/** Deletes the target. Returns the number of deleted entries, without those already gone. */
export async function deleteAll({ api, cache, target, signal, onProgress }: BulkOptions): Promise<number> {
  if ('filter' in target) {
    return target.filter === null
      ? (await api.client['caches.flush']({ name: cache })).matched
      : await api.entries.invalidate(cache, target.filter, { signal })
  }
  let dropped = 0
  for (const row of target.rows) {
    if (row.kind === 'folder') {
      dropped += await api.entries.invalidate(cache, { prefix: row.prefix }, { signal })
      onProgress(dropped)
    }
  }
  const keys = target.rows.filter(row => row.kind === 'entry').map(row => row.entry.key)
  for (let from = 0; from < keys.length; from += deletedAtOnce) {
    const { results } = await api.entries.batch(
      cache,
      keys.slice(from, from + deletedAtOnce).map(key => ({ op: 'delete' as const, key })),
      { signal },
    )
    dropped += results.filter(({ status }) => status < 300).length
    onProgress(dropped)
  }
  return dropped
}

type BatchResult = BatchAnswer['results'][number]

/**
 * Exports the target as JSON lines in the form of a batch's `set`: key, value, content type, TTL
 * and tags. Omits entries that disappear during the export. Returns the file and the number of
 * lines.
 */
export async function exportAll({
  api,
  cache,
  target,
  signal,
  onProgress,
}: BulkOptions): Promise<{ file: Blob, count: number }> {
  const parts: string[] = []
  let count = 0
  for await (const chunk of chunksOf(metadataOf({ api, cache, target, signal }))) {
    const { results } = await api.entries.batch(
      cache,
      chunk.map(({ key }) => ({ op: 'peek' as const, key })),
      { signal },
    )
    const lines = results.flatMap((result, at) => {
      const key = chunk[at]?.key
      const fields = result.status === 200 ? storable(result) : null
      return fields && key !== undefined ? [`${JSON.stringify({ key, ...fields })}\n`] : []
    })
    parts.push(lines.join(''))
    count += lines.length
    onProgress(count)
  }
  return { file: new Blob(parts, { type: 'application/jsonl' }), count }
}

/**
 * The fields of a batch's `set` that store an entry as it was when it was read; null if its life is
 * over.
 */
function storable({ value, contentType, ttl = null, grace = 0, tags }: BatchResult): object | null {
  const rest = restOf({ ttl, grace })
  return rest && { value, contentType, ...rest, tags }
}

async function* metadataOf({
  api,
  cache,
  target,
  signal,
}: Omit<BulkOptions, 'onProgress'>): AsyncGenerator<EntryInfo> {
  const folders = 'rows' in target ? target.rows.flatMap(row => row.kind === 'folder' ? [row.prefix] : []) : []
  const isCovered = (name: string): boolean => folders.some(prefix => prefix !== name && name.startsWith(prefix))
  const pages = 'filter' in target
    ? [target.filter ?? {}]
    : folders.filter(prefix => !isCovered(prefix)).map(prefix => ({ prefix }))
  for (const selector of pages) {
    let cursor: string | null = null
    do {
      const page: EntryPage = await api.entries.list(
        cache,
        { ...selector, limit: listedAtOnce, ...(cursor !== null && { cursor }) },
        signal,
      )
      yield* page.entries
      cursor = page.cursor
    } while (cursor !== null)
  }
  for (const row of 'rows' in target ? target.rows : []) {
    if (row.kind === 'entry' && !isCovered(row.entry.key))
      yield row.entry
  }
}

async function* chunksOf(entries: AsyncIterable<EntryInfo>): AsyncGenerator<EntryInfo[]> {
  let chunk: EntryInfo[] = []
  let bytes = 0
  for await (const entry of entries) {
    if (chunk.length > 0 && (chunk.length === readAtOnce.entries || bytes + entry.bytes > readAtOnce.bytes)) {
      yield chunk
      chunk = []
      bytes = 0
    }
    chunk.push(entry)
    bytes += entry.bytes
  }
  if (chunk.length > 0)
    yield chunk
}
