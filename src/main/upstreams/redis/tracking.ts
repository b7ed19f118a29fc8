import type { ConnectionDefinition } from '@shared/connections/read'
import type { Push, Reply } from '../../base/resp'
import type { OnChanged, TrackingLink } from '../../serving/backends/tracking'
import type { Attempt } from '../driver'
import { Buffer } from 'node:buffer'
import { decodeKey, encodeKey } from '@shared/entry-key'
import { ReplyMap } from '../../base/resp'
import { SourceError } from '../../serving/sources/source'
import { createWire } from '../wire'
import { demand } from './answers'
import { redisProtocol } from './redis-wire'
import { credentialsOf, dialRedis } from './way'

/**
 * A socket of its own on which Redis, from version 6 on, tells which keys with the prefix change,
 * whoever changes them (client-side caching in its broadcasting mode). Our own writes are told too:
 * what they leave is only certain once it was read after them.
 */
export async function trackRedis(
  definition: ConnectionDefinition,
  prefix: string,
  onChanged: OnChanged,
  attempt: Attempt,
): Promise<TrackingLink> {
  const { signal } = attempt
  const forever = new AbortController().signal
  const wire = createWire(await dialRedis(definition, attempt), redisProtocol(({ items }: Push) => {
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
    requireAlone(demand(greeting))
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

/** Each master of a cluster tells only of its own keys. Throws SourceError `refused`. */
function requireAlone(greeting: Reply): void {
  const items = greeting instanceof ReplyMap ? greeting.items.map(String) : []
  const at = items.indexOf('mode')
  if (at !== -1 && items[at + 1] !== 'standalone')
    throw new SourceError('refused', `A shared tier needs a single server; this is a ${items[at + 1]}.`)
}
