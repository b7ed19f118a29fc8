import type { RedisOffMode } from '../../../src/shared/redis/off-modes'
import type { RedisConnection } from '../../helpers/redis-connection'
import type { TestLarder } from '../../helpers/start-larder'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { redisCommands, redisDataCommands } from '../../../src/shared/redis/commands'
import { redisOffNames } from '../../../src/shared/redis/off-modes'
import { connectRedis } from '../../helpers/redis-connection'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { plain } from './differences'
import { portOf } from './ports'
import { shortest } from './shortest'

/** What clients of Redis see while caching is off, in each mode. */
let larder: TestLarder
let port: number
let connection: RedisConnection

function json(body: unknown): { body: string, headers: Record<string, string> } {
  return { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
}

async function records(count: number): Promise<Record<string, unknown>[]> {
  return ((await larder.send('GET', `/admin/requests?limit=${count}`)).json() as {
    requests: Record<string, unknown>[]
  }).requests
}

async function mode(redisOff: RedisOffMode, own: RedisOffMode | null = null): Promise<void> {
  expect((await larder.send('PATCH', '/admin/settings', json({ redisOff }))).status).toBe(200)
  expect((await larder.send('PATCH', '/admin/caches/db0', json({ redisOff: own }))).status).toBe(200)
}

/** The two switches. */
const switches = {
  everything: (enabled: boolean) => larder.send('PUT', '/admin/switch', json({ enabled })),
  cache: (enabled: boolean) => larder.send('PATCH', '/admin/caches/db0', json({ enabled })),
}
type Switch = keyof typeof switches
const reasons: Record<Switch, string> = { everything: 'caching-off', cache: 'cache-off' }
const both = Object.keys(switches) as Switch[]

async function connect(): Promise<RedisConnection> {
  const made = await connectRedis(port)
  expect(await made.send('AUTH', ownerKey)).toBe('OK')
  return made
}

beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
  port = portOf(larder)
})
beforeEach(async () => {
  connection = await connect()
  expect(await connection.pipeline([['FLUSHALL'], ['MSET', 'a', 'v', 'n', '1']])).toEqual(['OK', 'OK'])
})
afterEach(async () => {
  connection.close()
  await switches.everything(true)
  await switches.cache(true)
})
afterAll(() => larder.dispose())

const errors: Partial<Record<RedisOffMode, string>> = {
  error: '-ERR caching is switched off',
  loading: '-LOADING Redis is loading the dataset in memory',
}
const writeErrors: Partial<Record<RedisOffMode, string>> = {
  readonly: '-READONLY You can\'t write against a read only replica.',
  oom: '-OOM command not allowed when used memory > \'maxmemory\'.',
}

const readOnly = Object.keys(writeErrors) as RedisOffMode[]

describe.each(both)('while %s is off', (which) => {
  describe.each(redisDataCommands)('%s', (name) => {
    // Red: in src/main/redis/off.ts answer a mode as another one.
    it.each(Object.keys(errors) as RedisOffMode[])('fails with the mode %s', async (off) => {
      await mode(off)
      await switches[which](false)
      expect(plain(await connection.send(...shortest(name)))).toBe(errors[off])
    })

    it.each(readOnly)('with the mode %s a write fails, a read does not', async (off) => {
      const before = redisCommands[name].scope === 'read' ? plain(await connection.send(...shortest(name))) : undefined
      await mode(off)
      await switches[which](false)
      const reply = plain(await connection.send(...shortest(name)))
      const read = name === 'randomkey' ? expect.any(String) : before
      expect(reply).toEqual(before === undefined ? writeErrors[off] : read)
    })

    // Red: in src/main/redis/off.ts give handlers the cache itself.
    it('with the mode miss it finds nothing and keeps nothing', async () => {
      await connection.pipeline([['SELECT', '1'], ['FLUSHDB']])
      const onEmpty = plain(await connection.send(...shortest(name)))
      await connection.send('SELECT', '0')
      await connection.pipeline([['FLUSHALL'], ['MSET', 'a', 'v', 'n', '1']])
      await mode('miss')
      await switches[which](false)
      for (let times = 0; times < 2; times++)
        expect(plain(await connection.send(...shortest(name)))).toEqual(onEmpty)
      await switches[which](true)
      expect(await connection.send('GET', 'a')).toEqual(Buffer.from('v'))
      expect(await connection.send('GET', 'n')).toEqual(Buffer.from('1'))
      expect(await connection.send('DBSIZE')).toBe(2)
    })
  })

  // Red: in src/main/redis/off.ts leave out note.
  it.each(redisOffNames)('with the mode %s the log says that the switch has turned it away', async (off) => {
    // The port is closed, so nothing arrives.
    if (which === 'everything' && off === 'refuse')
      return
    await mode(off)
    await switches[which](false)
    // It may never be answered.
    void connection.send('MGET', 'a', 'n').catch(() => {})
    await expect.poll(async () => (await records(2)).map(({ method, key, result, reason, status }) =>
      [method, key, result, reason, status])).toContainEqual(['MGET', 'a', 'off', reasons[which], 503])
    const [record] = await records(1)
    expect(record).toMatchObject({ face: 'redis', result: 'off', reason: reasons[which] })
  })
})

/** Whether a connection has been answered by the time that another one has. */
async function isAnswered(asked: Promise<unknown>): Promise<boolean> {
  let answered = false
  void asked.then(() => {
    answered = true
  }, () => {})
  for (let turn = 0; turn < 3; turn++)
    await larder.send('GET', '/admin/switch')
  return answered
}

async function isOpen(): Promise<boolean> {
  return await connectRedis(port).then((made) => {
    made.close()
    return true
  }, () => false)
}

describe('refuse', () => {
  // Red: in src/main/redis/redis-face.ts leave out follow.
  it('closes the port and every connection while everything is off', async () => {
    await mode('refuse')
    const reset = once(connection.socket, 'error')
    await switches.everything(false)
    expect(await reset).toMatchObject([{ code: 'ECONNRESET' }])
    await expect.poll(isOpen).toBe(false)
    expect((await larder.send('GET', '/admin/clients')).json()).toMatchObject({
      redis: { state: 'refusing', port, url: null },
      clients: [],
    })
    await switches.everything(true)
    await expect.poll(isOpen).toBe(true)
  })

  it('follows the setting while everything is off', async () => {
    await mode('error')
    await switches.everything(false)
    expect(await isOpen()).toBe(true)
    await mode('refuse')
    await connection.closed
    await expect.poll(isOpen).toBe(false)
    await mode('error')
    await expect.poll(isOpen).toBe(true)
  })

  // Red: in src/main/redis/off.ts let refuse answer nothing, and not reset.
  it('resets a connection at its first command on entries while its cache is off', async () => {
    await mode('error', 'refuse')
    await switches.cache(false)
    expect(await connection.pipeline([['PING'], ['SELECT', '1'], ['SET', 'b', '1'], ['SELECT', '0']]))
      .toEqual(['PONG', 'OK', 'OK', 'OK'])
    const reset = once(connection.socket, 'error')
    void connection.send('GET', 'a').catch(() => {})
    expect(await reset).toMatchObject([{ code: 'ECONNRESET' }])
    expect(await isOpen()).toBe(true)
  })

  // Red: in src/main/redis/reopened-port.ts do not try again.
  it('says so while the port is taken by another program, and opens it when it is free', async () => {
    const told: string[] = []
    const other = await startLarder({ redis: { port: 0, isAsked: true } }, undefined, text => told.push(text))
    const state = async (): Promise<unknown> =>
      (await other.send('GET', '/admin/clients')).json<{ redis: unknown }>().redis
    const own = portOf(other)
    await other.send('PATCH', '/admin/settings', json({ redisOff: 'refuse' }))
    await other.send('PUT', '/admin/switch', json({ enabled: false }))
    const thief = createServer()
    await expect.poll(() => new Promise((resolve) => {
      thief.once('error', () => resolve(false))
      thief.listen(own, '127.0.0.1', () => resolve(true))
    })).toBe(true)
    await other.send('PUT', '/admin/switch', json({ enabled: true }))
    const warning = expect.stringMatching(/^Redis clients cannot connect: Port \d+ is taken/)
    await expect.poll(state).toMatchObject({ state: 'failed', port: own, url: null, warning })
    expect(told).toEqual([warning])
    const stats = (await other.send('GET', '/admin/stats')).json()
    expect(stats).toMatchObject({ redis: { off: 'refuse', clients: 0, perSecond: 0, lost: warning } })
    await new Promise(resolve => thief.close(resolve))
    await expect.poll(state, { timeout: 10_000 }).toMatchObject({ state: 'listening', port: own, warning: null })
    await other.dispose()
  })
})

describe('hang', () => {
  it.each(both)('answers nothing while %s is off, and ends the connection when it is on again', async (which) => {
    await mode('hang')
    await switches[which](false)
    expect(await isAnswered(connection.send('GET', 'a'))).toBe(false)
    // Not out of order either, and not because the client asks for it.
    expect(await isAnswered(connection.pipeline([['PING'], ['CLIENT', 'REPLY', 'ON'], ['RESET'], ['PING']])))
      .toBe(false)
    const greeted = await connectRedis(port)
    expect(await isAnswered(greeted.send('PING'))).toBe(which === 'cache')
    await switches[which](true)
    await connection.closed
    if (which === 'everything')
      await greeted.closed
    greeted.close()
  })

  // Red: in src/main/redis/connection.ts write `Several` to who hangs, or in pushes/pusher.ts push
  // to it.
  it('tells nothing either: no subscription, no message and no changed key', async () => {
    await mode('hang')
    const told: unknown[] = []
    await connection.pipeline([['HELLO', '3'], ['CLIENT', 'TRACKING', 'ON', 'BCAST'], ['SUBSCRIBE', 'before']])
    connection.socket.on('data', chunk => told.push(chunk.toString()))
    await switches.everything(false)
    connection.socket.write('SUBSCRIBE news\r\nPUBLISH before news\r\nPUBLISH news news\r\n')
    await expect.poll(async () => (await larder.send('GET', '/admin/clients')).json())
      .toMatchObject({ clients: expect.arrayContaining([expect.objectContaining({ lastCommand: 'PUBLISH' })]) })
    expect(told).toEqual([])
    await switches.everything(true)
    await connection.closed
    expect(told).toEqual([])
  })

  // Red: in src/main/redis/visitors.ts ask `off` for the principal of the session alone.
  it('of a cache goes on for who has shown no key, when the switch of another cache moves', async () => {
    await mode('hang')
    await larder.send('PATCH', '/admin/settings', json({ anonymous: { enabled: true, scopes: ['read', 'write'] } }))
    const anonymous = await connectRedis(port)
    await switches.cache(false)
    expect(await isAnswered(anonymous.send('GET', 'a'))).toBe(false)
    await larder.send('POST', '/admin/caches', json({ name: 'other', ttl: null }))
    await larder.send('PATCH', '/admin/caches/other', json({ enabled: false }))
    expect(await isAnswered(anonymous.closed)).toBe(false)
    await larder.send('PATCH', '/admin/settings', json({ anonymous: { enabled: false } }))
    anonymous.close()
  })
})

// Red: in src/main/redis/off.ts look at the settings of the server alone.
it('a cache may be seen in another way than the others', async () => {
  await mode('loading', 'miss')
  await switches.everything(false)
  expect(await connection.send('GET', 'a')).toBeNull()
  await connection.send('SELECT', '1')
  expect(plain(await connection.send('GET', 'a'))).toBe(errors.loading)
})

// Red: in src/main/redis/handlers/about.ts say that nothing is being loaded.
it('iNFO says that it is being loaded, as clients ask for it when they connect', async () => {
  await mode('loading')
  expect(String(await connection.send('INFO', 'persistence'))).toContain('loading:0')
  await switches.everything(false)
  expect(String(await connection.send('INFO', 'persistence'))).toContain('loading:1')
})

const queued = ['error', 'miss', 'loading', 'oom'] as const
it.each(queued)('a transaction gets the mode %s for each command', async (off) => {
  await mode(off)
  await switches.everything(false)
  const replies = await connection.pipeline([['MULTI'], ['SET', 'a', '1'], ['GET', 'a'], ['EXEC']])
  const write = errors[off] ?? writeErrors[off] ?? 'OK'
  const read = errors[off] ?? (off === 'miss' ? null : '"v"')
  expect(plain(replies)).toEqual(['OK', 'QUEUED', 'QUEUED', [write, read]])
})

it('a setting that there is not is refused', async () => {
  const answer = await larder.send('PATCH', '/admin/settings', json({ redisOff: 'never' }))
  expect(answer.json()).toMatchObject({ status: 400, errors: [{ field: 'redisOff' }] })
})
