import type { RequestRecord } from '@shared/schemas'
import { bringsEntry, describeResult, secondOf, startsTtl } from './request-text'

/** One or several requests of the same result at about the same place of the line. */
interface LifeMark {
  /** 0 (the beginning of the line) to 1 (its end). */
  place: number
  record: RequestRecord
  count: number
  /** Whether it is the request that is looked at, which always has a mark of its own. */
  chosen: boolean
}

/** What is drawn of the life of a key. */
interface Life {
  /** Milliseconds since 1970. */
  from: number
  to: number
  /** Whether the time after the last mark takes less room than it should. */
  isShortened: boolean
  marks: LifeMark[]
  /** Where an entry was fresh, from 0 to 1. */
  fresh: { from: number, to: number }[]
  /** The marks in words, for those who do not see them. */
  words: string[]
}

/** Parts of the line nearer than this are one place. */
const near = 0.035
/** The part of the line that a rest after the last request may take. */
const longestRest = 0.2
/** Requests before the chosen one that are shown if nothing says where its life began. */
const mostBefore = 30

/**
 * The life of a key around a request: from the write that it found, or did not find any more, to
 * now.
 *
 * @param before requests of the key before it, newest first; `after` likewise
 * @param now milliseconds since 1970
 */
export function drawLife(
  record: RequestRecord,
  before: readonly RequestRecord[],
  after: readonly RequestRecord[],
  now: number,
): Life {
  const stored = before.findIndex(bringsEntry)
  const since = before.slice(0, stored === -1 ? mostBefore : stored + 1)
  const shown = [...since.toReversed(), record, ...after.toReversed()]
  const timeOf = ({ at }: RequestRecord): number => Date.parse(at)
  const from = Math.min(...shown.slice(0, 1).map(timeOf))
  const to = Math.max(now, from + 1, ...shown.slice(-1).map(timeOf))
  const last = Math.max(from + 1, ...shown.slice(-1).map(timeOf))
  /** A long rest after the last request would leave no room for the others. */
  const isShortened = (to - last) / (to - from) > longestRest
  const rest = isShortened ? longestRest : (to - last) / (to - from)
  const place = (time: number): number => time <= last
    ? Math.max(0, (time - from) / (last - from)) * (1 - rest)
    : Math.min(1, 1 - rest + (time - last) / (to - last) * rest)

  const marks: LifeMark[] = []
  for (const one of shown) {
    const last = marks.at(-1)
    const mark = { place: place(timeOf(one)), record: one, count: 1, chosen: one.id === record.id }
    if (last && !last.chosen && !mark.chosen && last.record.result === one.result && mark.place - last.place < near)
      last.count += 1
    else
      marks.push(mark)
  }
  spread(marks)
  return {
    from,
    to,
    isShortened,
    marks,
    fresh: shown.flatMap((one, at) => one.ttl === null || (!startsTtl(one) && one.result !== 'hit')
      ? []
      : [{ from: place(timeOf(one)), to: place(freshUntil(one, shown.slice(at + 1))) }]),
    words: marks.map(({ record: one, count, chosen }) => {
      const { word, more } = describeResult(one)
      const often = count === 1 ? '' : `, ${count} times`
      return `${secondOf(one.at)} ${`${word} ${more}`.trim()}${often}${chosen ? ': this one' : ''}`
    }),
  }
}

/** Its end is the end of its TTL, or what wrote or deleted it before that. */
function freshUntil({ at, ttl }: RequestRecord, later: readonly RequestRecord[]): number {
  const end = later.find(one => startsTtl(one) || ['dropped', 'miss', 'stale'].includes(one.result))
  // A stale entry says since when it has been, which may be before its TTL had ended.
  const past = end?.result === 'stale' ? Math.min(0, end.ttl ?? 0) : 0
  return Math.min(Date.parse(at) + (ttl ?? 0) * 1000, end ? Date.parse(end.at) + past * 1000 : Infinity)
}

/** Moves marks apart that would hide each other. */
function spread(marks: LifeMark[]): void {
  const gap = Math.min(near, 1 / Math.max(1, marks.length - 1))
  marks.forEach((mark, at) => mark.place = Math.max(mark.place, (marks[at - 1]?.place ?? -gap) + gap))
  const { length } = marks
  marks.forEach((mark, at) => mark.place = Math.min(mark.place, 1 - gap * (length - 1 - at)))
}
