import type { ConnectionDefinition } from '@shared/connections/read'
import type { Argument, Reply } from '../../base/resp'
import type { Attempt, Driver, Link } from '../driver'
import type { RedisWire } from './redis-wire'
import { randomBytes } from 'node:crypto'
import { redisAddressOf } from '@shared/connections/redis'
import { ReplyError } from '../../base/resp'
import { SourceError } from '../../serving/sources/source'
import { isLinkLocal, linkLocalSentence } from '../addresses'
import { createWire } from '../wire'
import { demand, sentenceOfReply } from './answers'
import { createRedisBackend } from './backend'
import { redisProtocol } from './redis-wire'
import { createRedisSource } from './source'
import { trackRedis } from './tracking'
import { credentialsOf, dialRedis } from './way'

/** Seconds after which a value that a test has written goes by itself. */
const probeTtl = 60

async function open(definition: ConnectionDefinition, attempt: Attempt): Promise<Link> {
  const { database } = redisAddressOf(definition.values)
  const wire = createWire(await dialRedis(definition, attempt), redisProtocol())
  try {
    attempt.step('authenticate')
    const credentials = credentialsOf(definition).filter(given => given !== undefined)
    const server = await greet(wire, credentials, database, attempt.signal)
    return {
      server,
      ended: wire.ended,
      close: wire.close,
      probe: (write, probing) => probe(wire, write, probing),
      source: options => createRedisSource(wire, options),
      backend: () => createRedisBackend(wire),
    }
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

/** The user may be confined to keys that begin in another way, which is no fault. */
function isAboutKeys({ code, text }: ReplyError): boolean {
  return code === 'NOPERM' && /\bkeys?\b/.test(text)
}

async function probe({ send }: RedisWire, write: boolean, { signal, step }: Attempt): Promise<void> {
  const key = `larder:test:${randomBytes(8).toString('hex')}`
  step('read')
  const [got] = await send([['GET', key]], signal)
  if (got instanceof ReplyError && !isAboutKeys(got))
    throw new SourceError('refused', sentenceOfReply(got))
  if (!write)
    return
  step('write')
  const [set, removed] = await send([['SET', key, 'larder', 'EX', String(probeTtl)], ['DEL', key]], signal)
  demand(set)
  demand(removed)
}

export const redis: Driver = {
  open,
  track: trackRedis,
  refuse({ values }) {
    const { host } = redisAddressOf(values)
    return isLinkLocal(host) ? { field: 'url', message: linkLocalSentence(host, host) } : null
  },
}
