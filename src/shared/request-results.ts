import { namesOf } from './rows'

interface ResultRow {
  label: string
  /** What it says about a request, as a sentence without its full stop. */
  meaning: string
  /** How it is coloured. A `failed` request is explained by its error. */
  tone: 'served' | 'late' | 'neutral' | 'failed'
  /** Whether its mark is filled or a ring, so that the shape tells what the colour tells. */
  full: boolean
}

/** The possible results of a data-plane request, in the order in which results are counted up. */
export const requestResults = {
  hit: { label: 'Hit', meaning: 'Found fresh', tone: 'served', full: true },
  stale: { label: 'Stale', meaning: 'Found expired, within its grace time', tone: 'late', full: true },
  miss: { label: 'Miss', meaning: 'Not found', tone: 'late', full: false },
  stored: { label: 'Stored', meaning: 'Written', tone: 'neutral', full: true },
  dropped: { label: 'Dropped', meaning: 'Deleted or invalidated', tone: 'neutral', full: false },
  ok: { label: 'OK', meaning: 'Answered', tone: 'neutral', full: false },
  off: { label: 'Off', meaning: '503: a switch is off, or the server is overloaded', tone: 'failed', full: true },
  refused: { label: 'Refused', meaning: 'Another 4xx', tone: 'failed', full: false },
  error: { label: 'Error', meaning: '5xx', tone: 'failed', full: true },
} as const satisfies Record<string, ResultRow>

/** Who sends requests, as the request log tells them apart. */
export const senders = {
  app: 'Apps under test, and what people try out',
  console: 'The console and the desktop app by themselves',
} as const

export type RequestResult = keyof typeof requestResults
export const requestResultNames = namesOf(requestResults)
