import type { RequestRecord } from '@shared/schemas'
import { typedKey } from '@shared/entry-key'
import { exactTerm } from '@shared/filter'

/** Requests to one key that are alike and follow each other. */
interface Moment {
  /** The newest of them. */
  record: RequestRecord
  count: number
}

/** The filter of the request log that finds what happened to one key. */
export function keyFilter(cache: string, key: string): string {
  return `${exactTerm('cache', cache)} ${exactTerm('key', typedKey(key))}`
}

/** Each record once, newest first, at most this many. */
export function newestFirst(
  records: readonly RequestRecord[],
  more: readonly RequestRecord[],
  most: number,
): readonly RequestRecord[] {
  // Ids alone do not do: a server that was started anew counts from 1 again.
  const known = new Map([...records, ...more].map(record => [`${record.at} ${record.id}`, record]))
  return [...known.values()]
    .sort((a, b) => a.at === b.at ? b.id - a.id : a.at < b.at ? 1 : -1)
    .slice(0, most)
}

/** Folds what is alike and follows each other, such as hits in a row. */
export function foldMoments(records: readonly RequestRecord[]): Moment[] {
  const moments: Moment[] = []
  for (const record of records) {
    const last = moments.at(-1)
    if (last && areAlike(last.record, record))
      last.count++
    else
      moments.push({ record, count: 1 })
  }
  return moments
}

/** Who read it is of no interest, but who wrote it is. */
function areAlike(a: RequestRecord, b: RequestRecord): boolean {
  return a.result === b.result
    && a.reason === b.reason
    && (!isWrite(a) || a.keyId === b.keyId)
}

export function isWrite({ result }: Pick<RequestRecord, 'result'>): boolean {
  return result === 'stored' || result === 'touched' || result === 'dropped'
}
