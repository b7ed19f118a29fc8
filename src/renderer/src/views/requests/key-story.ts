import type { RequestRecord } from '@shared/schemas'
import type { Past } from './key-past'
import { loadMarks, sourceIn } from '@shared/load-marks'
import { rowOf } from '@shared/rows'
import { explainGateway, noteOfGateway } from './gateway-text'
import { by, endOf, isRead, lastStored, lastTimed, origin } from './key-past'
import { bringsEntry, describeResult, explainResult, formatLeft, secondOf, startsTtl } from './request-text'
import { tellStale } from './stale-story'

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
    ...tellStale(record, past),
  }),
  miss: (record, past) => ({
    heading: `Miss: ${record.reason ?? 'no reason'}`,
    sentence: `${whyMissed(record, past)}${lackOf(record)}`,
  }),
  loaded: (record, past) => ({
    heading: record.ttl === null ? 'Loaded' : `Loaded: TTL ${formatLeft(record.ttl)}`,
    sentence: whyLoaded(record, past),
  }),
  stored: (record, past) => ({
    heading: record.ttl === null ? 'Stored' : `Stored: TTL ${formatLeft(record.ttl)}`,
    sentence: whatItReplaced(record, past),
  }),
  touched: (record, past) => ({
    heading: record.ttl === null ? 'Touched' : `Touched: TTL ${formatLeft(record.ttl)}`,
    sentence: `It was ${origin(past)}.`,
  }),
  dropped: (_, past) => ({
    heading: 'Deleted',
    sentence: `It was ${origin(past)}.`,
  }),
  off(record, past) {
    const event = past.events.findLast(({ kind, at }) => kind === 'off' && at * 1000 <= Date.parse(record.at))
    const what = rowOf({ 'cache-off': 'The cache', 'caching-off': 'All caching' }, record.reason)
    return {
      heading: record.face === 'redis' ? describeResult(record).word : '503',
      sentence: what === undefined || !event
        ? `${explainResult(record)}${toldByRedis(record)}`
        : `${what} is switched off since ${secondOf(event.at * 1000)}.${toldByRedis(record)}`,
    }
  },
}

/** What its client saw of it, which is a matter of the settings. */
function toldByRedis({ face, detail }: RequestRecord): string {
  return face === 'redis' ? detail?.replace(/^[^.]*\./, '') ?? '' : ''
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

function whatItReplaced(record: RequestRecord, past: Past): string {
  const last = past.before.find(one => leavesEntry(one) || one.result === 'dropped' || one.result === 'miss')
  if (last?.result === 'miss')
    return `${lapse(last, record)} after a miss: ${last.reason ?? 'no reason'}.`
  if (last?.result === 'dropped')
    return `The entry before it was deleted ${secondOf(last.at)}${by(last, past)}.`
  return last ? `It replaced what was ${origin(past)}.` : `The first request of this key${reach(past)}.`
}

/** Whether there was an entry after it. */
function leavesEntry(record: RequestRecord): boolean {
  return startsTtl(record) || isRead(record)
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
    return `What was held was stale, so ${source} was asked: ${origin(past)}.${passing}`
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

function lastDropped(record: RequestRecord, { before, sweeps }: Past): RequestRecord | undefined {
  const own = before.find(isDropped)
  const stored = before.find(bringsEntry)
  const sweep = sweeps.find(one => isDropped(one) && one.id < record.id && (!stored || one.id > stored.id))
  return !own || (sweep && sweep.id > own.id) ? sweep : own
}

/** Seconds by which a read came after the end of the TTL; null if nobody knows. */
function lateness(record: RequestRecord, past: Past): number | null {
  const last = lastTimed(past)
  if (!last || last.ttl === null)
    return null
  const late = (Date.parse(record.at) - endOf(last)) / 1000
  // Each of the two times is given to the millisecond.
  return late > -0.002 ? Math.max(0, late) : null
}

function reach({ since }: Past): string {
  return since === null ? ' since the server started' : `, as far as the log reaches back: ${secondOf(since)}`
}

function isDropped({ result }: RequestRecord): boolean {
  return result === 'dropped'
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
