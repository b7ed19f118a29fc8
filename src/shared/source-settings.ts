import { z } from 'zod'
import { ContentType } from './entries'
import { grouped } from './grouped'
import { limits } from './limits'
import { pathName } from './path-name'
import { mapRows, namesOf } from './rows'
import { orTimeText } from './written'

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

/** Longest time that anybody may be made to wait, in seconds. */
const longestWait = 300

/** A number from `least` to `most`. */
function within(least: number, most: number, unit = ''): z.ZodType<number, number> {
  const rule = `must be from ${least} to ${grouped(most)}${unit}`
  return z.number(rule).min(least, rule).max(most, rule)
}

/** Times in seconds. What is left out when a source is given gets its initial value. */
const rows = {
  key: {
    schema: KeyTemplate,
    initial: place,
    description: `The key at the source; ${place} stands for the key in the cache.`,
  },
  mode: {
    schema: z.enum(namesOf(sourceModes), `must be ${namesOf(sourceModes).join(' or ')}`),
    initial: 'read',
    description: 'read: writes stay in the cache. write-through: writes go to the source first.',
  },
  format: {
    schema: ContentType,
    initial: 'application/octet-stream',
    description: 'Content type of the values whose type the source does not know.',
  },
  softTimeout: {
    schema: within(0, longestWait, ' seconds'),
    initial: 0.2,
    description: 'How long a reader of a stale entry waits for a new one before it gets the stale one.',
  },
  hardTimeout: {
    schema: within(0.01, longestWait, ' seconds'),
    initial: 5,
    description: 'How long a call of the source may take.',
  },
  grace: {
    schema: within(0, limits.ttl, ' seconds'),
    initial: 60,
    description: 'How long past its TTL a loaded entry may be served stale.',
  },
  negativeTtl: {
    schema: within(0, limits.ttl, ' seconds'),
    initial: 5,
    description: 'How long it is remembered that the source has nothing under a key.',
  },
  jitter: {
    schema: within(0, 0.5),
    initial: 0.1,
    description: 'Part of the TTL by which it varies at random, so that entries do not expire at once.',
  },
} as const
type Rows = typeof rows
type Schemas = { [N in keyof Rows]: Rows[N]['schema'] }

const connection = pathName().meta({
  description: 'Name of the connection.',
  examples: ['main'],
})
const described = mapRows(rows, ({ schema, description }) =>
  (schema as z.ZodType).meta({ description })) as unknown as Schemas

/** How a cache fills itself. */
export const SourceSettings = z.strictObject({ connection, ...described })
export type SourceSettings = z.output<typeof SourceSettings>

/**
 * The same as input: times may also be text such as `5m`, and all but the connection may be left
 * out.
 */
export const SourceInput = z.strictObject({
  connection,
  ...mapRows(rows, ({ initial }, name) => {
    const schema: z.ZodType = described[name]
    const isTime = name === 'grace' || name === 'negativeTtl' || name === 'softTimeout' || name === 'hardTimeout'
    return (isTime ? orTimeText(schema as z.ZodType<number, number>) : schema).default(initial)
  }) as unknown as { [N in keyof Rows]: z.ZodDefault<Schemas[N]> },
})

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
