import { z } from 'zod'
import { BackendChange, BackendInput, BackendSettings } from './backend-settings'
import { durabilities } from './durabilities'
import { evictions } from './evictions'
import { storageFormats } from './formats'
import { GatewayChange, GatewayInput, GatewaySettings } from './gateway-settings'
import { limits } from './limits'
import { redisOffModes, redisOffNames } from './redis/off-modes'
import { mapRows, namesOf, rowOf } from './rows'
import { writeSize } from './sizes'
import { SourceChange, SourceInput, SourceSettings } from './source-settings'
import { Ttl, TtlInput } from './ttl'
import { orSizeText, orTimeText } from './written'

/** How a setting is written and shown. A number may be null; `none` explains what that means. */
type SettingKind = { kind: 'switch' | 'source' | 'backend' | 'gateway' }
  | { kind: 'time' | 'count' | 'bytes', none: string }
  | { kind: 'choice', choices: Readonly<Record<string, string>>, none?: string }

/**
 * One setting of a cache: everything that the API, the command line, the console and the storage
 * know about it.
 */
export type CacheSetting = SettingKind & {
  schema: z.ZodType
  /** What may be given, if less than what may have been stored by another version. */
  input?: z.ZodType
  /** The value for a cache that does not specify this setting. */
  initial: unknown
  /** The setting is required when a cache is created. */
  needed?: true
  label: string
  /** A sentence without its full stop; the meaning of null is appended to it. */
  hint: string
  /** Only administrators may change it. A schema cannot say so: it is a matter of who asks. */
  administrators?: true
  /** A sentence shown to somebody who changes the setting of an existing cache. */
  change?: string
  /**
   * Where the console shows it: in the form for creating a cache, in a collapsed section of that
   * form, or as a switch beside it.
   */
  place: 'main' | 'advanced' | 'switch'
}

const whole = z.int('must be a whole number')
const limit = whole.positive('must be above 0').nullable()
const least = `must be at least ${writeSize(limits.cacheBytesLeast)}, or the cache could not hold an entry`
const most = `must be at most ${writeSize(limits.cacheBytesMost)}`

/**
 * The settings that the owner of a cache may choose. Times in seconds, sizes in bytes, null = no
 * limit.
 */
export const cacheSettings = {
  ttl: {
    schema: Ttl,
    input: TtlInput,
    initial: null,
    needed: true,
    kind: 'time',
    none: 'no expiry',
    label: 'TTL',
    hint: 'How long an entry lives after it was stored',
    change: 'Applies to entries stored from now on.',
    place: 'main',
  },
  sliding: {
    schema: z.boolean(),
    initial: false,
    kind: 'switch',
    label: 'Sliding',
    hint: 'Restart the TTL on every hit',
    place: 'advanced',
  },
  maxEntries: {
    schema: limit,
    initial: null,
    kind: 'count',
    none: 'only the memory budget limits it',
    label: 'Max entries',
    hint: 'Maximum number of entries',
    place: 'advanced',
  },
  maxBytes: {
    schema: limit,
    input: whole.min(limits.cacheBytesLeast, least).max(limits.cacheBytesMost, most).nullable(),
    initial: null,
    kind: 'bytes',
    none: 'only the memory budget limits it',
    label: 'Max bytes',
    hint: 'Maximum number of bytes, overhead included',
    place: 'advanced',
  },
  reserve: {
    schema: limit,
    initial: null,
    kind: 'bytes',
    none: 'only its equal share of the memory budget is safe from other caches',
    label: 'Reserve',
    hint: 'Bytes that other caches never take, besides an equal share of what is not reserved',
    change: 'Only administrators may change it.',
    administrators: true,
    place: 'advanced',
  },
  eviction: {
    schema: z.enum(namesOf(evictions)),
    initial: 'lfu',
    kind: 'choice',
    choices: evictions,
    label: 'Eviction',
    hint: 'Which entry is evicted first when a limit is reached',
    place: 'advanced',
  },
  persistent: {
    schema: z.boolean(),
    initial: false,
    kind: 'switch',
    label: 'Persistent',
    hint: 'Keep the entries across restarts',
    change: 'Switching it off forgets the kept copies.',
    place: 'main',
  },
  durability: {
    schema: z.enum(namesOf(durabilities)),
    initial: 'everysec',
    kind: 'choice',
    choices: durabilities,
    label: 'Durability',
    hint: 'What a write of a persistent cache waits for',
    change: 'Applies to writes from now on.',
    place: 'advanced',
  },
  format: {
    schema: z.enum(namesOf(storageFormats)),
    initial: 'none',
    kind: 'choice',
    choices: storageFormats,
    label: 'Storage format',
    hint: 'What values must be; rows of another format are converted, anything else is refused',
    change: 'Applies to entries stored from now on. What a source loads is not checked.',
    place: 'advanced',
  },
  source: {
    schema: SourceSettings.nullable(),
    initial: null,
    kind: 'source',
    label: 'Source',
    hint: 'Where the cache fills itself on a miss',
    change: 'Only administrators may choose a connection that is not offered. Entries stay.',
    place: 'advanced',
  },
  backend: {
    schema: BackendSettings.nullable(),
    initial: null,
    kind: 'backend',
    label: 'Backend',
    hint: 'Where the cache keeps its entries, if not here',
    change: 'Only administrators may choose a connection that is not offered. '
      + 'What is held here goes; what is at a backend stays there.',
    place: 'advanced',
  },
  gateway: {
    schema: GatewaySettings.nullable(),
    initial: null,
    kind: 'gateway',
    label: 'Gateway',
    hint: 'A port of its own where the cache stands in front of its source by HTTP, as a reverse proxy',
    change: 'Only administrators may change it.',
    administrators: true,
    place: 'advanced',
  },
  redisOff: {
    schema: z.enum(redisOffNames).nullable(),
    initial: null,
    kind: 'choice',
    choices: mapRows(redisOffModes, ({ choice }) => choice),
    none: 'as the server',
    label: 'Redis while off',
    hint: 'What Redis clients of this cache see while caching is off',
    place: 'advanced',
  },
  enabled: {
    schema: z.boolean(),
    initial: true,
    kind: 'switch',
    label: 'Enabled',
    hint: 'The switch of this cache; if it is off, requests get 503',
    change: 'Entries stay, and keep ageing.',
    place: 'switch',
  },
} as const satisfies Record<string, CacheSetting>

/** Settings of several parts, as input. */
const nestedInputs = { source: SourceInput, backend: BackendInput, gateway: GatewayInput } as const
const nestedChanges = { source: SourceChange, backend: BackendChange, gateway: GatewayChange } as const

type Rows = typeof cacheSettings
type Schemas = { [N in keyof Rows]: Rows[N]['schema'] }
type Inputs = {
  [N in keyof Rows]: Rows[N] extends { kind: 'time' | 'bytes' }
    ? TextOr<Schemas[N]>
    : N extends keyof typeof nestedInputs ? z.ZodNullable<(typeof nestedInputs)[N]> : Schemas[N]
}
type TextOr<S extends z.ZodType> = z.ZodType<z.output<S>, z.input<S> | string>
type Creation = { [N in keyof Rows]: Rows[N] extends { needed: true } ? Inputs[N] : z.ZodDefault<Inputs[N]> }

type Changes = {
  [N in keyof Rows]: N extends keyof typeof nestedChanges ? z.ZodNullable<(typeof nestedChanges)[N]> : Inputs[N]
}
export type CacheSettingsChange = Partial<{ -readonly [N in keyof Rows]: z.output<Changes[N]> }>

export type CacheSettings = { -readonly [N in keyof Rows]: z.output<Schemas[N]> }
/** The same as input, where times and sizes may also be text. */
export type CacheSettingsInput = { -readonly [N in keyof Rows]: z.input<Inputs[N]> }
export type CacheSettingName = keyof Rows
export const cacheSettingNames = namesOf(cacheSettings)

/** The rows by their name, for code that treats them all alike. */
export const settingRows: Readonly<Record<CacheSettingName, CacheSetting>> = cacheSettings

/** A schema that has a name of its own has a description already. */
function described(schema: z.ZodType, { hint, ...row }: CacheSetting): z.ZodType {
  const none = 'none' in row ? `; null = ${row.none}` : ''
  return schema.description === undefined ? schema.meta({ description: `${hint}${none}.` }) : schema
}

/** The schema of each setting, with a description for the API. */
export const settingSchemas = mapRows(settingRows, row => described(row.schema, row)) as unknown as Schemas

/** Those of several parts, as they are kept. */
const { source, backend, gateway } = settingSchemas
export const NestedSettings = z.strictObject({ source, backend, gateway }).partial()

/** The same for input, where times and sizes may also be text. */
const inputSchemas = mapRows(settingRows, (row, name) => {
  const limit = described(row.input ?? row.schema, row) as z.ZodType<number | null, number | null>
  return row.kind === 'time'
    ? orTimeText(limit)
    : row.kind === 'bytes' ? orSizeText(limit) : rowOf(nestedInputs, name)?.nullable() ?? limit
}) as unknown as Inputs

/** The same for creating a cache: settings that are omitted get their initial value. */
export const creationSchemas = mapRows(settingRows, ({ needed, initial }, name) => {
  const schema: z.ZodType = inputSchemas[name]
  return needed ? schema : schema.default(initial)
}) as unknown as Creation

/** The same for changing a cache: of a setting of several parts, some may be given alone. */
export const changeSchemas = mapRows(settingRows, (_, name) =>
  rowOf(nestedChanges, name)?.nullable() ?? inputSchemas[name]) as unknown as Changes

/** The connections that the settings of a cache name, each once. */
export function connectionsOf({ source, backend }: Pick<CacheSettings, 'source' | 'backend'>): string[] {
  return [...new Set([source, backend].flatMap(setting => setting === null ? [] : [setting.connection]))]
}

/** The settings of a cache that specifies none. */
export const initialSettings = mapRows(cacheSettings, row => row.initial) as Readonly<CacheSettings>
