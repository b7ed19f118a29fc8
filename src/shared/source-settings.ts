import type { NestedSetting } from './nested-settings'
import { z } from 'zod'
import { SettableMediaType } from './entries'
import { limits } from './limits'
import { longestWait, nestedChanges, nestedInputs, nestedSchemas, within } from './nested-settings'
import { pathName } from './path-name'
import { namesOf } from './rows'
import { orTimeText } from './written'
import './without-eval'

/** What a source does with writes; the text says it to people. */
const sourceModes = {
  'read': 'Writes stay in the cache',
  'write-through': 'Writes go to the source first',
} as const

/** Where a template has the key of the cache. */
const place = '{key}'

const KeyTemplate = z.string()
  .max(512, 'must be at most 512 characters')
  .refine(text => text.split(place).length === 2, `must contain ${place} exactly once`)

/** The longest span between two refreshes, in seconds: a week. */
const longestSpan = 604_800
const span = within(1, longestSpan, ' seconds')

/** Times in seconds. */
const rows = {
  key: {
    kind: 'text',
    schema: KeyTemplate,
    initial: place,
    label: 'Key at the source',
    hint: `${place} stands for the key in the cache.`,
  },
  mode: {
    kind: 'choice',
    schema: z.enum(namesOf(sourceModes), `must be ${namesOf(sourceModes).join(' or ')}`),
    initial: 'read',
    choices: sourceModes,
    label: 'Writes',
    hint: 'Whether a write stays in the cache (read), or goes to the source first (write-through).',
  },
  format: {
    kind: 'text',
    schema: SettableMediaType,
    initial: 'application/octet-stream',
    label: 'Content type',
    hint: 'Of values whose type the source does not know.',
  },
  softTimeout: {
    kind: 'time',
    schema: within(0, longestWait, ' seconds'),
    initial: 0.2,
    label: 'Soft timeout',
    hint: 'How long a reader of a stale entry waits for a new one before it gets the stale one.',
  },
  hardTimeout: {
    kind: 'time',
    schema: within(0.01, longestWait, ' seconds'),
    initial: 5,
    label: 'Hard timeout',
    hint: 'How long a call of the source may take.',
  },
  grace: {
    kind: 'time',
    schema: within(0, limits.ttl, ' seconds'),
    initial: 60,
    label: 'Grace',
    hint: 'How long past its TTL a loaded entry may be served stale.',
  },
  negativeTtl: {
    kind: 'time',
    schema: within(0, limits.ttl, ' seconds'),
    initial: 5,
    label: 'Negative TTL',
    hint: 'How long it is remembered that the source has nothing under a key.',
  },
  jitter: {
    kind: 'part',
    schema: within(0, 0.5),
    initial: 0.1,
    label: 'Jitter',
    hint: 'Part of the TTL by which it varies at random, so that entries do not expire at once.',
  },
  refresh: {
    kind: 'every',
    schema: z.strictObject({ every: span }).nullable(),
    input: z.strictObject({ every: orTimeText(span) }).nullable(),
    initial: null,
    label: 'Refresh every',
    hint: 'How often all entries are loaded anew by the server itself.',
  },
} as const satisfies Record<string, NestedSetting>
type Rows = typeof rows

/** The rows by their name, for code that treats them all alike. */
export const sourceRows: Readonly<Record<keyof Rows, NestedSetting>> = rows

const connection = pathName().meta({
  description: 'Name of the connection.',
  examples: ['main'],
})

/** How a cache fills itself. */
export const SourceSettings = z.strictObject({ connection, ...nestedSchemas(rows) })
export type SourceSettings = z.output<typeof SourceSettings>

/**
 * The same as input: times may also be text such as `5m`, and all but the connection may be left
 * out.
 */
export const SourceInput = z.strictObject({ connection, ...nestedInputs(rows) })
  .refine(({ softTimeout, hardTimeout }) => Number(softTimeout) <= Number(hardTimeout), {
    path: ['softTimeout'],
    message: 'must be at most the hard timeout, when the call ends',
  })

/** A change of it: what is left out stays as it is. */
export const SourceChange = z.strictObject({ connection: connection.optional(), ...nestedChanges(rows) })

/** The key at the source of a key of the cache. */
export function sourceKey({ key: template }: SourceSettings, key: string): string {
  return template.replace(place, () => key)
}

/** How the keys at the source begin of the keys of the cache that begin so. */
export function sourcePrefix({ key: template }: SourceSettings, prefix: string): string {
  return `${template.slice(0, template.indexOf(place))}${prefix}`
}

/** The reverse of `sourceKey`; undefined if the key does not follow the template. */
export function cacheKey({ key: template }: SourceSettings, key: string): string | undefined {
  const [before = '', after = ''] = template.split(place)
  const follows = key.startsWith(before) && key.endsWith(after) && key.length > before.length + after.length
  return follows ? key.slice(before.length, key.length - after.length) : undefined
}
