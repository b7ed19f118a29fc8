import type { RequestRecord } from '@shared/schemas'
import type { HistoryEvent } from '../../live/live-window'
import { counted } from '@shared/grouped'
import { rowOf } from '@shared/rows'
import { describeResult, explainResult, formatLeft, secondOf } from './request-text'

/** What is known of the time before a request: all that concerns its key. */
export interface Past {
  /** Requests of the key before this one, newest first. */
  before: readonly RequestRecord[]
  /** Requests that deleted several entries of the cache, newest first. */
  sweeps: readonly RequestRecord[]
  /** What happened to the cache otherwise, oldest first. */
  events: readonly HistoryEvent[]
  /** ISO time: nothing earlier is known. Null: nothing is missing. */
  since: string | null
  labelOf: (keyId: string) => string
}

interface Story {
  /** What happened, such as `Miss: expired`. */
  heading: string
  /** Why, in one or two sentences. */
  sentence: string
}

/**
 * Tells what happened to a request, and why, from what the log knows of its key. Says nothing that
 * the log does not show: an entry may also have been stored by a batch, or before the log begins.
 */
export function tellStory(record: RequestRecord, past: Past): Story {
  const tell = record.key === null ? undefined : rowOf(tales, record.result)
  return tell?.(record, past) ?? { heading: describeResult(record).word, sentence: explainResult(record) }
}

const tales: Record<string, (record: RequestRecord, past: Past) => Story> = {
  hit: (record, past) => ({
    heading: record.ttl === null ? 'Hit' : `Hit: ${formatLeft(record.ttl)} left`,
    sentence: `${start(origin(past))}.${record.status === 304 ? ' The client already had this value.' : ''}`,
  }),
  stale: (record, past) => ({
    heading: record.ttl === null ? 'Stale' : `Stale: ${formatLeft(-record.ttl)} past its TTL`,
    sentence: `Served within its grace: ${origin(past)}.`,
  }),
  miss: (record, past) => ({
    heading: `Miss: ${record.reason ?? 'no reason'}`,
    sentence: whyMissed(record, past),
  }),
  stored(record, past) {
    const last = past.before.find(({ result }) => result === 'stored' || result === 'dropped' || result === 'miss')
    return {
      heading: record.ttl === null ? 'Stored' : `Stored: TTL ${formatLeft(record.ttl)}`,
      sentence: last?.result === 'stored'
        ? `It replaced what was ${origin(past)}.`
        : last?.result === 'miss'
          ? `${lapse(last, record)} after a miss: ${last.reason ?? 'no reason'}.`
          : last
            ? `The entry before it was deleted ${secondOf(last.at)}${by(last, past)}.`
            : `The first request of this key${reach(past)}.`,
    }
  },
  dropped: (_, past) => ({
    heading: 'Deleted',
    sentence: `It was ${origin(past)}.`,
  }),
  off(record, past) {
    const event = past.events.findLast(({ kind, at }) => kind === 'off' && at * 1000 <= Date.parse(record.at))
    const what = rowOf({ 'cache-off': 'The cache', 'caching-off': 'All caching' }, record.reason)
    return {
      heading: '503',
      sentence: what === undefined || !event
        ? explainResult(record)
        : `${what} is switched off since ${secondOf(event.at * 1000)}.`,
    }
  },
}

function whyMissed(record: RequestRecord, past: Past): string {
  const stored = lastStored(past)
  switch (record.reason) {
    case 'absent': {
      if (stored)
        return `${start(origin(past))}; why it has gone since is no longer known.`
      return `Never stored${reach(past)}.`
    }
    case 'expired': {
      const late = lateness(record, past)
      return late === null
        ? `It had expired: ${origin(past)}.`
        : `${spell(late)} too late: ${origin(past)}.`
    }
    case 'evicted':
      return `Evicted to make room: ${origin(past)}.`
    case 'invalidated': {
      const gone = lastDropped(record, past)
      return gone
        ? `${gone.key === null ? 'Invalidated with others' : 'Deleted'} ${secondOf(gone.at)}${by(gone, past)}, `
        + `${lapse(gone, record)} before; it was ${origin(past)}.`
        : `Deleted or invalidated by a batch or a job, or before the log begins; it was ${origin(past)}.`
    }
    case 'flushed': {
      const gone = lastDropped(record, past)
      const cleared = past.events.findLast(({ kind, at }) => kind === 'clear' && at * 1000 <= Date.parse(record.at))
      const when = gone?.key === null ? `${secondOf(gone.at)}${by(gone, past)}` : cleared && secondOf(cleared.at * 1000)
      return `The cache was cleared${when ? ` ${when}` : ''}; the entry was ${origin(past)}.`
    }
    default:
      return explainResult(record)
  }
}

/** The newest request that stored the entry. */
function lastStored({ before }: Past): RequestRecord | undefined {
  return before.find(({ result }) => result === 'stored')
}

/** `stored 23:35:45 by ci, TTL 0:45, read 2 times since`. */
function origin(past: Past): string {
  const stored = lastStored(past)
  if (!stored)
    return `stored by a batch, or before ${past.since === null ? 'the server started' : `${secondOf(past.since)}, where the log begins`}`
  const reads = past.before.slice(0, past.before.indexOf(stored)).filter(isRead).length
  const ttl = stored.ttl === null ? '' : `, TTL ${formatLeft(stored.ttl)}`
  const read = reads === 0 ? 'never read since' : `read ${counted(reads, 'time', 'times')} since`
  return `stored ${secondOf(stored.at)}${by(stored, past)}${ttl}, ${read}`
}

function isRead({ result }: RequestRecord): boolean {
  return result === 'hit' || result === 'stale'
}

function lastDropped(record: RequestRecord, { before, sweeps }: Past): RequestRecord | undefined {
  const own = before.find(({ result }) => result === 'dropped')
  const stored = before.find(({ result }) => result === 'stored')
  const sweep = sweeps.find(({ id }) => id < record.id && (!stored || id > stored.id))
  return !own || (sweep && sweep.id > own.id) ? sweep : own
}

/** Seconds by which a read came after the end of the TTL; null if nobody knows. */
function lateness(record: RequestRecord, { before }: Past): number | null {
  // A hit knows what is left, also where each hit restarts the time.
  const last = before.find(({ result, ttl }) => ttl !== null && (result === 'stored' || result === 'hit'))
  if (!last || last.ttl === null)
    return null
  const late = (Date.parse(record.at) - Date.parse(last.at)) / 1000 - last.ttl
  // Each of the two times is given to the millisecond.
  return late > -0.002 ? Math.max(0, late) : null
}

function by({ keyId, from }: RequestRecord, { labelOf }: Past): string {
  return keyId !== null ? ` by ${labelOf(keyId)}` : from === 'console' ? ' in the console' : ''
}

function reach({ since }: Past): string {
  return since === null ? ' since the server started' : `, as far as the log reaches back: ${secondOf(since)}`
}

function lapse(from: RequestRecord, to: RequestRecord): string {
  return spell(Math.max(0, Date.parse(to.at) - Date.parse(from.at)) / 1000)
}

function spell(seconds: number): string {
  if (seconds < 1)
    return `${Math.round(seconds * 1000)} ms`
  return seconds < 60 ? `${Math.floor(seconds)} s` : formatLeft(seconds)
}

function start(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
