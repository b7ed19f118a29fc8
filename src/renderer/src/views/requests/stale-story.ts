import type { RequestRecord } from '@shared/schemas'
import type { Past } from './key-past'
import { by, endOf, lastTimed, origin } from './key-past'
import { explainResult, formatLeft, secondOf } from './request-text'

/** Milliseconds by which two times of the log may differ that are one. */
const near = 10
/** Milliseconds before the end of its TTL at which an entry was surely made stale by something. */
const early = 1000

/** Tells why a read found something stale; without a heading where the usual one is true. */
export function tellStale(record: RequestRecord, past: Past): { heading?: string, sentence: string } {
  if (record.reason === 'backend-down')
    return { heading: 'Stale: backend down', sentence: `${explainResult(record)} It was ${origin(past)}.` }
  const stored = lastTimed(past)
  const ended = stored === undefined || stored.ttl === null ? null : endOf(stored)
  const isEarly = ended !== null && ended > endOf(record) + early
  const marked = isEarly || ended === null ? past.sweeps.find(sweep => mayHaveMarked(sweep, record)) : undefined
  const heading = `Stale for ${formatLeft(-(record.ttl ?? 0))}`
  if (marked) {
    const who = `${secondOf(marked.at)}${by(marked, past)}`
    return { heading, sentence: `Marked stale with others ${who}; it was ${origin(past)}.` }
  }
  if (isEarly && record.ttl !== null) {
    const when = `It became stale ${secondOf(endOf(record))}, before its TTL had ended`
    return { heading, sentence: `${when}; the log does not show why. It was ${origin(past)}.` }
  }
  return { sentence: `Served within its grace: ${origin(past)}.` }
}

/** Whether a soft invalidation was under way when the entry became stale. */
function mayHaveMarked(sweep: RequestRecord, record: RequestRecord): boolean {
  const [marking, ending] = [spanOf(sweep), spanOf(record)]
  return sweep.result === 'made-stale' && record.ttl !== null && marking.from <= ending.to && ending.from <= marking.to
}

/** When a request was under way, or when what it found became stale: milliseconds since 1970. */
function spanOf({ at, ttl, duration }: RequestRecord): { from: number, to: number } {
  const end = Date.parse(at) + (ttl ?? 0) * 1000
  return { from: end - duration / 1000 - near, to: end + near }
}
