import type { Entries } from '../../../api/entry-calls'
import type { Former } from './restore'
import { LarderError } from '@shared/errors'
import { readFormer } from './restore'

/**
 * Deletes an entry of which this is known here. Returns it as it was in that moment, read again if
 * it had changed, so that an undo brings back nothing older; undefined if it changes all the time.
 * Throws what `entries.delete` and `entries.get` throw.
 */
export async function invalidateEntry(
  entries: Pick<Entries, 'get' | 'delete'>,
  known: Former,
): Promise<Former | undefined> {
  const { cache, entry: { key } } = known
  for (const read of [() => known, () => readFormer(entries, cache, key)]) {
    const was = await read()
    if (await isDeleted(entries, was))
      return was
  }
  await entries.delete(cache, key)
  return undefined
}

/** False if the entry is another one by now. */
async function isDeleted(
  entries: Pick<Entries, 'delete'>,
  { cache, entry: { key, etag } }: Former,
): Promise<boolean> {
  try {
    await entries.delete(cache, key, { ifMatch: etag })
    return true
  }
  catch (error) {
    if (error instanceof LarderError && error.code === 'precondition-failed')
      return false
    throw error
  }
}
