import type { TestLarder } from '../../helpers/start-larder'
import type { Listener } from './listeners'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { patience } from '../../helpers/patience'
import { connectRedis } from '../../helpers/redis-connection'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { manage } from '../security/support'
import { listenAt } from './listeners'
import { portOf } from './ports'

/** Who hears what: users, scopes, caches, and every way in which entries change. */
let larder: TestLarder
const open: Listener[] = []
const soon = { timeout: patience, interval: 20 }

beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
})
afterEach(() => open.splice(0).forEach(listener => listener.close()))
afterAll(() => larder.dispose())

/** A connection that has authenticated, with commands that it has sent. */
async function listener(protocol: '2' | '3', secret: string, ...commands: string[]): Promise<Listener> {
  const [user = 'default', key = ''] = secret.includes(' ') ? secret.split(' ') : ['default', secret]
  const listening = await listenAt(portOf(larder))
  open.push(listening)
  listening.send('HELLO', protocol, 'AUTH', user, key)
  for (const command of commands)
    listening.send(...command.split(' '))
  await listening.settle()
  return listening
}

/** What was told last, without what came before. */
async function lastOf(listening: Listener, count: number): Promise<unknown[]> {
  await listening.settle()
  return listening.take().slice(-count)
}

async function keyWith(grant: object, auth: Record<string, string> = {}): Promise<string> {
  const answer = await larder.send('POST', '/admin/keys', {
    body: JSON.stringify({ label: 'key', scopes: ['read', 'write'], ...grant }),
    headers: { 'Content-Type': 'application/json', ...auth },
  })
  return answer.json<{ secret: string }>().secret
}

/** The key of somebody else. */
async function strangerKey(): Promise<string> {
  const [name, password] = ['ben', 'a long password of ben']
  if (!(await manage<{ name: string }[]>(larder, 'GET', '/admin/users')).some(user => user.name === name))
    await manage(larder, 'POST', '/admin/users', { name, password })
  const { token } = await manage<{ token: string }>(larder, 'POST', '/admin/session', { name, password })
  return await keyWith({}, { Authorization: `Bearer ${token}` })
}

describe('another user', () => {
  // Red: in src/main/redis/pushes/channels.ts keep all listeners in one space.
  it('hears and sees nothing of messages, of changes and of commands', async () => {
    const stranger = await strangerKey()
    const theirs = await listener('3', stranger, 'SUBSCRIBE x', 'PSUBSCRIBE *', 'PSUBSCRIBE __key*', 'SSUBSCRIBE x')
    const tracker = await listener('3', stranger, 'CLIENT TRACKING ON BCAST')
    const monitor = await listener('2', stranger, 'MONITOR')
    const mine = await listener('3', ownerKey, 'FLUSHALL')
    for (const listening of [theirs, tracker, monitor, mine]) {
      await listening.settle()
      listening.take()
    }
    const asked = ['PUBLISH x hello', 'SPUBLISH x hello', 'SET k 1']
    for (const command of [...asked, 'PUBSUB CHANNELS', 'PUBSUB NUMSUB x', 'PUBSUB NUMPAT'])
      mine.send(...command.split(' '))
    expect(await lastOf(mine, 6)).toEqual([0, 0, 'OK', [], ['"x"', 0], 0])
    for (const listening of [theirs, tracker, monitor]) {
      await listening.settle()
      expect(listening.take().filter(told => !JSON.stringify(told).includes('settled'))).toEqual([])
    }
  })

  // Red: in src/main/redis/pushes/hearing.ts let `isOf` look at the scope alone; in
  // invalidations.ts do not ask it in `tellReaders`.
  it.each([
    ['any key', ['CLIENT TRACKING ON BCAST']],
    ['what it has read', ['CLIENT TRACKING ON', 'SET k 1', 'GET k']],
  ])('that a connection has become hears nothing of the one before, if it tracks %s', async (_, tracking) => {
    const stranger = await strangerKey()
    const all = ['SUBSCRIBE x', 'PSUBSCRIBE __key*', ...tracking, `AUTH ${stranger}`]
    const turned = await listener('3', ownerKey, ...all)
    turned.take()
    const mine = await listener('3', ownerKey, 'PUBLISH x hello', 'SET k 2')
    expect(await lastOf(mine, 2)).toEqual([0, 'OK'])
    await turned.settle()
    expect(turned.take()).toEqual([])
  })

  it('cannot be told by a connection what it tracks', async () => {
    const theirs = await listener('3', await strangerKey(), 'CLIENT ID')
    const id = String((await lastOf(theirs, 1))[0])
    const mine = await listener('3', ownerKey, `CLIENT TRACKING ON REDIRECT ${id}`)
    expect(await lastOf(mine, 1)).toEqual(['-ERR The client ID you want redirect to does not exist'])
  })
})

describe('scopes', () => {
  // Red: in src/main/redis/executor.ts leave out `requireScope`.
  it.each([
    ['read', ['SUBSCRIBE x', 'CLIENT TRACKING ON', 'MONITOR'], ['PUBLISH x y', 'SPUBLISH x y']],
    ['write', ['PUBLISH x y'], ['SUBSCRIBE x', 'PSUBSCRIBE x', 'PUBSUB CHANNELS', 'CLIENT TRACKING ON', 'MONITOR']],
  ])('%s allows %j, and not %j', async (scope, allowed, refused) => {
    const listening = await listener('3', await keyWith({ scopes: [scope] }))
    const told = async (command: string): Promise<string> => {
      listening.take()
      listening.send(...command.split(' '))
      await listening.settle()
      return JSON.stringify(listening.take()[0])
    }
    for (const command of refused)
      expect(await told(command)).toMatch(/^"-NOPERM/)
    for (const command of allowed)
      expect(await told(command)).not.toMatch(/^"-/)
  })

  // Red: in src/main/redis/pushes/hearing.ts leave `mayUse` out.
  it('a key with a list of caches hears of no other cache', async () => {
    for (const name of ['seen', 'unseen'])
      await manage(larder, 'POST', '/admin/caches', { name, ttl: null })
    const secret = `seen ${await keyWith({ caches: ['seen'] })}`
    const told = await listener('3', secret, 'PSUBSCRIBE __key*', 'CLIENT TRACKING ON BCAST')
    const monitor = await listener('2', secret, 'MONITOR')
    told.take()
    monitor.take()
    for (const name of ['unseen', 'seen'])
      await listener('3', `${name} ${ownerKey}`, `SET ${name} 1`)
    await told.settle()
    await monitor.settle()
    const all = JSON.stringify([...told.take(), ...monitor.take()])
    expect(all).toContain('__keyspace@0__:seen')
    expect(all).not.toContain('unseen')
  })
})

describe('every change', () => {
  const ways: [string, (path: string) => Promise<unknown>, unknown?][] = [
    ['a write over HTTP', path => larder.send('PUT', `${path}/entries/k`, { body: 'x' })],
    ['a deletion over HTTP', path => larder.send('DELETE', `${path}/entries/k`)],
    ['an increment', path => larder.send('POST', `${path}/entries/n?op=increment`)],
    ['an invalidation by prefix', path => larder.send('DELETE', `${path}/entries?prefix=k`)],
    ['a flush in the console', () => manage(larder, 'POST', '/admin/caches/watched/flush')],
    ['the end of its cache', () => larder.send('DELETE', '/admin/caches/watched')],
    ['another name of its cache', () => manage(larder, 'POST', '/admin/caches/watched/rename', { to: 'renamed' })],
  ]

  // Red: in src/main/cache/engine.ts leave out `tellClosed`; in pushes/invalidations.ts hear less.
  it.each(ways)('%s is told to whoever has read the key', async (_, change) => {
    await manage(larder, 'POST', '/admin/caches', { name: 'watched', ttl: null })
    const reader = await listener('3', `watched ${ownerKey}`, 'MSET k 1 n 1', 'CLIENT TRACKING ON', 'MGET k n')
    const tracker = await listener('3', `watched ${ownerKey}`, 'CLIENT TRACKING ON BCAST')
    for (const listening of [reader, tracker])
      listening.take()
    await change('/api/caches/watched')
    for (const listening of [reader, tracker]) {
      await expect.poll(() => JSON.stringify(listening.take()), soon)
        .toMatch(/"invalidate\\"",(?:\["\\"[kn]\\""\]|null)/)
    }
    for (const name of ['watched', 'renamed'])
      await larder.send('DELETE', `/admin/caches/${name}`)
  })

  // Red: in src/main/redis/pushes/invalidations.ts do not look at what has ended.
  it('the end of a TTL is told, also of an entry that stays for its grace', async () => {
    const reader = await listener('3', ownerKey, 'CLIENT TRACKING ON')
    await larder.send('PUT', '/api/caches/db0/entries/short', {
      body: 'x',
      headers: { 'Larder-TTL': '1', 'Larder-Grace': '600' },
    })
    reader.send('GET', 'short')
    await expect.poll(() => JSON.stringify(reader.take()), soon).toMatch(/"invalidate\\"",\["\\"short/)
  })

  it('an eviction is told', async () => {
    await manage(larder, 'POST', '/admin/caches', { name: 'small', ttl: null, maxBytes: 20_000 })
    const reader = await listener('3', `small ${ownerKey}`, 'SET first 1', 'CLIENT TRACKING ON', 'PSUBSCRIBE __keyevent*:evicted')
    const writer = await listener('3', `small ${ownerKey}`)
    for (let index = 0; index < 100; index++)
      reader.send('GET', 'first')
    for (let index = 0; index < 100; index++) {
      writer.send('SET', `k${index}`, 'x'.repeat(1000))
      reader.send('EXISTS', `k${index}`)
    }
    await writer.settle()
    await expect.poll(() => JSON.stringify(reader.take()), soon).toMatch(/evicted/)
  })
})

// Red: in src/main/redis/pushes/pusher.ts write what is told while a command runs.
it('what a connection tells itself stands behind its answer', async () => {
  const listening = await listener('3', ownerKey, 'SUBSCRIBE self', 'CLIENT TRACKING ON', 'GET k')
  listening.take()
  listening.send('PUBLISH', 'self', 'hello')
  listening.send('SET', 'k', '1')
  expect(await lastOf(listening, 4)).toEqual([
    1,
    { push: ['"message"', '"self"', '"hello"'] },
    'OK',
    { push: ['"invalidate"', ['"k"']] },
  ])
})

// Red: in src/main/redis/connection.ts answer nothing at all while replies are off.
it('messages come while replies are off', async () => {
  const listening = await listener('3', ownerKey)
  listening.take()
  for (const command of ['CLIENT REPLY OFF', 'SUBSCRIBE off', 'PUBLISH off hello'])
    listening.send(...command.split(' '))
  await expect.poll(() => listening.heard.length, soon).toBe(2)
  expect(listening.take()).toEqual([
    { push: ['"subscribe"', '"off"', 1] },
    { push: ['"message"', '"off"', '"hello"'] },
  ])
})

// Red: in src/main/redis/pushes/monitors.ts show the words as they are.
it('a monitor is shown no keys of Larder', async () => {
  const monitor = await listener('2', ownerKey, 'MONITOR')
  monitor.take()
  await listener('3', ownerKey, `AUTH default ${ownerKey}`)
  await monitor.settle()
  const told = JSON.stringify(monitor.take())
  expect(told).toContain('(redacted)')
  expect(told).not.toContain(ownerKey)
})

it('a cache that is kept elsewhere is not tracked', async () => {
  await manage(larder, 'POST', '/admin/connections', { name: 'far', driver: 'redis', url: 'redis://127.0.0.1:1' })
  const backend = { connection: 'far', prefix: 'f:' }
  await manage(larder, 'POST', '/admin/caches', { name: 'far', ttl: null, backend })
  const listening = await listener('3', `far ${ownerKey}`, 'CLIENT TRACKING ON')
  expect(await lastOf(listening, 1)).toEqual(['-ERR not available: this cache keeps its entries in far'])
})

// Red: in src/main/redis/pushes/channels.ts leave out the limit.
it('a connection listens to 10,000 channels at most', async () => {
  const listening = await listener('3', ownerKey)
  listening.send('SUBSCRIBE', ...Array.from({ length: 10_000 }, (_, index) => `c${index}`))
  listening.send('SUBSCRIBE', 'one-more')
  expect(await lastOf(listening, 1)).toEqual(['-ERR a connection may listen to 10000 channels and patterns'])
})

// Red: in src/main/redis/pushes/pusher.ts do not cut off.
it.each(['SUBSCRIBE flood', 'MONITOR'])('who sends %s and does not read is cut off and logged', async (command) => {
  const lines = (): number => readFileSync(join(larder.home, 'logs/larder.log'), 'utf8').split('\n')
    .filter(line => line.includes('a Redis client that does not read')).length
  const before = lines()
  const slow = await connectRedis(portOf(larder))
  await slow.send('AUTH', ownerKey)
  await slow.send(...command.split(' '))
  slow.socket.pause()
  const publisher = await connectRedis(portOf(larder))
  await publisher.send('AUTH', ownerKey)
  const message = Buffer.alloc(30_000, 'x')
  const numbers: unknown[] = []
  for (let round = 0; round < 2000 && lines() === before; round++)
    numbers.push(await publisher.send('PUBLISH', 'flood', message))
  expect(lines()).toBe(before + 1)
  slow.socket.resume()
  await slow.closed
  expect(await publisher.send('PUBLISH', 'flood', 'x')).toBe(0)
  publisher.close()
})
