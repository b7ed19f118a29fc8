import type { RedisHost } from '@shared/connections/redis-url'
import type { Reply } from '../../base/resp'
import { Buffer } from 'node:buffer'
import { parseRedisHost, redisHostText } from '@shared/connections/redis-url'
import { ReplyError } from '../../base/resp'
import { demand } from './answers'
import { slotCount } from './slots'

/** A cluster as one of its nodes sees it. */
export interface ClusterView {
  /** The place of the master of each slot, such as `10.0.0.1:6379`; undefined = nobody has it. */
  owners: readonly (string | undefined)[]
  /** Rises with each failover, so that a node that was cut off knows a lower one. */
  epoch: number
  /** Whether the node takes part in a majority. */
  isUp: boolean
}

export const viewCommands = [['CLUSTER', 'INFO'], ['CLUSTER', 'SLOTS']] as const

/**
 * What a node answers to `viewCommands`. Throws SourceError `refused`.
 *
 * @param asked the node, which may leave out its own address
 */
export function readView([info, slots]: readonly Reply[], asked: RedisHost): ClusterView {
  const ranges = demand(slots)
  const owners = Array.from<string | undefined>({ length: slotCount })
  for (const range of Array.isArray(ranges) ? ranges : []) {
    const [from, to, master] = Array.isArray(range) ? range : []
    if (typeof from !== 'number' || typeof to !== 'number' || !Array.isArray(master) || from < 0 || to >= slotCount)
      continue
    owners.fill(placeOfNode(textOf(master[0]), Number(master[1]), asked), from, to + 1)
  }
  // A user of the access list may not be allowed to ask for it.
  const text = info instanceof ReplyError ? '' : textOf(info)
  return {
    owners,
    epoch: Number(/^cluster_current_epoch:(\d+)\r?$/m.exec(text)?.[1] ?? 0),
    isUp: !/^cluster_state:fail\r?$/m.test(text),
  }
}

/** Where a reply sends a command on to. */
interface Redirection {
  kind: 'MOVED' | 'ASK'
  place: string
}

/** Undefined if all was done. What is sent on has not been done: a transaction is given up. */
export function redirectionOf(replies: readonly Reply[], asked: RedisHost): Redirection | undefined {
  for (const reply of replies) {
    const [, kind, host = '', port] = reply instanceof ReplyError
      ? /^(MOVED|ASK) \d{1,5} (\S*):(\d{1,5})$/.exec(reply.text) ?? []
      : []
    const place = kind === undefined ? undefined : placeOfNode(host, Number(port), asked)
    if (place !== undefined)
      return { kind: kind === 'ASK' ? 'ASK' : 'MOVED', place }
  }
  return undefined
}

/** The host and the port of a place that came from here. */
export function hostAtPlace(place: string): RedisHost {
  const host = parseRedisHost(place)
  if (!host)
    throw new TypeError('The place of a node was not checked')
  return host
}

/** Without a name it is the host that was asked. Undefined if this is no address. */
function placeOfNode(name: string, port: number, asked: RedisHost): string | undefined {
  const host = name === '' || name === '?' ? asked.host : name
  const place = parseRedisHost(redisHostText({ host, port }))
  return place && redisHostText(place)
}

function textOf(reply: Reply | undefined): string {
  return Buffer.isBuffer(reply) ? reply.toString('latin1') : typeof reply === 'string' ? reply : ''
}
