import type { RedisHost } from '@shared/connections/redis-url'
import type { Push, Reply } from '../../base/resp'
import type { OnChanged, TrackingLink } from '../../serving/backends/tracking'
import type { Attempt } from '../driver'
import type { RedisDefinition } from './way'
import { Buffer } from 'node:buffer'
import { redisModeOf } from '@shared/connections/redis'
import { decodeKey, encodeKey } from '@shared/entry-key'
import { ReplyMap } from '../../base/resp'
import { SourceError } from '../../serving/sources/source'
import { createWire } from '../wire'
import { demand } from './answers'
import { redisProtocol } from './redis-wire'
import { credentialsOf, dialRedis } from './way'

/**
 * A socket of its own on which a server of Redis, from version 6 on, tells which of its keys with
 * the prefix change, whoever changes them (client-side caching in its broadcasting mode). Our own
 * writes are told too: what they leave is only certain once it was read after them.
 *
 * @param at undefined = where the URL leads
 */
export async function trackServer(
  definition: RedisDefinition,
  at: RedisHost | undefined,
  prefix: string,
  onChanged: OnChanged,
  attempt: Attempt,
): Promise<TrackingLink> {
  const { signal } = attempt
  const forever = new AbortController().signal
  const wire = createWire(await dialRedis(definition, attempt, at), redisProtocol(({ items }: Push) => {
    const [kind, keys] = items
    if (String(kind) === 'invalidate')
      onChanged(Array.isArray(keys) ? keys.filter(Buffer.isBuffer).map(decodeKey) : null)
    else if (items.length === 1)
      // Too large to be read.
      onChanged(null)
  }))
  try {
    attempt.step('authenticate')
    const [user, password] = credentialsOf(definition)
    const hello = ['HELLO', '3', ...password === undefined ? [] : ['AUTH', user ?? 'default', password]]
    const [greeting] = await wire.send([hello], signal)
    requireFitting(definition, demand(greeting))
    const [tracked] = await wire.send([['CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', encodeKey(prefix)]], signal)
    demand(tracked)
    return {
      ended: wire.ended,
      close: wire.close,
      async ping() {
        const [pong] = await wire.send([['PING']], forever)
        demand(pong)
      },
    }
  }
  catch (error) {
    wire.close()
    throw error
  }
}

/**
 * Each master of a cluster tells only of its own keys, and a server that has become a copy tells of
 * changes late. Throws SourceError `refused`.
 */
function requireFitting({ values }: RedisDefinition, greeting: Reply): void {
  const items = greeting instanceof ReplyMap ? greeting.items.map(String) : []
  const wanted = redisModeOf(values)
  const mode = valueOf(items, 'mode')
  if (mode !== undefined && mode !== (wanted === 'cluster' ? wanted : 'standalone'))
    throw new SourceError('refused', `A shared tier needs the mode ${mode} of the connection here.`)
  const role = valueOf(items, 'role')
  if (wanted !== 'standalone' && role !== undefined && role !== 'master')
    throw new SourceError('refused', 'The server is no master any more.')
}

function valueOf(items: readonly string[], name: string): string | undefined {
  const at = items.indexOf(name)
  return at === -1 ? undefined : items[at + 1]
}
