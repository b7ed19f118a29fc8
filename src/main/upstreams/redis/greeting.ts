import type { RedisHost } from '@shared/connections/redis-url'
import type { Argument, Reply } from '../../base/resp'
import type { Attempt } from '../driver'
import type { RedisWire } from './redis-wire'
import type { RedisDefinition } from './way'
import { Buffer } from 'node:buffer'
import { createWire } from '../wire'
import { demand } from './answers'
import { redisProtocol } from './redis-wire'
import { credentialsOf, dialRedis } from './way'

/** A way to one server, signed in. */
export interface GreetedServer {
  wire: RedisWire
  /** What answers there, such as `Redis 7.0.15`. */
  server: string
}

/**
 * Opens a way to a server and signs in. Throws SourceError.
 *
 * @param at undefined = where the URL leads
 */
export async function openServer(
  definition: RedisDefinition,
  database: number,
  attempt: Attempt,
  at?: RedisHost,
): Promise<GreetedServer> {
  const wire = createWire(await dialRedis(definition, attempt, at), redisProtocol())
  try {
    attempt.step('authenticate')
    const credentials = credentialsOf(definition).filter(given => given !== undefined)
    return { wire, server: await greet(wire, credentials, database, attempt.signal) }
  }
  catch (error) {
    wire.close()
    throw error
  }
}

/** Signs in, and returns what answers. */
async function greet(
  { send }: RedisWire,
  credentials: readonly string[],
  database: number,
  signal: AbortSignal,
): Promise<string> {
  const needed: Argument[][] = [
    ...credentials.length === 0 ? [] : [['AUTH', ...credentials]],
    ...database === 0 ? [] : [['SELECT', String(database)]],
    ['PING'],
  ]
  // All at once, but each by itself: a server that wants nobody says so in one reply and goes.
  const replies = needed.map(command => send([command], signal))
  const described = send([['CLIENT', 'SETNAME', 'larder'], ['INFO', 'server']], signal)
  for (const reply of [...replies, described])
    reply.catch(() => {})
  for (const reply of replies)
    demand((await reply)[0])
  return describeServer((await described)[1])
}

/** A user of the access list may not be allowed to ask for it. */
function describeServer(info: Reply | undefined): string {
  const text = Buffer.isBuffer(info) ? info.toString('latin1') : ''
  const versionOf = (field: string): string | undefined =>
    new RegExp(String.raw`^${field}:([\w.-]{1,32})\r?$`, 'm').exec(text)?.[1]
  const valkey = versionOf('valkey_version')
  const redis = versionOf('redis_version')
  return valkey !== undefined ? `Valkey ${valkey}` : redis !== undefined ? `Redis ${redis}` : 'Redis'
}
