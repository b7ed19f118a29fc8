import type { ConnectionDefinition } from '@shared/connections/read'
import type { Attempt, Link } from '../driver'
import type { Sentinels } from './sentinels'
import { redisAddressOf } from '@shared/connections/redis'
import { redisHostText } from '@shared/connections/redis-url'
import { ReplyError } from '../../base/resp'
import { SourceError } from '../../serving/sources/source'
import { demand } from './answers'
import { openServer } from './greeting'
import { tracksOne, valuesBehind } from './link'
import { createSentinels } from './sentinels'
import { aloneServer } from './servers'

/** Milliseconds between two questions after the master. */
const watchTime = 1000

/**
 * A link to the server that the sentinels call the master. It ends as soon as they name another
 * one, or when the server says that it is none; the next one asks them anew.
 */
export async function openBySentinels(definition: ConnectionDefinition, attempt: Attempt): Promise<Link> {
  const sentinels = createSentinels(definition)
  try {
    return await openMaster(definition, sentinels, attempt)
  }
  catch (error) {
    sentinels.close()
    throw error
  }
}

async function openMaster(definition: ConnectionDefinition, sentinels: Sentinels, attempt: Attempt): Promise<Link> {
  const at = await sentinels.master(attempt)
  const place = redisHostText(at)
  const { wire, server } = await openServer(definition, redisAddressOf(definition.values).database, attempt, at)
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  const ending = new AbortController()
  let next: NodeJS.Timeout | undefined

  function end(why: string): void {
    ending.abort()
    clearTimeout(next)
    sentinels.close()
    resolve(why)
    wire.close()
  }

  async function watch(): Promise<void> {
    const named = await sentinels.master({ signal: ending.signal, step: () => {} }).catch((error: unknown) => {
      // That the sentinels are away says nothing of the master.
      if (error instanceof SourceError)
        return at
      throw error
    })
    if (redisHostText(named) !== place)
      end('The sentinels name another master.')
    else if (!ending.signal.aborted)
      next = setTimeout(rewatch, watchTime).unref()
  }
  function rewatch(): void {
    watch().catch(() => end('The sentinels cannot be asked, because of a fault in Larder.'))
  }

  void wire.ended.then(end)
  try {
    const [role] = await wire.send([['ROLE']], attempt.signal)
    // Who may not ask has to take the sentinels' word for it.
    if (!(role instanceof ReplyError && role.code === 'NOPERM') && roleOf(demand(role)) !== 'master')
      throw new SourceError('refused', `The sentinels name ${place}, which is no master.`)
  }
  catch (error) {
    end('The connection was closed.')
    throw error
  }
  next = setTimeout(rewatch, watchTime).unref()

  const servers = aloneServer({
    async send(commands, signal) {
      const replies = await wire.send(commands, signal)
      if (replies.some(reply => reply instanceof ReplyError && reply.code === 'READONLY'))
        end('The server is a copy of another now.')
      return replies
    },
  })
  return {
    server: `${server} at ${place}`,
    ended,
    close: () => end('The connection was closed.'),
    ...valuesBehind(servers),
    track: tracksOne(definition, at, ended),
  }
}

function roleOf(reply: ReturnType<typeof demand>): string {
  return Array.isArray(reply) ? String(reply[0]) : ''
}
