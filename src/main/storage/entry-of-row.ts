import type { PersistedEntry } from '../cache/ports'
import { Buffer } from 'node:buffer'
import { isContentType } from '@shared/entries'
import { decodeKey } from '@shared/entry-key'
import { entryKinds } from '@shared/entry-kinds'
import { limits } from '@shared/limits'

/** A row of `entries.db` as SQLite returns it: keys are bytes there, and tags a JSON array. */
export type EntryRow = { readonly [F in keyof PersistedEntry]: unknown }

/** Milliseconds since 1970 of the last moment that a Date can hold. */
const lastMoment = 8.64e15
const kinds: ReadonlySet<unknown> = new Set(entryKinds)

/**
 * Returns the entry of a row, or null if the row cannot be one that Larder wrote: a bit of it may
 * have changed on the disk. The row stays where it is until its key is written again.
 */
export function entryOfRow(row: EntryRow): PersistedEntry | null {
  const { key, value, contentType, kind, flags, version, storedAt, ttl, freshUntil, graceUntil, grace } = row
  const tags = tagsOf(row.tags)
  const times = [ttl, freshUntil, graceUntil, grace]
  if (
    !Buffer.isBuffer(key) || key.length === 0 || key.length > limits.entryKey
    || !Buffer.isBuffer(value)
    || typeof contentType !== 'string' || !isContentType(contentType)
    || tags === null
    || !kinds.has(kind)
    || !Number.isSafeInteger(flags)
    || !Number.isSafeInteger(version) || Number(version) < 0
    || !isTime(storedAt)
    || !times.every(time => time === null || isTime(time))
  ) {
    return null
  }
  return { ...row as unknown as PersistedEntry, key: decodeKey(key), tags }
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= lastMoment
}

function tagsOf(text: unknown): string[] | null {
  try {
    const tags: unknown = JSON.parse(String(text))
    return Array.isArray(tags) && tags.every(tag => typeof tag === 'string') ? tags : null
  }
  catch {
    // Text that is no JSON is no list of tags.
    return null
  }
}
