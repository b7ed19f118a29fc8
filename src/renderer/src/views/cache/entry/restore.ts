import type { Entries, Entry } from '../../../api/entry-calls'
import type { Sentence } from '../../../sentence'
import type { Times } from '../life'
import { LarderError } from '@shared/errors'
import { restOf } from '@shared/rest'
import { withKeys } from '../../../sentence'

/** An entry as it was before a change, with its times. */
export interface Former { cache: string, entry: Entry, life: Times }

/** Reads an entry with its times, without counting a hit. Throws what `entries.get` throws. */
export async function readFormer(entries: Pick<Entries, 'get'>, cache: string, key: string): Promise<Former> {
  const entry = await entries.get(cache, key, { peek: true })
  const { age, ttl, grace } = entry
  return { cache, entry, life: { age, ttl, grace, readAt: Date.now() } }
}

interface Condition {
  /** The ETag that the change made. */
  ifMatch?: string
  /** Only if nothing has taken the place since. */
  onlyNew?: true
  /** The change left TTL and grace as they were, so they go on. */
  keepTimes?: boolean
}

/**
 * Stores an entry again as it was if the condition holds, with what would now be left of its TTL
 * and grace. Throws Error if it would have expired in the meantime or is no longer what the change
 * made, and what `entries.put` throws.
 */
export async function restore(
  entries: Pick<Entries, 'put'>,
  { cache, entry: { key, value, contentType, tags, givenTtl, givenGrace }, life }: Former,
  { keepTimes = false, ...condition }: Condition,
  now = Date.now(),
): Promise<Sentence> {
  const rest = keepTimes ? { ttl: 'keep' } : { ...writtenRest(life, givenTtl, now), givenGrace }
  try {
    await entries.put(cache, key, value, { contentType, tags, ...rest, ...condition })
  }
  catch (error) {
    if (error instanceof LarderError && error.code === 'precondition-failed')
      throw new Error('The entry has changed again since then, so nothing was undone.', { cause: error })
    throw error
  }
  return withKeys`${{ key }} is as it was before.`
}

interface WrittenRest { ttl: string | 0, givenTtl: string, grace: number }

/** In the words of a request. Throws Error if nothing is left. */
function writtenRest({ ttl, grace, readAt }: Times, givenTtl: number | null, now: number): WrittenRest {
  const rest = restOf({ ttl: ttl === null ? null : ttl - Math.max(0, now - readAt) / 1000, grace })
  if (rest === null)
    throw new Error('It has expired in the meantime.')
  // A row of the list may know of a later restart than the entry that was read.
  const given = givenTtl === null || rest.ttl === null ? null : Math.max(givenTtl, rest.ttl)
  return { ttl: rest.ttl === 0 ? 0 : writtenTtl(rest.ttl), givenTtl: writtenTtl(given), grace: rest.grace }
}

/** A TTL in seconds in the words of `entries.put`. */
export function writtenTtl(ttl: number | null): string {
  return ttl === null ? 'none' : ttl === 0 ? '0' : ttl.toFixed(3)
}
