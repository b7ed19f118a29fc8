import { z } from 'zod'
import { IsoMoment } from './moment'
import './without-eval'

/** Id of a connection: digits, in the order in which they came. */
const ClientId = z.string().regex(/^[1-9]\d{0,14}$/, 'must be the id of a connection')
  .meta({ description: 'Of the connection, until it ends; a restart begins anew.', examples: ['12'] })
export const ClientSelect = z.strictObject({ id: ClientId })

/** One connection of an app, as the app has described it. */
export const ClientInfo = z.strictObject({
  id: ClientId,
  address: z.string().meta({ description: 'Where it comes from: address and port.' }),
  name: z.string().nullable().meta({ description: 'As CLIENT SETNAME gave it.' }),
  library: z.string().nullable().meta({ description: 'As CLIENT SETINFO gave it, with its version.' }),
  cache: z.string().meta({ description: 'The cache that it uses.' }),
  userId: z.string().nullable().meta({ description: 'Whose caches these are; null: nobody has authenticated.' }),
  keyId: z.string().nullable().meta({ description: 'The API key; null for one that is not of the list, or none.' }),
  protocol: z.string().meta({ examples: ['RESP 3'] }),
  since: IsoMoment.meta({ description: 'When it connected.' }),
  idle: z.number().meta({ description: 'Seconds since its last command.' }),
  commands: z.int().meta({ description: 'Commands that it has sent.' }),
  perSecond: z.number().meta({ description: 'The same, as the mean of the last ten seconds.' }),
  lastCommand: z.string().meta({ description: 'The command that it sent last; empty before the first.' }),
})
export type ClientInfo = z.output<typeof ClientInfo>

export const UnknownCommand = z.strictObject({
  command: z.string(),
  count: z.int(),
  last: IsoMoment.meta({ description: 'When it was sent last.' }),
})
export type UnknownCommand = z.output<typeof UnknownCommand>

/** `refusing`: the port is closed, because the switch shows a server that is gone. */
const redisStates = ['off', 'listening', 'refusing', 'failed'] as const

export const RedisState = z.strictObject({
  state: z.enum(redisStates).meta({
    description: 'off: not asked for. refusing: the port is closed while all caching is off, as redisOff says. '
      + 'failed: the port cannot be opened; the warning says why.',
  }),
  port: z.int().nullable(),
  url: z.string().nullable().meta({ description: 'Without a key.', examples: ['redis://localhost:7379'] }),
  warning: z.string().nullable(),
})
export type RedisState = z.output<typeof RedisState>

export const Clients = z.strictObject({
  redis: RedisState,
  clients: ClientInfo.array().meta({ description: 'Those that are connected; of others only for administrators.' }),
  unknown: UnknownCommand.array().meta({
    description: 'Commands that your apps sent and Larder has not, since the start, the most frequent first.',
  }),
})
export type Clients = z.output<typeof Clients>
