import type { BatchAnswer, BatchInput, EntryOrder, EntryPage, EntrySort } from '@shared/entries'
import type { ChunkOptions } from './chunks'
import type { SendRequest } from './http-transport'
import { cachePath, entriesPath, entryPath, queryOf } from '@shared/data-request'
import { readChunks } from './chunks'
import { createDottedEntries, isDotted } from './dotted-keys'

/** An entry with its value. Times in seconds. */
export interface Entry {
  key: string
  value: Uint8Array<ArrayBuffer>
  contentType: string
  etag: string
  age: number
  /** Time left to live; null = no expiry, negative = time past expiry, within the grace period. */
  ttl: number | null
  /** The TTL that was last given; null = none. Only a peek tells it. */
  givenTtl: number | null
  /** How long past the TTL the entry may be served stale. Only a peek tells it. */
  grace: number
  tags: string[]
}

interface PutOptions {
  contentType?: string | undefined
  /**
   * In the syntax of the header: `90`, `90s`, `15m`, `2h`, `none`; `keep`: TTL and grace of the
   * replaced entry go on; `0`: stale from the start. @default the cache's TTL
   */
  ttl?: string | undefined
  /** The TTL that a sliding restart gives again; `ttl` is what is left of it. @default `ttl` */
  givenTtl?: string | undefined
  tags?: readonly string[] | undefined
  /** Seconds past the TTL for which the entry may be served stale. @default 0 */
  grace?: number | undefined
  /** Store only if there is no fresh entry. */
  onlyNew?: boolean
  /** Replace only an entry that has this ETag. */
  ifMatch?: string | undefined
}

/**
 * A window at any offset of the ordered entries. With a delimiter, the folders (keys cut at the
 * first delimiter after the prefix) come before the entries of the level.
 */
export interface WindowQuery {
  prefix?: string
  glob?: string
  tag?: string
  sort?: EntrySort
  order?: EntryOrder
  limit?: number
  offset: number
  delimiter?: string
}

interface ReadOptions extends ChunkOptions {
  /** Reads without side effects: counts no hit and does not prolong the entry's life. */
  peek?: boolean
}

/**
 * Operations on the entries of a cache, whatever their keys. All of them throw LarderError: the
 * server's errors, and `not-ready` if the server cannot be reached.
 */
export interface Entries {
  get: (cache: string, key: string, options?: ReadOptions) => Promise<Entry>
  /** Returns whether the entry is new, and its ETag. Throws `precondition-failed`, `too-large`. */
  put: (
    cache: string,
    key: string,
    value: string | Uint8Array<ArrayBuffer> | Blob,
    options?: PutOptions,
  ) => Promise<{ created: boolean, etag: string }>
  /** Throws `entry-not-found`, `precondition-failed`. */
  delete: (cache: string, key: string, options?: { ifMatch?: string }) => Promise<void>
  /**
   * Returns the window or, while the server still builds the order for it, its progress (0 to 1).
   */
  window: (cache: string, query: WindowQuery, signal?: AbortSignal) => Promise<EntryPage | { progress: number }>
  /** Sets a TTL that starts now: `90`, `15m`, `none`. Throws `entry-not-found`. */
  touch: (cache: string, key: string, ttl: string) => Promise<void>
  batch: (
    cache: string,
    operations: BatchInput['operations'],
    options?: { atomic?: boolean },
  ) => Promise<BatchAnswer>
  /** All fresh entries as JSON text, `[{"key":…,"value":…},…]`, in the bytes that were received. */
  json: (cache: string, options?: ReadOptions) => Promise<Blob>
}

export function createEntries(request: SendRequest): Entries {
  const entries = createByPath(request)
  const dotted = createDottedEntries(entries.batch)
  const by = (key: string): Pick<Entries, 'get' | 'put' | 'delete' | 'touch'> => isDotted(key) ? dotted : entries
  return {
    ...entries,
    get: (cache, key, ...rest) => by(key).get(cache, key, ...rest),
    put: (cache, key, ...rest) => by(key).put(cache, key, ...rest),
    delete: (cache, key, ...rest) => by(key).delete(cache, key, ...rest),
    touch: (cache, key, ...rest) => by(key).touch(cache, key, ...rest),
  }
}

/** With the key of an entry in the path. */
function createByPath(request: SendRequest): Entries {
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
    async batch(cache, operations, { atomic = false } = {}) {
      const response = await request(`${cachePath(cache)}/batch`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ operations, atomic }),
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
  givenTtl,
  tags = [],
  grace = 0,
  onlyNew,
  ifMatch,
}: PutOptions): Record<string, string> {
  return {
    // Always set: otherwise fetch chooses a type for text, and the server a different one for
    // bytes.
    'Content-Type': contentType ?? 'text/plain; charset=utf-8',
    ...(ttl === '0' ? { 'Cache-Control': 'max-age=0' } : ttl !== undefined && { 'Larder-TTL': ttl }),
    ...(givenTtl !== undefined && { 'Larder-Given-TTL': givenTtl }),
    ...(tags.length > 0 && { 'Larder-Tags': tags.map(encodeURIComponent).join(', ') }),
    ...(grace > 0 && { 'Larder-Grace': grace.toFixed(3) }),
    ...(onlyNew && { 'If-None-Match': '*' }),
    ...(ifMatch !== undefined && { 'If-Match': ifMatch }),
  }
}

function readHeaders(headers: Headers): Omit<Entry, 'key' | 'value'> {
  const tags = headers.get('Larder-Tags')
  return {
    contentType: headers.get('Content-Type') ?? '',
    etag: headers.get('ETag') ?? '',
    age: Number(headers.get('Age') ?? 0),
    ttl: secondsOf(headers.get('Larder-TTL')),
    givenTtl: secondsOf(headers.get('Larder-Given-TTL')),
    grace: Number(headers.get('Larder-Grace') ?? 0),
    tags: tags === null ? [] : tags.split(',').map(tag => decodeURIComponent(tag.trim())),
  }
}

function secondsOf(text: string | null): number | null {
  return text === null || text === 'none' ? null : Number(text)
}
