import type { ConnectionDefinition } from '@shared/connections/read'
import type { Attempt, Driver, Link } from '../driver'
import { redisAddressOf, redisHostsOf, redisModeOf } from '@shared/connections/redis'
import { isLinkLocal, linkLocalSentence } from '../addresses'
import { openCluster } from './cluster-link'
import { openServer } from './greeting'
import { tracksOne, valuesBehind } from './link'
import { openBySentinels } from './sentinel-link'
import { aloneServer } from './servers'

async function openAlone(definition: ConnectionDefinition, attempt: Attempt): Promise<Link> {
  const { database } = redisAddressOf(definition.values)
  const { wire, server } = await openServer(definition, database, attempt)
  return {
    server,
    ended: wire.ended,
    close: wire.close,
    ...valuesBehind(aloneServer(wire)),
    track: tracksOne(definition, undefined, wire.ended),
  }
}

const opens = { standalone: openAlone, cluster: openCluster, sentinel: openBySentinels } as const

export const redis: Driver = {
  open: (definition, attempt) => opens[redisModeOf(definition.values)](definition, attempt),
  refuse({ values }) {
    const at = redisHostsOf(values).findIndex(({ host }) => isLinkLocal(host))
    const host = redisHostsOf(values)[at]?.host
    return host === undefined
      ? null
      : { field: at === 0 ? 'url' : 'nodes', message: linkLocalSentence(host, host) }
  },
}
