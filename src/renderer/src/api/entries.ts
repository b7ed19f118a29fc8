import type { BatchAnswer, EntryPage } from '@shared/entries'
import type { Entries, Entry, PutOptions } from './entry-calls'
import type { SendRequest } from './http-transport'
import { cachePath, entriesPath, entryPath, queryOf } from '@shared/data-request'
import { entryKinds } from '@shared/entry-kinds'
import { requireAscii } from '@shared/header-text'
import { readChunks } from './chunks'
import { createDottedEntries, isDotted } from './dotted-keys'

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
        { signal: options.signal ?? null, headers: options.as === undefined ? {} : { Accept: options.as } },
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
  givenGrace = grace,
  onlyNew,
  ifMatch,
}: PutOptions): Record<string, string> {
  const headers = {
    // Always set: otherwise fetch chooses a type for text, and the server a different one for
    // bytes.
    'Content-Type': contentType ?? 'text/plain; charset=utf-8',
    ...(ttl === 0 ? { 'Cache-Control': 'max-age=0' } : ttl !== undefined && { 'Larder-TTL': ttl }),
    ...(givenTtl !== undefined && { 'Larder-Given-TTL': givenTtl }),
    ...(tags.length > 0 && { 'Larder-Tags': tags.map(encodeURIComponent).join(', ') }),
    ...((grace > 0 || givenGrace > 0) && { 'Larder-Grace': grace.toFixed(3) }),
    ...(givenGrace !== grace && { 'Larder-Given-Grace': givenGrace.toFixed(3) }),
    ...(onlyNew && { 'If-None-Match': '*' }),
    ...(ifMatch !== undefined && { 'If-Match': ifMatch }),
  }
  Object.entries(headers).forEach(([name, text]) => requireAscii(name, text))
  return headers
}

function readHeaders(headers: Headers): Omit<Entry, 'key' | 'value'> {
  const tags = headers.get('Larder-Tags')
  return {
    contentType: headers.get('Content-Type') ?? '',
    kind: entryKinds.find(kind => kind === headers.get('Larder-Kind')) ?? 'bytes',
    etag: headers.get('ETag') ?? '',
    age: Number(headers.get('Age') ?? 0),
    ttl: secondsOf(headers.get('Larder-TTL')),
    givenTtl: secondsOf(headers.get('Larder-Given-TTL')),
    grace: Number(headers.get('Larder-Grace') ?? 0),
    givenGrace: Number(headers.get('Larder-Given-Grace') ?? 0),
    tags: tags === null ? [] : tags.split(',').map(tag => decodeURIComponent(tag.trim())),
  }
}

function secondsOf(text: string | null): number | null {
  return text === null || text === 'none' ? null : Number(text)
}
