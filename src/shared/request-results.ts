import { namesOf, rowOf } from './rows'

interface ResultRow {
  label: string
  /** What it says about a request, as a sentence without its full stop. */
  meaning: string
  /**
   * How it is coloured: `failed` alone is red, for what nobody wanted. `stopped` and `failed` have
   * a square for a mark.
   */
  tone: 'served' | 'late' | 'neutral' | 'stopped' | 'failed'
  /** Whether its mark is filled, so that the shape tells what the colour tells. */
  full: boolean
  /** Whether its error explains it. */
  told?: boolean
}

/** The possible results of a data-plane request, in the order in which results are counted up. */
export const requestResults = {
  'hit': { label: 'Hit', meaning: 'Found fresh', tone: 'served', full: true },
  'stale': { label: 'Stale', meaning: 'Found expired, within its grace time', tone: 'late', full: true },
  'miss': { label: 'Miss', meaning: 'Not found', tone: 'late', full: false },
  'loaded': { label: 'Loaded', meaning: 'Loaded from the source', tone: 'late', full: false },
  'stored': { label: 'Stored', meaning: 'Written', tone: 'neutral', full: true },
  'touched': { label: 'Touched', meaning: 'Given a new TTL', tone: 'neutral', full: false },
  'dropped': { label: 'Deleted', meaning: 'Deleted or invalidated', tone: 'neutral', full: false },
  'made-stale': { label: 'Marked stale', meaning: 'Marked stale, not deleted', tone: 'neutral', full: false },
  'ok': { label: 'OK', meaning: 'Answered', tone: 'neutral', full: false },
  'off': {
    label: '503',
    meaning: '503: a switch is off, or the server is overloaded',
    tone: 'stopped',
    full: true,
    told: true,
  },
  'refused': { label: 'Refused', meaning: 'Another 4xx', tone: 'stopped', full: false, told: true },
  'error': { label: 'Error', meaning: '5xx', tone: 'failed', full: true, told: true },
} as const satisfies Record<string, ResultRow>

/** What is asked of a request to tell how it looks. */
type Outcome = Readonly<Record<'result' | 'reason' | 'operation', string | null> & { status: number }>

interface Exception extends ResultRow {
  of: keyof typeof requestResults
  holds: (outcome: Outcome) => boolean
}

/** Requests that look other than the rest of their result; it stays what filters and counts say. */
const exceptions: readonly Exception[] = [
  {
    of: 'stale',
    holds: ({ reason }) => reason === 'backend-down',
    label: 'Stale',
    meaning: 'Its backend did not answer, so the copy that is held here was served',
    tone: 'late',
    full: true,
  },
  {
    of: 'off',
    holds: ({ reason }) => reason === 'cache-off',
    label: '503 cache off',
    meaning: 'The cache is switched off',
    tone: 'stopped',
    full: true,
  },
  {
    of: 'off',
    holds: ({ reason }) => reason === 'caching-off',
    label: '503 caching off',
    meaning: 'All caching is switched off',
    tone: 'stopped',
    full: true,
  },
  {
    of: 'off',
    holds: () => true,
    label: '503',
    meaning: 'The server could not take it',
    tone: 'failed',
    full: true,
    told: true,
  },
  {
    of: 'refused',
    holds: ({ status }) => status === 401 || status === 403,
    label: 'Refused',
    meaning: 'It may not do this',
    tone: 'failed',
    full: false,
    told: true,
  },
  {
    of: 'refused',
    holds: ({ reason, operation }) =>
      reason === 'entry-not-found' && (operation === 'entries.delete' || operation === 'classic.invalidate'),
    label: 'Nothing to delete',
    meaning: 'There was no such entry',
    tone: 'neutral',
    full: false,
  },
]

/** How one request looks; undefined for a result of a newer server. */
export function lookOf(outcome: Outcome): ResultRow | undefined {
  return exceptions.find(({ of, holds }) => of === outcome.result && holds(outcome))
    ?? rowOf(requestResults, outcome.result)
}

/** Who sends requests, as the request log tells them apart. */
export const senders = {
  app: 'Apps under test, and what people try out',
  console: 'The console and the desktop app by themselves',
} as const

export type RequestResult = keyof typeof requestResults
export const requestResultNames = namesOf(requestResults)
