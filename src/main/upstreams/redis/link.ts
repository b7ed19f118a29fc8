import type { RedisHost } from '@shared/connections/redis-url'
import type { TrackingLink } from '../../serving/backends/tracking'
import type { Link } from '../driver'
import type { RedisServers } from './servers'
import type { RedisDefinition } from './way'
import { createRedisBackend } from './backend'
import { probeRedis } from './probe'
import { createRedisSource } from './source'
import { trackServer } from './tracking'

/** What is the same of each link, however many servers are behind it. */
export function valuesBehind(servers: RedisServers): Pick<Link, 'probe' | 'source' | 'backend'> {
  return {
    probe: (write, attempt) => probeRedis(servers, write, attempt),
    source: options => createRedisSource(servers, options),
    backend: () => createRedisBackend(servers),
  }
}

/**
 * Listens to the server of a link, and no longer than the link leads there: what another server
 * says is nothing about what was read on it.
 *
 * @param at undefined = where the URL leads
 */
export function tracksOne(definition: RedisDefinition, at: RedisHost | undefined, ended: Link['ended']): Link['track'] {
  const open = new Set<TrackingLink>()
  let gone = false
  void ended.then(() => {
    gone = true
    open.forEach(({ close }) => close())
  })
  return async (prefix, onChanged, attempt) => {
    const tracking = await trackServer(definition, at, prefix, onChanged, attempt)
    open.add(tracking)
    void tracking.ended.then(() => open.delete(tracking))
    if (gone)
      tracking.close()
    return tracking
  }
}
