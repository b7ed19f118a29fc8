import type { BatchAnswer, BatchInput, EntryOrder, EntryPage, EntrySort } from '@shared/entries'
import type { EntrySelector } from '@shared/entry-filter'
import type { ChunkOptions } from './chunks'
import type { SendRequest } from './http-transport'
import { cachePath, entriesPath, entryPath, queryOf } from '@shared/data-request'
import { readChunks } from './chunks'

/** An entry with its value. Times in seconds. */
export interface Entry {
  key: string
  value: Uint8Array<ArrayBuffer>
  contentType: string
  etag: string
  age: number
  /** Left to live; null = no expiry, below 0 = so long past it, inside its grace. */
  ttl: number | null
  tags: string[]
}

interface PutOptions {
  contentType?: string | undefined
  /** As the header takes it: `90`, `90s`, `15m`, `2h`, `none`. Left out: the cache's own. */
  ttl?: string | undefined
  tags?: readonly string[] | undefined
  /** Seconds past the TTL for which the entry may be served stale. */
  grace?: number | undefined
  /** Store only where nothing fresh is there. */
  onlyNew?: boolean
  /** Store only over this ETag. */
  ifMatch?: string | undefined
}

interface EntryQuery {
  prefix?: string
  glob?: string
  tag?: string
  sort?: EntrySort
  order?: EntryOrder
  limit?: number
  cursor?: string
}

/**
 * A window anywhere in an order. With a delimiter, folders up to the next one behind the prefix
 * come before the entries of the level.
 */
export interface WindowQuery extends Omit<EntryQuery, 'cursor'> {
  offset: number
  delimiter?: string
}

interface ReadOptions extends ChunkOptions {
  /** Looks without a trace: no hit is counted, no life prolonged. */
  peek?: boolean
}

/**
 * Entries of a cache. Everything throws LarderError: the server's own, `not-ready` when it cannot
 * be reached, and `bad-encoding` for the keys `.` and `..`, which no browser can put into a path;
 * `batch` takes these too.
 */
export interface Entries {
  get: (cache: string, key: string, options?: ReadOptions) => Promise<Entry>
  /**
   * Whether the entry is new there, and its ETag now. Throws `precondition-failed`, `too-large`.
   */
  put: (
    cache: string,
    key: string,
    value: string | Uint8Array<ArrayBuffer> | Blob,
    options?: PutOptions,
  ) => Promise<{ created: boolean, etag: string }>
  /** Throws `entry-not-found`, `precondition-failed`. */
  delete: (cache: string, key: string, options?: { ifMatch?: string }) => Promise<void>
  list: (cache: string, query?: EntryQuery, signal?: AbortSignal) => Promise<EntryPage>
  /**
   * As `list`, or how far the server is (0 to 1) while it builds the order that the window is cut
   * from.
   */
  window: (cache: string, query: WindowQuery, signal?: AbortSignal) => Promise<EntryPage | { progress: number }>
  /** A new TTL from now, as the header takes it: `90`, `15m`, `none`. Throws `entry-not-found`. */
  touch: (cache: string, key: string, ttl: string) => Promise<void>
  /** Drops, or with `dryRun` counts, what the selector chooses. Returns how many. */
  invalidate: (
    cache: string,
    selector: EntrySelector,
    options?: { dryRun?: boolean, signal?: AbortSignal },
  ) => Promise<number>
  batch: (
    cache: string,
    operations: BatchInput['operations'],
    options?: { atomic?: boolean, signal?: AbortSignal },
  ) => Promise<BatchAnswer>
  /** All fresh entries as JSON text, `[{"key":…,"value":…},…]`, in bytes as they came. */
  json: (cache: string, options?: ReadOptions) => Promise<Blob>
}

export function createEntries(request: SendRequest): Entries {
  return {
    async get(cache, key, options = {}) {
      const response = await request(
        `${entryPath(cache, key)}${options.peek ? '?peek=1' : ''}`,
        { signal: options.signal ?? null },
      )
      const chunks = await readChunks(response, options)
      return { key, value: await chunks.bytes(), ...readHeaders(response.headers) }
    },
    async put(cache, key, value, options = {}) {
      const response = await request(
        entryPath(cache, key),
        { method: 'PUT', headers: writeHeaders(options), body: value },
      )
      return { created: response.status === 201, etag: response.headers.get('ETag') ?? '' }
    },
    async delete(cache, key, { ifMatch } = {}) {
      await request(
        entryPath(cache, key),
        { method: 'DELETE', headers: ifMatch === undefined ? {} : { 'If-Match': ifMatch } },
      )
    },
    async list(cache, query = {}, signal) {
      const response = await request(`${entriesPath(cache)}${queryOf(query)}`, { signal: signal ?? null })
      return await response.json() as EntryPage
    },
    async window(cache, query, signal) {
      const response = await request(
        `${entriesPath(cache)}${queryOf({ ...query, progress: '1' })}`,
        { signal: signal ?? null },
      )
      return await response.json() as EntryPage | { progress: number }
    },
    async touch(cache, key, ttl) {
      await request(`${entryPath(cache, key)}${queryOf({ op: 'touch', ttl })}`, { method: 'POST' })
    },
    async invalidate(cache, selector, { dryRun = false, signal } = {}) {
      const response = await request(
        `${entriesPath(cache)}${queryOf({ ...selector, ...(dryRun && { dryRun: '1' }) })}`,
        { method: 'DELETE', signal: signal ?? null },
      )
      return (await response.json() as { matched: number }).matched
    },
    async batch(cache, operations, { atomic = false, signal } = {}) {
      const response = await request(`${cachePath(cache)}/batch`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ operations, atomic }),
        signal: signal ?? null,
      })
      return await response.json() as BatchAnswer
    },
    async json(cache, options = {}) {
      const response = await request(
        `/api/get-cache?cache=${encodeURIComponent(cache)}`,
        { signal: options.signal ?? null },
      )
      return (await readChunks(response, options)).blob('application/json')
    },
  }
}

function writeHeaders({
  contentType,
  ttl,
  tags = [],
  grace = 0,
  onlyNew,
  ifMatch,
}: PutOptions): Record<string, string> {
  return {
    // Said in any case: fetch would otherwise choose one for text of its own accord, and the server
    // another for bytes.
    'Content-Type': contentType ?? 'text/plain; charset=utf-8',
    ...(ttl !== undefined && { 'Larder-TTL': ttl }),
    ...(tags.length > 0 && { 'Larder-Tags': tags.map(encodeURIComponent).join(', ') }),
    ...(grace >= 1 && { 'Cache-Control': `stale-while-revalidate=${Math.round(grace)}` }),
    ...(onlyNew && { 'If-None-Match': '*' }),
    ...(ifMatch !== undefined && { 'If-Match': ifMatch }),
  }
}

function readHeaders(headers: Headers): Omit<Entry, 'key' | 'value'> {
  const ttl = headers.get('Larder-TTL') ?? 'none'
  const tags = headers.get('Larder-Tags')
  return {
    contentType: headers.get('Content-Type') ?? '',
    etag: headers.get('ETag') ?? '',
    age: Number(headers.get('Age') ?? 0),
    ttl: ttl === 'none' ? null : Number(ttl),
    tags: tags === null ? [] : tags.split(',').map(tag => decodeURIComponent(tag.trim())),
  }
}
