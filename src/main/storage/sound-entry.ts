import type { PersistedEntry } from '../cache/ports'
import { isContentType } from '@shared/entries'
import { entryKinds } from '@shared/entry-kinds'
import { limits } from '@shared/limits'

/** Milliseconds since 1970 of the last moment that a Date can hold. */
const lastMoment = 8.64e15
const kinds: ReadonlySet<unknown> = new Set(entryKinds)

/**
 * Returns an entry that was read from the disk, with a key of `keyLength` bytes. A bit of its row
 * may have changed there.
 *
 * @throws {Error} which field Larder cannot have written
 */
export function requireSoundEntry<E extends PersistedEntry>(entry: E, keyLength: number): E {
  const { contentType, kind, flags, version, storedAt, ttl, freshUntil, graceUntil, grace } = entry
  if (!(keyLength > 0 && keyLength <= limits.entryKey))
    throw new Error('The key is none')
  if (!kinds.has(kind))
    throw new Error('The kind is none')
  if (typeof contentType !== 'string' || !isContentType(contentType))
    throw new Error('The content type is none')
  if (!Number.isSafeInteger(flags) || !Number.isSafeInteger(version) || version < 0)
    throw new Error('A number is none')
  if (!isTime(storedAt) || ![ttl, freshUntil, graceUntil, grace].every(time => time === null || isTime(time)))
    throw new Error('A time is none')
  return entry
}

/**
 * The tags of a row.
 *
 * @throws {Error} if the text is not a JSON array of texts
 */
export function tagsOfRow(text: string): string[] {
  const tags: unknown = JSON.parse(text)
  if (!Array.isArray(tags) || !tags.every(tag => typeof tag === 'string'))
    throw new Error('The tags are none')
  return tags
}

function isTime(value: number): boolean {
  return Math.abs(value) <= lastMoment
}
