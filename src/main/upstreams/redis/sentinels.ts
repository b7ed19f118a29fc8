import type { RedisHost } from '@shared/connections/redis-url'
import type { Reply } from '../../base/resp'
import type { Attempt } from '../driver'
import type { RedisWire } from './redis-wire'
import type { RedisDefinition } from './way'
import { Buffer } from 'node:buffer'
import { redisHostsOf } from '@shared/connections/redis'
import { parseRedisHost, redisHostText } from '@shared/connections/redis-url'
import { ReplyError } from '../../base/resp'
import { SourceError } from '../../serving/sources/source'
import { createWire } from '../wire'
import { demand } from './answers'
import { redisProtocol } from './redis-wire'
import { dialRedis } from './way'

/** Milliseconds within which a sentinel has to answer. */
const answerTime = 1000

/** Sentinels, which know which server is the master. */
export interface Sentinels {
  /** Where the master is, by the one that knows the latest. Rejects with SourceError. */
  master: (attempt: Attempt) => Promise<RedisHost>
  close: () => void
}

interface Answer {
  master: RedisHost
  /** Each failover has a higher one. */
  epoch: number
}

export function createSentinels(definition: RedisDefinition): Sentinels {
  const name = String(definition.values.masterName)
  const hosts = redisHostsOf(definition.values)
  const wires = new Map<RedisHost, RedisWire>()
  let closed = false

  async function wireTo(at: RedisHost, attempt: Attempt): Promise<RedisWire> {
    const known = wires.get(at)
    if (known)
      return known
    const wire = createWire(await dialRedis(definition, attempt, at), redisProtocol())
    wires.set(at, wire)
    void wire.ended.then(() => wires.delete(at))
    if (closed)
      wire.close()
    const { sentinelPassword } = definition.secrets
    if (sentinelPassword === undefined)
      return wire
    try {
      demand((await wire.send([['AUTH', sentinelPassword]], attempt.signal))[0])
      return wire
    }
    catch (error) {
      wire.close()
      throw error
    }
  }

  async function ask(at: RedisHost, { signal, step }: Attempt): Promise<Answer> {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(answerTime)])
    const wire = await wireTo(at, { signal: soon, step })
    const [place, described] = await wire.send(
      [['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name], ['SENTINEL', 'MASTER', name]],
      soon,
    )
    if (place instanceof ReplyError && place.text.startsWith('ERR unknown command'))
      throw new SourceError('refused', `What answers at ${redisHostText(at)} is no sentinel.`)
    if (demand(place) === null)
      throw new SourceError('refused', `The sentinel at ${redisHostText(at)} knows no master called ${name}.`)
    const words = textsOf(place)
    const master = words.length === 2 ? { host: String(words[0]), port: Number(words[1]) } : undefined
    if (master === undefined || parseRedisHost(redisHostText(master)) === undefined)
      throw new SourceError('refused', `The sentinel at ${redisHostText(at)} names no address.`)
    const facts = textsOf(described)
    return { master, epoch: Number(facts[facts.indexOf('config-epoch') + 1]) || 0 }
  }

  return {
    async master(attempt) {
      const settled = await Promise.allSettled(hosts.map(host => ask(host, attempt)))
      const answers = settled.flatMap(each => each.status === 'fulfilled' ? [each.value] : [])
      const [latest] = answers.toSorted((a, b) => b.epoch - a.epoch)
      if (latest)
        return latest.master
      throw settled.find(each => each.status === 'rejected')?.reason
    },
    close() {
      closed = true
      for (const wire of [...wires.values()])
        wire.close()
    },
  }
}

function textsOf(reply: Reply | undefined): string[] {
  return Array.isArray(reply) ? reply.map(item => Buffer.isBuffer(item) ? item.toString('latin1') : String(item)) : []
}
