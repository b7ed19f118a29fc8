import { z } from 'zod'
import { missReasonsWhileOn } from './miss-reasons'
import { namesOf } from './rows'
import { CacheName } from './schemas'

/** How far back the history reaches: rows of so many seconds each. */
export const historySpans = {
  seconds: { step: 1, rows: 900 },
  minutes: { step: 60, rows: 1440 },
} as const satisfies Record<string, { step: number, rows: number }>
export type HistorySpan = keyof typeof historySpans

/** What happened at a moment, as people read it: with the cache before it, if it concerns one. */
export const historyEvents = {
  restart: 'Larder started',
  off: 'Switched off',
  on: 'Switched on',
  clear: 'Cleared',
  settings: 'Settings changed',
} as const
export type HistoryEventKind = keyof typeof historyEvents

export const HistoryQuery = z.strictObject({
  cache: CacheName.optional().meta({ description: 'All caches if it is left out.' }),
  span: z.enum(namesOf(historySpans), `must be ${namesOf(historySpans).join(' or ')}`).default('seconds').meta({
    description: 'The last 900 seconds, or the last 1,440 whole minutes.',
  }),
  after: z.int('must be a whole number of seconds').min(0, 'must be 0 or more').default(0).meta({
    description: 'Only rows that begin later, in seconds since 1970. All rows if it lies in the future.',
  }),
})

const counts = z.array(z.int().nullable())
const times = z.array(z.number().nullable())

/** Each list has one number a row, and null where nothing was measured. */
export const History = z.strictObject({
  step: z.int().meta({ description: 'Seconds that each row covers: 1 or 60.' }),
  first: z.int().meta({ description: 'When the first row begins, in seconds since 1970.' }),
  rows: z.int().meta({ description: 'Rows, oldest first; the last one is over. 0 if there is nothing new.' }),
  hits: counts.meta({ description: 'Reads that found an entry, stale ones included.' }),
  stale: counts.meta({ description: 'Hits that were served stale.' }),
  misses: z.partialRecord(z.enum(missReasonsWhileOn), counts).meta({
    description: 'Reads that found nothing, by reason; a reason that did not occur is left out.',
  }),
  off: counts.meta({ description: 'Reads that got 503, because a switch was off.' }),
  evictions: counts.meta({ description: 'Entries evicted to make room.' }),
  p50: times.meta({ description: 'Microseconds; null without requests.' }),
  p99: times,
  bytes: counts.meta({ description: 'Bytes held at the end of the row.' }),
  events: z.array(z.strictObject({
    at: z.number().meta({ description: 'Seconds since 1970.' }),
    kind: z.enum(namesOf(historyEvents)),
    cache: CacheName.nullable().meta({ description: 'Null if it concerns all caches.' }),
  })).meta({ description: 'What happened in the time of the rows.' }),
})
export type History = z.output<typeof History>
