import type { EntrySelector } from './entry-filter'
import { z } from 'zod'
import { EntryKey, Tag } from './entries'
import { filterLimit } from './filter/language'
import { grouped } from './grouped'
import { limits } from './limits'
import { asked } from './moment'
import { namesOf } from './rows'
import { CacheName } from './schemas'

interface JobKindRow {
  /** What it is doing, as the beginning of a line. */
  doing: string
  /** What it has done, as the beginning of a sentence that goes on with a number of entries. */
  done: string
  /** Whether its result is a file that can be read when it is done. */
  file: boolean
  /** `jobs.start` begins it; the others have an operation of their own. */
  started?: true
}

/** Kinds of long work that a person can follow, and cancel. */
export const jobKinds = {
  'delete': { doing: 'Deleting', done: 'Deleted', file: false, started: true },
  'make-stale': { doing: 'Marking stale', done: 'Marked stale', file: false, started: true },
  'export': { doing: 'Exporting', done: 'Exported', file: true, started: true },
  'refresh': { doing: 'Refreshing', done: 'Refreshed', file: false },
  'save': { doing: 'Saving', done: 'Saved', file: false },
  'load': { doing: 'Loading', done: 'Loaded', file: false },
  'import': { doing: 'Importing', done: 'Imported', file: false },
  'plan': { doing: 'Checking', done: 'Checked and changed nothing:', file: false },
  'compare': { doing: 'Comparing', done: 'Compared', file: true },
} as const satisfies Record<string, JobKindRow>

export type JobKind = keyof typeof jobKinds

/** What an export may be written as; a snapshot is always JSON lines. */
export const exportFormats = ['ndjson', 'json', 'csv'] as const
export type ExportFormat = typeof exportFormats[number]

const jobStates = ['running', 'done', 'cancelled', 'failed'] as const

function text(longest: number) {
  return z.string().min(1, 'must not be empty')
    .max(longest, `must be at most ${grouped(longest)} characters`)
}

/** Chooses entries as the data plane's `DELETE …/entries` does, or by their keys. */
type JobSelector = EntrySelector | { keys: string[] }
/** An object with all of them, because its errors are clearer than those of a union. */
const JobSelector = z.strictObject({
  prefix: text(limits.entryKey).optional(),
  glob: text(limits.entryKey).optional(),
  tag: Tag.optional(),
  filter: text(filterLimit).optional(),
  keys: z.array(EntryKey).min(1, 'must name at least one key').max(limits.jobKeys).optional(),
}).refine(
  selector => Object.values(selector).filter(value => value !== undefined).length === 1,
  'must have exactly one of prefix, glob, tag, filter and keys',
) as unknown as z.ZodType<JobSelector, JobSelector>

const JobId = z.string().regex(/^[A-Za-z0-9]{1,32}$/, 'must be the id of a job')

const count = z.int().min(0)
export const JobOutcome = z.strictObject({
  caches: CacheName.array().meta({ description: 'Caches that were missing, which are made.' }),
  added: count.meta({ description: 'Entries whose key was free.' }),
  replaced: count.meta({ description: 'Entries that take the place of others.' }),
  removed: count.meta({ description: 'Entries that go, because what is loaded does not have them.' }),
  faults: z.string().array().meta({
    description: 'The first things that are wrong, a sentence each. A file that has any changes nothing; what cannot be '
      + 'had from a connection is left out.',
  }),
}).meta({
  description: 'What a load or an import did, or would do (plan), and how a snapshot differs from another (compare).',
})
export type JobOutcome = z.output<typeof JobOutcome>

export const JobInfo = z.strictObject({
  id: JobId,
  kind: z.enum(namesOf(jobKinds)),
  cache: CacheName.nullable().meta({ description: 'Null: it concerns several caches.' }),
  target: z.string().meta({
    description: 'The entries that it concerns, in words.',
    examples: ['prefix user:', '12 keys', 'all entries'],
  }),
  scheduled: z.boolean().meta({
    description: 'Whether the server began it by itself. Of those that ended the last one of each cache is kept.',
  }),
  state: z.enum(jobStates),
  matched: z.int().meta({ description: 'Entries deleted, marked stale, written or loaded so far; exact.' }),
  gone: z.int().meta({
    description: 'Entries that a refresh removed: the source no longer has them, or they are not to be held.',
  }),
  progress: z.number().nullable().meta({
    description: 'About the part of the work that is done, 0 to 1; null if the number of entries to look at is unknown.',
  }),
  secondsLeft: z.number().nullable().meta({ description: 'Estimate; null if there is none, or it has ended.' }),
  bytes: z.int().nullable().meta({ description: 'Bytes of the file of an export so far; null if there is no file.' }),
  fileName: z.string().nullable().meta({
    description: 'A name for its file; null if there is none.',
    examples: ['products.csv'],
  }),
  outcome: JobOutcome.nullable().meta({ description: 'Null for other kinds, and as long as it is unknown.' }),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  detail: z.string().nullable().meta({ description: 'Why it failed or was cancelled, as a sentence.' }),
})
export type JobInfo = z.output<typeof JobInfo>

type Startable = { [K in JobKind]: (typeof jobKinds)[K] extends { started: true } ? K : never }[JobKind]
const startable = namesOf(jobKinds).filter((kind): kind is Startable => 'started' in jobKinds[kind])

export const JobStart = z.strictObject({
  kind: z.enum(startable, `must be one of ${startable.join(', ')}`),
  cache: CacheName,
  select: z.array(JobSelector).min(1, 'must choose something').max(limits.jobSelectors).optional().meta({
    description: 'The entries that at least one of these chooses. Only an export may leave it out: it takes all.',
    examples: [[{ prefix: 'user:' }]],
  }),
  format: z.enum(exportFormats, `must be one of ${exportFormats.join(', ')}`).optional().meta({
    description: 'What an export is written as: ndjson unless given.',
  }),
  ...asked,
}).refine(({ kind, asOf }) => kind !== 'export' || asOf === undefined, {
  path: ['asOf'],
  message: 'has no effect on an export, so it is refused',
}).refine(({ kind, format }) => kind === 'export' || format === undefined, {
  path: ['format'],
  message: 'is for an export alone',
})
export const CacheRefresh = z.strictObject({
  name: CacheName,
  what: z.enum(['held', 'source'], 'must be held or source').default('held').meta({
    description: 'held: every key that the cache holds. source: every key that the source lists, and those held.',
  }),
  prefix: z.string().max(limits.entryKey, `must be at most ${grouped(limits.entryKey)} characters`).default('').meta({
    description: 'With source: only keys of the cache that begin with this.',
  }),
}).refine(({ what, prefix }) => what === 'source' || prefix === '', {
  path: ['prefix'],
  message: 'must come with what: source',
})
export const JobSelect = z.strictObject({ id: JobId })
export const JobRead = z.strictObject({
  id: JobId,
  from: z.int().min(0, 'must be 0 or more').default(0).meta({ description: 'Bytes of the file to skip.' }),
})
export const FilePart = z.strictObject({
  text: z.string().meta({
    description: 'The next part of the file. JSON lines of an export are each a set of POST …/batch without its op.',
  }),
  next: z.int().nullable().meta({ description: 'from of the next part; null at the end.' }),
})
