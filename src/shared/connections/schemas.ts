import type { DriverName } from './drivers'
import type { ConnectionState } from './states'
import { z } from 'zod'
import { pathName } from '../path-name'
import { mapRows, namesOf } from '../rows'
import { CacheName } from '../schemas'
import { driverNames, driverRows } from './drivers'
import { creationFields } from './read'
import { connectionStates } from './states'
import '../without-eval'

/** What a test does, one after the other. */
export const connectionSteps = ['resolve', 'connect', 'secure', 'authenticate', 'read', 'write'] as const
export type ConnectionStep = (typeof connectionSteps)[number]

export const ConnectionName = pathName()
  .meta({ description: 'Name of the connection, unique on this server.', examples: ['main'] })
export const ConnectionSelect = z.strictObject({ name: ConnectionName })

type Driven<D, S extends z.ZodRawShape> = [z.ZodObject<S & { driver: z.ZodLiteral<D & string> }>]

/** One object for each driver, told apart by its name. */
function oneOfDrivers(shape: (driver: DriverName) => z.ZodRawShape): z.ZodType {
  const objects = driverNames.map(driver => z.strictObject({ ...shape(driver), driver: z.literal(driver) }))
  return z.discriminatedUnion('driver', objects as Driven<DriverName, z.ZodRawShape>)
}

/** The fields depend on the driver, so that the compiler knows no more of them. */
const offered = z.boolean().meta({
  description: 'Whether users who are not administrators may choose it for their caches. They see no address of it.',
})

export interface ConnectionCreate { name: string, driver: DriverName, offered?: boolean, [field: string]: unknown }
export const ConnectionCreate = oneOfDrivers(driver => ({
  name: ConnectionName,
  offered: offered.default(false),
  ...creationFields(driverRows[driver]),
})) as z.ZodType<ConnectionCreate & { offered: boolean }, ConnectionCreate>

const usedBy = z.strictObject({
  caches: CacheName.array().meta({ description: 'Caches whose settings name it, as far as the caller sees them.' }),
  others: z.int().meta({ description: 'How many others there are.' }),
})
const time = z.number().nullable()
const calls = z.strictObject({
  loads: z.int().meta({ description: 'Values asked of it.' }),
  failures: z.int().meta({ description: 'Calls that failed.' }),
  p50: time.meta({ description: 'What half of the calls took at most, in milliseconds; null if there was none.' }),
  p99: time.meta({ description: 'The same of 99 in 100.' }),
}).meta({ description: 'What caches did with it in the last 12 to 15 minutes, since the start at most.' })
const resting = z.strictObject({
  retryIn: z.number().meta({ description: 'Seconds until one call tries it.' }),
}).nullable().meta({ description: 'Calls rest, because several failed in a row; null = they do not.' })
const state = z.enum(connectionStates).meta({ description: 'idle: not used yet.' })
const common = {
  name: ConnectionName,
  from: z.enum(['data folder', 'environment']).meta({
    description: 'environment: given by a variable for this run, never stored, and not to be changed here.',
  }),
  offered,
  state,
  detail: z.string().nullable().meta({ description: 'Why it is down, as a sentence; else null.' }),
  server: z.string().nullable().meta({ description: 'What answered last, such as Redis 7.0.15.' }),
  usedBy,
  calls,
  resting,
}
export interface ConnectionInfo extends Readonly<Record<string, unknown>> {
  name: string
  driver: DriverName
  from: 'data folder' | 'environment'
  offered: boolean
  state: ConnectionState
  detail: string | null
  server: string | null
  usedBy: z.output<typeof usedBy>
  calls: z.output<typeof calls>
  resting: z.output<typeof resting>
}
export const ConnectionInfo = oneOfDrivers(driver => ({
  ...common,
  ...mapRows(driverRows[driver].fields, ({ kind, schema, hint, required }) => {
    const shown = kind === 'secret'
      ? z.strictObject({ set: z.boolean().meta({ description: 'Whether there is one. It is never told.' }) })
      : required ? schema : schema.nullable()
    return shown.meta({ description: `${hint}.` })
  }),
})) as z.ZodType<ConnectionInfo, ConnectionInfo>

/** What a user who is not an administrator sees of a connection. */
export const OfferedConnection = z.strictObject({ name: ConnectionName, driver: z.enum(driverNames), state })
export type OfferedConnection = z.output<typeof OfferedConnection>

/** The fields of all drivers; null takes away what is not required. */
const changes = Object.fromEntries([...new Set(driverNames.flatMap(driver => namesOf(driverRows[driver].fields)))]
  .map((name) => {
    const fields = driverNames.flatMap(driver => driverRows[driver].fields[name] ?? [])
    const schemas = fields.map(({ schema, required }) => required ? schema : schema.nullable())
    const [first, ...others] = schemas as [z.ZodType, ...z.ZodType[]]
    // Which of several drivers it is, is known later: until then any text may be right for it.
    const hints = [...new Set(fields.map(({ hint }) => `${hint}.`))]
    const schema = others.length === 0 ? first : z.union([first, ...others, z.string()])
    return [name, schema.optional().meta({ description: hints.join(' ') })]
  }))

export interface ConnectionUpdate { name: string, offered?: boolean, [field: string]: unknown }
export const ConnectionUpdate = z.strictObject({
  name: ConnectionName,
  offered: offered.optional(),
  ...changes,
}) as unknown as z.ZodType<ConnectionUpdate, ConnectionUpdate>

export interface ConnectionTest { name: string, driver?: DriverName, write?: boolean, [field: string]: unknown }
export const ConnectionTest = z.strictObject({
  name: ConnectionName,
  driver: z.enum(driverNames).optional().meta({
    description: 'With it the body is a whole connection, which need not be saved. Without it the body changes the saved one.',
  }),
  write: z.boolean().default(false).meta({
    description: 'Also write a value under a key of Larder\'s own, for a minute at most, and remove it again.',
  }),
  ...changes,
}) as unknown as z.ZodType<ConnectionTest & { write: boolean }, ConnectionTest>

const milliseconds = z.number().meta({ description: 'How long it took, in milliseconds.' })
const steps = z.enum(connectionSteps).array().meta({
  description: 'What was done, one after the other. A step that a connection does not need is not among them.',
})
export const ConnectionResult = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    ms: milliseconds,
    server: z.string().meta({ description: 'What answered.', examples: ['Redis 7.0.15'] }),
    steps,
  }),
  z.strictObject({
    ok: z.literal(false),
    step: z.enum(connectionSteps).meta({ description: 'What failed: the last of the steps.' }),
    message: z.string().meta({ description: 'Why, as a sentence.' }),
    steps,
  }),
])
export type ConnectionResult = z.output<typeof ConnectionResult>
