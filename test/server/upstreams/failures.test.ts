import type { FailingRig } from '../../contract/failures'
import { Buffer } from 'node:buffer'
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest'
import { systemClock, systemStopwatch } from '../../../src/main/base/clock'
import { silentLogger } from '../../../src/main/base/logger'
import { createDrivers } from '../../../src/main/upstreams/drivers'
import { lineTimes } from '../../../src/main/upstreams/line'
import { createUpstreams } from '../../../src/main/upstreams/upstreams'
import { readConnectionUrl } from '../../../src/shared/connections/read'
import { describeFailures } from '../../contract/failures'
import { startDynamodb } from '../../helpers/dynamodb-server'
import { startMeddlingProxy } from '../../helpers/meddling-proxy'
import { memcachedProgram, startMemcached } from '../../helpers/memcached-server'
import { redisProgram, startRedis } from '../../helpers/redis-server'

/** A server of a technology, past Larder. */
interface Beside extends Pick<FailingRig, 'peek' | 'place' | 'error'> {
  port: number
  url: (port: number) => string
  dispose: () => Promise<void>
}

async function besideRedis(): Promise<Beside> {
  const redis = await startRedis()
  return {
    port: redis.port,
    url: port => `redis://127.0.0.1:${port}`,
    async peek(key) {
      const reply = await redis.command('GET', key)
      return Buffer.isBuffer(reply) ? reply : undefined
    },
    place: async (key, value) => void await redis.command('SET', key, value),
    error: heard => '-ERR canary\r\n'.repeat(heard.toString('latin1').match(/^\*\d+\r$/gm)?.length ?? 0),
    dispose: redis.dispose,
  }
}

async function besideMemcached(): Promise<Beside> {
  const server = await startMemcached()
  return {
    port: Number(new URL(server.url).port),
    url: port => `memcached://127.0.0.1:${port}`,
    async peek(key) {
      const answer = await server.ask(`mg ${key} v\r\nmn\r\n`, /(?:^|\r\n)MN\r\n$/)
      const size = /^VA (\d+)/.exec(answer.toString('latin1'))?.[1]
      const start = answer.indexOf('\n') + 1
      return size === undefined ? undefined : answer.subarray(start, start + Number(size))
    },
    async place(key, value) {
      await server.ask(Buffer.concat([Buffer.from(`ms ${key} ${value.length}\r\n`), value, Buffer.from('\r\n')]), /^HD/)
    },
    error: heard =>
      'SERVER_ERROR canary\r\n'.repeat(heard.toString('latin1').match(/^(?:m[gsd]|lru_crawler) /gm)?.length ?? 0),
    dispose: server.dispose,
  }
}

async function besideDynamodb(): Promise<Beside> {
  const server = await startDynamodb()
  await server.createTable('values', 'S')
  const body = JSON.stringify({ __type: 'x#InternalServerError', message: 'canary' })
  return {
    port: Number(new URL(server.endpoint).port),
    url: port => `dynamodb+http://canary-id:canary-secret@127.0.0.1:${port}/values`,
    async peek(key) {
      const { Item } = await server.call('GetItem', { TableName: 'values', Key: { id: { S: key } } }) as
        { Item?: { value: { B: string } } }
      return Item && Buffer.from(Item.value.B, 'base64')
    },
    place: async (key, value) => void await server.call('PutItem', {
      TableName: 'values',
      Item: { id: { S: key }, value: { B: value.toString('base64') } },
    }),
    error: () => `HTTP/1.1 500 Internal Server Error\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    dispose: server.dispose,
  }
}

// R13. Red: in src/main/upstreams/wire.ts reject with `unreachable` in `finish`, or take the call
// out of `waiting` in `onAbort`.
describe.each([
  ['redis', besideRedis, redisProgram],
  ['memcached', besideMemcached, memcachedProgram],
  ['dynamodb', besideDynamodb, { available: true, reason: '' }],
] as const)('%s', (name, startBeside, program) => {
  describe.skipIf(!program.available)(`over a way that fails ${program.reason}`, () => {
    let beside: Beside
    beforeAll(async () => {
      beside = await startBeside()
    })
    afterAll(() => beside.dispose())

    describeFailures(name, async () => {
      const proxy = await startMeddlingProxy(beside.port)
      const pool = createUpstreams({
        drivers: createDrivers({ home: '/nowhere', clock: systemClock }),
        stopwatch: systemStopwatch,
        logger: silentLogger,
        onChange: () => {},
        times: { ...lineTimes, first: 20, longest: 200 },
      })
      onTestFinished(async () => {
        pool.dispose()
        await proxy.dispose()
      })
      const { secrets, ...definition } = readConnectionUrl(beside.url(proxy.port))
      pool.put('main', { ...definition, secrets: async () => secrets })
      return { ...beside, pool, proxy }
    })
  })
})
