import type { RequestRecord } from '@shared/schemas'
import type { HistoryEvent } from '../../live/live-window'
import { counted } from '@shared/grouped'
import { sourceIn } from '@shared/load-marks'
import { bringsEntry, formatLeft, secondOf, startsTtl } from './request-text'

/** What is known of the time before a request: all that concerns its key. */
export interface Past {
  /** Requests of the key before this one, newest first. */
  before: readonly RequestRecord[]
  /** Requests that deleted several entries of the cache, or marked them stale, newest first. */
  sweeps: readonly RequestRecord[]
  /** What happened to the cache otherwise, oldest first. */
  events: readonly HistoryEvent[]
  /** ISO time: nothing earlier is known. Null: nothing is missing. */
  since: string | null
  labelOf: (keyId: string) => string
}

/** The newest request that stored the entry, or loaded it. */
export function lastStored({ before }: Past): RequestRecord | undefined {
  return before.find(bringsEntry)
}

/**
 * The newest request that says how long the entry stays fresh. A hit knows what is left, also where
 * each hit restarts the time.
 */
export function lastTimed({ before }: Past): RequestRecord | undefined {
  return before.find(one => startsTtl(one) || (one.result === 'hit' && one.ttl !== null))
}

/**
 * `stored 23:35:45 by ci, TTL 0:45, read 2 times since`, or `loaded 23:35:45 from main …`, and the
 * touch after it.
 *
 * @param read what was found, if it was
 */
export function origin(past: Past, read?: RequestRecord): string {
  const stored = lastStored(past)
  const since = stored ? past.before.slice(0, past.before.indexOf(stored)) : past.before
  const touched = since.find(({ result }) => result === 'touched')
  const touch = touched ? `, touched ${secondOf(touched.at)}${by(touched, past)}${ttlOf(touched)}` : ''
  if (!stored)
    return `stored by a batch, or before ${past.since === null ? 'the server started' : `${secondOf(past.since)}, where the log begins`}${touch}`
  const reads = since.filter(isRead).length
  const often = reads === 0 ? 'never read since' : `read ${counted(reads, 'time', 'times')} since`
  if (stored.result === 'stored')
    return `stored ${secondOf(stored.at)}${by(stored, past)}${ttlOf(stored)}, ${often}${touch}`
  const source = sourceIn(stored.marks)
  // The log has no line for what a refresh loads, nor for what a stale answer did not wait for.
  const renewed = read && endOf(read) > endOf(touched ?? stored) + 1000 ? ', renewed since by a read or a refresh' : ''
  return `loaded ${secondOf(stored.at)}${source === undefined ? '' : ` from ${source}`}${ttlOf(stored)}, ${often}${touch}${renewed}`
}

function ttlOf({ ttl }: RequestRecord): string {
  return ttl === null ? '' : `, TTL ${formatLeft(ttl)}`
}

/** Milliseconds since 1970 at which the TTL ends. */
export function endOf({ at, ttl }: RequestRecord): number {
  return ttl === null ? -Infinity : Date.parse(at) + ttl * 1000
}

export function isRead({ result }: RequestRecord): boolean {
  return result === 'hit' || result === 'stale'
}

export function by({ keyId, from }: RequestRecord, { labelOf }: Past): string {
  return keyId !== null ? ` by ${labelOf(keyId)}` : from === 'console' ? ' in the console' : ''
}
