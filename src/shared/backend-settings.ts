import type { NestedSetting } from './nested-settings'
import { z } from 'zod'
import { EntryKey, SettableMediaType } from './entries'
import { limits } from './limits'
import { longestWait, nestedChanges, nestedInputs, nestedSchemas, within } from './nested-settings'
import { pathName } from './path-name'
import { namesOf } from './rows'
import { orTimeText } from './written'
import './without-eval'

/** How an entry is written at a backend; the text says it to people. */
export const backendFormats = {
  envelope: 'With all that belongs to an entry',
  raw: 'The bytes alone, for other programs',
} as const

/** Longest prefix, in characters: a quarter of a key. */
const longestPrefix = 256

const Prefix = EntryKey.max(longestPrefix, `must be at most ${longestPrefix} characters`)

/** Seconds; null: the server tells of each change, as several Larders share it. */
const NearTtl = within(0, limits.ttl, ' seconds', ', or null').nullable()

/** Times in seconds. */
const rows = {
  prefix: {
    kind: 'exact',
    schema: Prefix,
    initial: undefined,
    label: 'Prefix',
    hint: 'Keys at the backend begin so. On one connection, no prefix may begin with that of another cache.',
  },
  format: {
    kind: 'choice',
    schema: z.enum(namesOf(backendFormats), `must be ${namesOf(backendFormats).join(' or ')}`),
    initial: 'envelope',
    choices: backendFormats,
    label: 'Format',
    hint: 'envelope keeps content type, tags, grace and version too. raw keeps the bytes and the TTL of the server.',
  },
  near: {
    kind: 'near',
    schema: z.strictObject({ ttl: NearTtl }),
    input: z.strictObject({ ttl: orTimeText(NearTtl) }),
    initial: { ttl: 0 },
    label: 'Near copies',
    hint: 'For how long a copy here is used without asking the backend. 0: every read asks it. '
      + 'none: until Redis tells that it has changed, in a tier that several Larders share.',
  },
  contentType: {
    kind: 'text',
    schema: SettableMediaType,
    initial: 'application/octet-stream',
    label: 'Content type',
    hint: 'Of entries in the format raw.',
  },
  timeout: {
    kind: 'time',
    schema: within(0.01, longestWait, ' seconds'),
    initial: 5,
    label: 'Timeout',
    hint: 'How long a call of the backend may take.',
  },
} as const satisfies Record<string, NestedSetting>
type Rows = typeof rows

/** The rows by their name, for code that treats them all alike. */
export const backendRows: Readonly<Record<keyof Rows, NestedSetting>> = rows

const connection = pathName().meta({
  description: 'Name of the connection.',
  examples: ['main'],
})

/** The content type where none is given. */
export const initialType = rows.contentType.initial

export const idleType = 'has an effect only in the format raw; an envelope keeps the type of each entry'

/** Whether a content type is given where none counts. An older Larder has taken that. */
export function hasIdleType({ format, contentType }: Pick<BackendSettings, 'format' | 'contentType'>): boolean {
  return format !== 'raw' && contentType !== initialType
}

/** Where a cache keeps its entries, if not here. */
export const BackendSettings = z.strictObject({ connection, ...nestedSchemas(rows) })
export type BackendSettings = z.output<typeof BackendSettings>

/** The same as input: times may also be text such as `5m`, and what is initial may be left out. */
export const BackendInput = z.strictObject({ connection, ...nestedInputs(rows) })
  .refine(backend => !hasIdleType(backend), { path: ['contentType'], message: idleType })

/** A change of it: what is left out stays as it is. */
export const BackendChange = z.strictObject({ connection: connection.optional(), ...nestedChanges(rows) })

/** Whether entries are in the same place, written in the same way. */
export function isSamePlace(a: BackendSettings | null, b: BackendSettings | null): boolean {
  return a?.connection === b?.connection && a?.prefix === b?.prefix && a?.format === b?.format
}
