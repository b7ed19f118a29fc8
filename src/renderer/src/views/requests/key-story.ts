import type { RequestRecord } from '@shared/schemas'
import type { HistoryEvent } from '../../live/live-window'
import { counted } from '@shared/grouped'
import { loadMarks, sourceIn } from '@shared/load-marks'
import { rowOf } from '@shared/rows'
import { explainGateway, noteOfGateway } from './gateway-text'
import { bringsEntry, describeResult, explainResult, formatLeft, secondOf } from './request-text'

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
  const byGateway = explainGateway(record)
  if (byGateway !== undefined)
    return { heading: headingOf(record), sentence: `${byGateway}${heldSince(record, past)}` }
  const tell = record.key === null ? undefined : rowOf(tales, record.result)
  return tell?.(record, past) ?? { heading: describeResult(record).word, sentence: explainResult(record) }
}

const tales: Record<string, (record: RequestRecord, past: Past) => Story> = {
  hit: (record, past) => ({
    heading: headingOf(record),
    sentence: `${start(origin(past, record))}.${record.status === 304 ? ' The client already had this value.' : ''}`,
  }),
  stale: (record, past) => ({
    heading: headingOf(record),
    sentence: `Served within its grace: ${origin(past, record)}.`,
  }),
  miss: (record, past) => ({
    heading: `Miss: ${record.reason ?? 'no reason'}`,
    sentence: `${whyMissed(record, past)}${lackOf(record)}`,
  }),
  loaded: (record, past) => ({
    heading: record.ttl === null ? 'Loaded' : `Loaded: TTL ${formatLeft(record.ttl)}`,
    sentence: whyLoaded(record, past),
  }),
  stored(record, past) {
    const last = past.before.find(one => bringsEntry(one) || one.result === 'dropped' || one.result === 'miss')
    return {
      heading: record.ttl === null ? 'Stored' : `Stored: TTL ${formatLeft(record.ttl)}`,
      sentence: last && bringsEntry(last)
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

/** A gateway holds what the origin sends, so that no request of an app has stored it. */
function heldSince({ result, ttl }: RequestRecord, { before }: Past): string {
  const loaded = before.find(one => one.result === 'loaded' && one.ttl !== null)
  return (result === 'hit' || result === 'stale') && ttl !== null && loaded
    ? ` The origin sent or confirmed it ${secondOf(loaded.at)}.`
    : ''
}

function headingOf(record: RequestRecord): string {
  const { result, ttl } = record
  if (result === 'loaded' && noteOfGateway(record)?.startsWith('revalidated'))
    return 'Revalidated'
  if (ttl !== null && result === 'hit')
    return `Hit: ${formatLeft(ttl)} left`
  return ttl !== null && result === 'stale' ? `Stale: ${formatLeft(-ttl)} past its TTL` : describeResult(record).word
}

function whyLoaded(record: RequestRecord, past: Past): string {
  const source = sourceIn(record.marks)
  // The log of an older server, or a gateway, says it in other words.
  if (source === undefined)
    return explainResult(record)
  const passing = record.marks.includes(loadMarks.passing) ? ' It is not held.' : ''
  if (record.marks.includes(loadMarks.fresh))
    return `Its reader wanted a newer one than was held, so ${source} was asked. Held was what was ${origin(past)}.${passing}`
  if (record.marks.includes(loadMarks.stale))
    return `What was held was past its TTL, so ${source} was asked: ${origin(past)}.${passing}`
  return `From ${source}, as nothing was held. ${whyMissed(record, past)}${passing}`
}

function whyMissed(record: RequestRecord, past: Past): string {
  const stored = lastStored(past)
  switch (record.reason) {
    case 'absent': {
      if (stored && sourceIn(record.marks) !== undefined)
        return `${start(origin(past))}.`
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

/** What its source said, where one was asked or had been a moment before. */
function lackOf({ marks }: RequestRecord): string {
  const source = sourceIn(marks)
  return source === undefined ? '' : ` The source ${source} had none.`
}

/** The newest request that stored the entry, or loaded it. */
function lastStored({ before }: Past): RequestRecord | undefined {
  return before.find(bringsEntry)
}

/**
 * `stored 23:35:45 by ci, TTL 0:45, read 2 times since`, or `loaded 23:35:45 from main …`.
 *
 * @param read what was found, if it was
 */
function origin(past: Past, read?: RequestRecord): string {
  const stored = lastStored(past)
  if (!stored)
    return `stored by a batch, or before ${past.since === null ? 'the server started' : `${secondOf(past.since)}, where the log begins`}`
  const reads = past.before.slice(0, past.before.indexOf(stored)).filter(isRead).length
  const ttl = stored.ttl === null ? '' : `, TTL ${formatLeft(stored.ttl)}`
  const often = reads === 0 ? 'never read since' : `read ${counted(reads, 'time', 'times')} since`
  if (stored.result === 'stored')
    return `stored ${secondOf(stored.at)}${by(stored, past)}${ttl}, ${often}`
  const source = sourceIn(stored.marks)
  // The log has no line for what a refresh loads, nor for what a stale answer did not wait for.
  const renewed = read && endOf(read) > endOf(stored) + 1000 ? ', renewed since by a read or a refresh' : ''
  return `loaded ${secondOf(stored.at)}${source === undefined ? '' : ` from ${source}`}${ttl}, ${often}${renewed}`
}

/** Milliseconds since 1970 at which the TTL ends. */
function endOf({ at, ttl }: RequestRecord): number {
  return ttl === null ? -Infinity : Date.parse(at) + ttl * 1000
}

function isRead({ result }: RequestRecord): boolean {
  return result === 'hit' || result === 'stale'
}

function lastDropped(record: RequestRecord, { before, sweeps }: Past): RequestRecord | undefined {
  const own = before.find(({ result }) => result === 'dropped')
  const stored = before.find(bringsEntry)
  const sweep = sweeps.find(({ id }) => id < record.id && (!stored || id > stored.id))
  return !own || (sweep && sweep.id > own.id) ? sweep : own
}

/** Seconds by which a read came after the end of the TTL; null if nobody knows. */
function lateness(record: RequestRecord, { before }: Past): number | null {
  // A hit knows what is left, also where each hit restarts the time.
  const last = before.find(one => one.ttl !== null && (bringsEntry(one) || one.result === 'hit'))
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
