import type { RedisServer } from '../../helpers/redis-server'
import type { TestLarder } from '../../helpers/start-larder'
import process from 'node:process'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectRedis } from '../../helpers/redis-connection'
import { redisProgram, startRedis } from '../../helpers/redis-server'
import { startLarder } from '../../helpers/start-larder'
import { firstDifference } from './differences'
import { portOf } from './ports'
import { randomCommands } from './random-commands'

/** Random commands are answered as the real Redis answers them. */
let larder: TestLarder
let redis: RedisServer

/** 10^4 commands, 10^6 with LARDER_HARD=1. */
const length = 200
const isHard = process.env.LARDER_HARD === '1'
const runs = isHard ? 5000 : 50

beforeAll(async () => {
  if (!redisProgram.available)
    return
  redis = await startRedis()
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
  await larder.send('PATCH', '/admin/settings', {
    body: JSON.stringify({ anonymous: { enabled: true, scopes: ['read', 'write'] } }),
    headers: { 'Content-Type': 'application/json' },
  })
})
afterAll(async () => {
  await larder?.dispose()
  await redis?.dispose()
})

// Red: in src/main/redis/handlers/strings.ts answer 0 in SETNX where it has stored the value.
it.skipIf(!redisProgram.available)('random commands have the answers of the real Redis', async () => {
  await fc.assert(fc.asyncProperty(randomCommands(length), fc.constantFrom('2', '3'), async (commands, protocol) => {
    const both = await Promise.all([connectRedis(portOf(larder)), connectRedis(redis.port)])
    try {
      for (const connection of both)
        await connection.pipeline([['FLUSHALL'], ['HELLO', protocol]])
      const [ours = [], theirs = []] = await Promise.all(both.map(connection => connection.pipeline(commands)))
      expect(firstDifference(commands, ours, theirs)).toBeNull()
    }
    finally {
      both.forEach(connection => connection.close())
    }
  }), { numRuns: runs, endOnFailure: true })
}, isHard ? 30 * 60_000 : undefined)
