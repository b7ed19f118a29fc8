import type { ChildProcess } from 'node:child_process'
import type { Argument, Reply } from '../../src/main/base/resp'
import type { RedisServer } from './redis-server'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { apiKey, build, environmentOf, script } from '../server/process/launch'
import { send } from './http-client'
import { connectRedis } from './redis-connection'
import { freePort, redisProgram, startRedis } from './redis-server'

/** A server that others share, and how often it was asked for values that it has. */
export interface TierServer extends Omit<RedisServer, 'socket'> {
  gets: () => Promise<number>
}

async function startRedisTier(): Promise<TierServer> {
  const redis = await startRedis()
  return {
    ...redis,
    async gets() {
      const told = String(await redis.command('INFO', 'commandstats'))
      return Number(/cmdstat_get:calls=(\d+)/.exec(told)?.[1] ?? 0)
    },
  }
}

/** A Larder as a program of its own, in the place of a Redis. */
async function startLarderTier(): Promise<TierServer> {
  await build()
  const home = mkdtempSync(join(tmpdir(), 'larder-tier-'))
  const [httpPort, port] = [await freePort(), await freePort()]
  let child: ChildProcess

  async function start(): Promise<void> {
    child = spawn(process.execPath, [script, 'serve'], {
      cwd: home,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: environmentOf(home, { LARDER_PORT: String(httpPort), LARDER_REDIS_PORT: String(port) }),
    })
    for await (const text of child.stdout?.setEncoding('utf8') ?? []) {
      if (String(text).includes('Larder ready'))
        break
    }
  }

  async function pipeline(commands: readonly Argument[][]): Promise<Reply[]> {
    const connection = await connectRedis(port)
    try {
      return (await connection.pipeline([['AUTH', apiKey], ...commands])).slice(1)
    }
    finally {
      connection.close()
    }
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null)
      return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  await start()
  return {
    port,
    url: `redis://default:${apiKey}@127.0.0.1:${port}`,
    command: async (...words) => (await pipeline([words]))[0] as Reply,
    pipeline: async commands => void await pipeline(commands),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill,
    restart: start,
    async dispose() {
      await kill()
      rmSync(home, { recursive: true, force: true })
    },
    async gets() {
      const answer = await send(httpPort, 'GET', '/admin/caches/db0', { headers: { 'Api-Key': apiKey } })
      return answer.json<{ statistics: { hits: number } }>().statistics.hits
    },
  }
}

/** What Larders can share a cache through. */
export const tierServers = [
  { name: 'Redis', start: startRedisTier, isMissing: !redisProgram.available },
  { name: 'Larder', start: startLarderTier, isMissing: false },
] as const
