import type { RedisConnection } from '../../helpers/redis-connection'
import type { RedisServer } from '../../helpers/redis-server'
import type { TestLarder } from '../../helpers/start-larder'
import { createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readConnectionUrl } from '../../../src/shared/connections/read'
import { redisCommands, redisDataCommands } from '../../../src/shared/redis/commands'
import { connectRedis } from '../../helpers/redis-connection'
import { freePort, redisProgram, startRedis } from '../../helpers/redis-server'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { plain } from './differences'
import { portOf } from './ports'
import { shortest } from './shortest'

/** Commands obey the rules of serving: scopes, switches, the request log, caches kept elsewhere. */
let larder: TestLarder
let connection: RedisConnection
let redis: RedisServer | undefined
let keys: Record<'read' | 'write', string>

function json(body: unknown): { body: string, headers: Record<string, string> } {
  return { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
}

async function records(count: number): Promise<Record<string, unknown>[]> {
  return ((await larder.send('GET', `/admin/requests?limit=${count}`)).json() as {
    requests: Record<string, unknown>[]
  }).requests
}

beforeAll(async () => {
  redis = redisProgram.available ? await startRedis() : undefined
  larder = await startLarder({
    redis: { port: 0, isAsked: true },
    connections: redis === undefined
      ? []
      : [{ name: 'main', variable: 'LARDER_CONNECTION_MAIN', ...readConnectionUrl(redis.url) }],
  })
  const key = async (scope: string): Promise<string> =>
    ((await larder.send('POST', '/admin/keys', json({ label: scope, scopes: [scope] }))).json() as {
      secret: string
    }).secret
  keys = { read: await key('read'), write: await key('write') }
  const backend = { connection: 'main', prefix: 'kept:' }
  await larder.send('POST', '/admin/caches', json({ name: 'kept', ttl: null, backend }))
})
beforeEach(async () => {
  connection = await connectRedis(portOf(larder))
  expect(await connection.pipeline([['AUTH', ownerKey], ['FLUSHALL'], ['MSET', 'a', 'v', 'n', '1']]))
    .toEqual(['OK', 'OK', 'OK'])
})
afterEach(() => connection.close())
afterAll(async () => {
  await larder.dispose()
  await redis?.dispose()
})

describe.each(redisDataCommands.map(name => [name, redisCommands[name].scope] as const))('%s', (name, scope) => {
  // Red: in src/shared/redis give the command another scope.
  it('needs its scope', async () => {
    for (const held of ['read', 'write'] as const) {
      await connection.send('AUTH', keys[held])
      const reply = String(plain(await connection.send(...shortest(name))))
      if (scope === held)
        expect(reply).not.toMatch(/^-[A-Z]/)
      else
        expect(reply).toMatch(/^-NOPERM /)
    }
  })

  // Red: in src/main/redis/executor.ts run the command without asking serving.
  it.each([
    ['everything', 'caching-off', '/admin/switch', 'PUT'],
    ['the cache', 'cache-off', '/admin/caches/db0', 'PATCH'],
  ])('is refused while %s is off', async (_, reason, path, verb) => {
    await larder.send(verb, path, json({ enabled: false }))
    const reply = await connection.send(...shortest(name))
    await larder.send(verb, path, json({ enabled: true }))
    expect(plain(reply)).toBe('-ERR caching is switched off')
    const [record] = (await records(1)).filter(({ face }) => face === 'redis')
    expect(record).toMatchObject({ method: name.replace('|', ' ').toUpperCase(), result: 'off', reason })
  })

  it('is in the request log', async () => {
    await connection.send(...shortest(name))
    const [record] = (await records(1))
    expect(record).toMatchObject({
      face: 'redis',
      from: 'app',
      method: name.replace('|', ' ').toUpperCase(),
      operation: scope === 'read' ? 'redis.read' : 'redis.write',
      cache: 'db0',
    })
  })
})

// Red: in src/main/redis/redis-call.ts note no lookup, or no other keys.
it('the request log says what became of each key', async () => {
  const commands = ['GET a', 'GET x', 'SET b value', 'DEL a x', 'GET a', 'MGET b y']
  await connection.pipeline(commands.map(command => command.split(' ')))
  const told = (await records(8)).map(({ method, key, result, reason, status }) =>
    [method, key, result, reason, status])
  expect(told).toEqual([
    ['GET', 'a', 'hit', null, 200],
    ['GET', 'x', 'miss', 'absent', 200],
    ['SET', 'b', 'stored', null, 200],
    ['DEL', 'a', 'dropped', null, 200],
    ['DEL', 'x', 'ok', null, 200],
    ['GET', 'a', 'miss', 'invalidated', 200],
    ['MGET', 'b', 'hit', null, 200],
    ['MGET', 'y', 'miss', expect.any(String), 200],
  ])
})

it('a transaction shows its commands', async () => {
  await connection.pipeline([['MULTI'], ['SET', 'b', '1'], ['INCR', 'b'], ['EXEC']])
  expect((await records(2)).map(({ method, key, result }) => [method, key, result]))
    .toEqual([['SET', 'b', 'stored'], ['INCR', 'b', 'stored']])
})

it('what is no command is there without what came with it', async () => {
  await connection.send('XADD', 'secret-key', 'secret-value')
  await connection.send('some password')
  const told = await records(2)
  expect(told).toMatchObject([
    { method: 'XADD', result: 'refused', detail: 'ERR unknown command' },
    { method: '?', result: 'refused', detail: 'ERR unknown command' },
  ])
  expect(JSON.stringify(told)).not.toMatch(/secret|password/)
})

it('an MGET has at most 100 lines', async () => {
  await connection.send('MGET', ...Array.from({ length: 150 }, (_, index) => `k${index}`))
  const told = await records(101)
  expect(told.filter(({ method }) => method === 'MGET')).toHaveLength(100)
})

// Red: in src/main/redis/executor.ts leave out `checked`.
it.skipIf(!redisProgram.available)('a cache with a backend takes commands for single keys alone', async () => {
  const client = await connectRedis(portOf(larder))
  const answers = await client.pipeline([
    ['AUTH', 'kept', ownerKey],
    ['SET', 'a', '1'],
    ['GET', 'a'],
    ['INCR', 'a'],
    ['MGET', 'a', 'b'],
    ['EXISTS', 'a', 'b'],
    ['EXPIRE', 'a', '100'],
    ['TTL', 'a'],
    ['SET', 'a', '5', 'NX'],
    ['SET', 'a', '5', 'XX'],
    ['STRLEN', 'a'],
    ['DEL', 'a'],
    ['GET', 'a'],
  ])
  expect(answers.map(answer => plain(answer)))
    .toEqual(['OK', 'OK', '"1"', 2, ['"2"', null], 1, 1, 100, null, 'OK', 1, 1, null])
  const refused = '-ERR not available: this cache keeps its entries in main'
  for (const command of [['APPEND', 'a', 'x'], ['KEYS', '*'], ['RENAME', 'a', 'b'], ['WATCH', 'a'], ['FLUSHDB']])
    expect(plain(await client.send(...command))).toBe(refused)
  expect((await client.pipeline([['MULTI'], ['SET', 'a', '1'], ['EXEC']])).map(answer => plain(answer)))
    .toEqual(['OK', refused, '-EXECABORT Transaction discarded because of previous errors.'])
  client.close()
})

it('what HTTP stores is there, and the other way round', async () => {
  await larder.send('PUT', '/api/caches/db0/entries/h', { body: 'over http', headers: { 'Larder-TTL': '60' } })
  expect(plain(await connection.send('GET', 'h'))).toBe('"over http"')
  expect(await connection.send('TTL', 'h')).toBe(60)
  await connection.send('SET', 'r', 'over redis')
  expect((await larder.send('GET', '/api/caches/db0/entries/r')).text).toBe('over redis')
})

describe('a port that is taken', () => {
  it.each([[true], [false]])('fails the start if somebody asked for it (%s)', async (isAsked) => {
    const port = await freePort()
    const other = createServer().listen(port, '127.0.0.1')
    try {
      const start = startLarder({ redis: { port, isAsked } })
      if (isAsked)
        return await expect(start).rejects.toThrow(`Port ${port} is taken`)
      const started = await start
      expect([started.redisUrl, started.warnings.some(warning => warning.startsWith('Redis clients cannot connect'))])
        .toEqual([null, true])
      await started.dispose()
    }
    finally {
      other.close()
    }
  })
})
