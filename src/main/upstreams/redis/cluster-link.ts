import type { ConnectionDefinition } from '@shared/connections/read'
import type { Attempt, Link } from '../driver'
import type { GreetedServer } from './greeting'
import { redisHostsOf } from '@shared/connections/redis'
import { parseRedisHost, redisHostText } from '@shared/connections/redis-url'
import { orAborted } from '../abort'
import { createCluster } from './cluster'
import { trackCluster } from './cluster-tracking'
import { openServer } from './greeting'
import { valuesBehind } from './link'
import { createLookout } from './lookout'
import { createNodes } from './nodes'
import { createSlotMap } from './slot-map'

/** Milliseconds between two looks at the cluster, apart from those that calls ask for. */
const lookTime = 2000

/** A link to all masters of a cluster. It ends when none of its nodes answers any more. */
export async function openCluster(definition: ConnectionDefinition, attempt: Attempt): Promise<Link> {
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  const gone = new AbortController()
  const map = createSlotMap()
  let next: NodeJS.Timeout | undefined
  let { step } = attempt
  let described = 'Redis'

  async function open(place: string, signal: AbortSignal): Promise<GreetedServer> {
    const greeted = await openServer(definition, 0, { signal, step: which => step(which) }, parseRedisHost(place))
    described = greeted.server
    return greeted
  }
  const nodes = createNodes(open)

  function end(why: string): void {
    gone.abort()
    clearTimeout(next)
    resolve(why)
    nodes.close()
  }

  const seeds = redisHostsOf(definition.values).map(redisHostText)
  const { refresh } = createLookout({ seeds, nodes, map, gone: gone.signal, onLost: end })

  function look(): void {
    // If it fails the link has ended, which is told by `ended`.
    refresh().catch(() => {}).finally(lookLater)
  }
  function lookLater(): void {
    if (!gone.signal.aborted)
      next = setTimeout(look, lookTime).unref()
  }

  try {
    await orAborted(refresh(), attempt.signal)
  }
  catch (error) {
    end('The connection was closed.')
    throw error
  }
  step = () => {}
  lookLater()
  return {
    server: `${described}, a cluster of ${map.masters().size}`,
    ended,
    close: () => end('The connection was closed.'),
    ...valuesBehind(createCluster({ nodes, map, refresh })),
    track: (prefix, onChanged, { signal }, times) =>
      trackCluster({ refresh, map, definition, gone: gone.signal }, prefix, onChanged, signal, times),
  }
}
