import type { Entries, Entry } from '../../../api/entry-calls'
import type { Sentence } from '../../../sentence'
import type { Times } from '../life'
import { LarderError } from '@shared/errors'
import { withKeys } from '../../../sentence'
import { readFormer, restore, writtenTtl } from './restore'

/** An entry as it was read; `readAt` is in milliseconds since 1970. */
export interface ReadEntry { entry: Entry, life: Times }

/** What is to be stored; `ttl` is empty if the remaining time is to stay. */
export interface EditedEntry { text: string, contentType: string, tags: readonly string[], ttl: string }

/** What happened: stored, or the reason why the person has to decide first. */
export type Saving =
  | { state: 'saved', outcome: { text: Sentence, undo: () => Promise<Sentence | void> } }
  /** The entry has changed; `theirs` is what it is now. */
  | { state: 'conflict', theirs: ReadEntry }
  | { state: 'gone' }

type Calls = Pick<Entries, 'get' | 'put' | 'delete'>

/**
 * Replaces an entry that is still as it was read; everything that the draft leaves unchanged stays.
 * The outcome can be undone. Throws what `entries.put` and `entries.get` throw.
 */
export async function saveEntry(entries: Calls, cache: string, read: ReadEntry, draft: EditedEntry): Promise<Saving> {
  const { key, etag, grace } = read.entry
  const keepTimes = draft.ttl === ''
  try {
    const stored = await entries.put(cache, key, new TextEncoder().encode(draft.text), {
      contentType: inUtf8(draft.contentType),
      tags: draft.tags,
      ...keepTimes ? { ttl: 'keep' } : { ttl: draft.ttl, grace },
      ifMatch: etag,
    })
    const undo = () => restore(entries, { cache, ...read }, { ifMatch: stored.etag, keepTimes })
    return { state: 'saved', outcome: { text: saved(key, draft), undo } }
  }
  catch (error) {
    if (error instanceof LarderError && error.code === 'precondition-failed')
      return await readAgain(entries, cache, key)
    throw error
  }
}

/** The editor writes UTF-8: a type that names another charset would make readers misread it. */
function inUtf8(contentType: string): string {
  return contentType.replace(/(;\s*charset\s*=\s*)("?)(?!utf-?8\b)[\w.:-]+\2/i, '$1utf-8')
}

function saved(key: string, { contentType }: EditedEntry): Sentence {
  return inUtf8(contentType) === contentType ? withKeys`Saved ${{ key }}.` : withKeys`Saved ${{ key }}, in UTF-8.`
}

/** Stores the draft in place of an entry that no longer exists, with the TTL that it was given. */
export async function storeAnew(
  entries: Calls,
  cache: string,
  { entry }: ReadEntry,
  draft: EditedEntry,
): Promise<Saving> {
  const { key, givenTtl, grace } = entry
  const ttl = draft.ttl === '' ? writtenTtl(givenTtl) : draft.ttl
  try {
    const { etag } = await entries.put(cache, key, new TextEncoder().encode(draft.text), {
      contentType: inUtf8(draft.contentType),
      tags: draft.tags,
      ttl,
      grace,
      onlyNew: true,
    })
    const undo = () => entries.delete(cache, key, { ifMatch: etag })
    return { state: 'saved', outcome: { text: saved(key, draft), undo } }
  }
  catch (error) {
    if (error instanceof LarderError && error.code === 'precondition-failed')
      return await readAgain(entries, cache, key)
    throw error
  }
}

async function readAgain(entries: Calls, cache: string, key: string): Promise<Saving> {
  try {
    return { state: 'conflict', theirs: await readFormer(entries, cache, key) }
  }
  catch (error) {
    if (error instanceof LarderError && error.code === 'entry-not-found')
      return { state: 'gone' }
    throw error
  }
}

/** Says what a draft changes besides the value: content type, tags and TTL. */
export function changedFacts({ contentType, tags }: Entry, draft: Omit<EditedEntry, 'text'>): string[] {
  const pairs = [
    ['Content type', contentType, draft.contentType],
    ['Tags', tags.join(', '), draft.tags.join(', ')],
  ] as const
  return [
    ...pairs
      .filter(([, before, after]) => before !== after)
      .map(([name, before, after]) => `${name}: ${before || 'none'} → ${after || 'none'}`),
    ...draft.ttl === '' ? [] : [`TTL: ${draft.ttl}, from now`],
  ]
}
