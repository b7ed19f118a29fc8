import type { RedisConnection } from '../../helpers/redis-connection'
import type { TestLarder } from '../../helpers/start-larder'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectRedis } from '../../helpers/redis-connection'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { plain } from './differences'
import { portOf } from './ports'

/** Who somebody says to be over the Redis protocol. */
let larder: TestLarder

beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
})
afterAll(() => larder.dispose())

describe('user names', () => {
  // Red: in src/main/redis/sign-on.ts do not ask whether the name can be one of a cache.
  it.each(['__proto__ x', '../x', 'ключ', 'a\nid=1 addr=x', 'x'.repeat(65), 'long', '\0', '.'])(
    '%j can be no cache, and is refused',
    async (text) => {
      const user = text === 'long' ? 'x'.repeat(16_000) : text
      const connection = await connectRedis(portOf(larder))
      expect(plain(await connection.send('AUTH', user, ownerKey))).toMatch(/^-ERR the user name says the cache, and /)
      expect(plain(await connection.send('GET', 'a'))).toBe('-NOAUTH Authentication required.')
      connection.close()
    },
  )

  it.each(['__proto__', 'constructor', 'toString'])('%s is a cache that there is not', async (user) => {
    const connection = await connectRedis(portOf(larder))
    expect(await connection.send('AUTH', user, ownerKey)).toBe('OK')
    expect(plain(await connection.send('GET', 'a'))).toBe(`-ERR Cache ${user} not found.`)
    connection.close()
  })

  it.each(['', '\0', '__proto__', 'ключ', 'long', `${ownerKey}x`, ownerKey.slice(1)])(
    'the key %j is wrong',
    async (text) => {
      const key = text === 'long' ? 'x'.repeat(16_000) : text
      const connection = await connectRedis(portOf(larder))
      for (const words of [['AUTH', key], ['AUTH', 'db0', key], ['HELLO', '3', 'AUTH', 'db0', key]])
        expect(plain(await connection.send(...words))).toMatch(/^-WRONGPASS /)
      connection.close()
    },
  )
})

it('who authenticates twice at once is who came last', async () => {
  const connection = await connectRedis(portOf(larder))
  const answers = await connection.pipeline([
    ['AUTH', 'db1', ownerKey],
    ['AUTH', 'db2', ownerKey],
    ['SET', 'a', '2'],
    ['AUTH', 'db1', 'wrong-key-0123456789'],
    ['GET', 'a'],
  ])
  expect(answers.map(answer => plain(answer)))
    .toEqual(['OK', 'OK', 'OK', expect.stringMatching(/^-WRONGPASS /), '"2"'])
  connection.close()
})

// S10 of keys: 256 bits are not guessed, and a person must not be locked out by others.
it('a right key works after a thousand wrong ones', async () => {
  const connection = await connectRedis(portOf(larder))
  const wrong = await connection.pipeline(Array.from({ length: 1000 }, (_, index) => ['AUTH', `wrong-key-${index}`]))
  expect(new Set(wrong.map(answer => plain(answer)))).toHaveLength(1)
  expect(await connection.send('AUTH', ownerKey)).toBe('OK')
  connection.close()
})

// Red: in src/main/redis/handlers/client.ts show who has no key to nobody, or to everybody.
it('connections without a key see each other, and no others', async () => {
  const anonymous = (enabled: boolean): Promise<unknown> => larder.send('PATCH', '/admin/settings', {
    body: JSON.stringify({ anonymous: { enabled, scopes: ['read', 'write'] } }),
    headers: { 'Content-Type': 'application/json' },
  })
  await anonymous(true)
  const [one, other, known] = await Promise.all([1, 2, 3].map(() => connectRedis(portOf(larder)))) as [
    RedisConnection,
    RedisConnection,
    RedisConnection,
  ]
  await known.send('AUTH', ownerKey)
  const seen = async (connection: RedisConnection): Promise<string[]> =>
    [...String(await connection.send('CLIENT', 'LIST')).matchAll(/^id=(\d+)/gm)].map(([, id = '']) => id)
  const ids = await Promise.all([one, other, known].map(async ({ send }) => String(await send('CLIENT', 'ID'))))
  expect(await seen(one)).toEqual(ids.slice(0, 2))
  expect(await seen(known)).not.toContain(ids[0])
  expect(await one.send('CLIENT', 'KILL', 'TYPE', 'normal')).toBe(1)
  await other.closed
  await anonymous(false)
  one.close()
  known.close()
})

// Red: in src/main/redis/command-table.ts tell INFO the size whatever the scopes are.
it('a key without the scope read learns no number of entries', async () => {
  const headers = { 'Content-Type': 'application/json' }
  const { secret } = (await larder.send('POST', '/admin/keys', {
    body: JSON.stringify({ label: 'writes', scopes: ['write'] }),
    headers,
  })).json() as { secret: string }
  const connection = await connectRedis(portOf(larder))
  expect(await connection.pipeline([['AUTH', secret], ['SET', 'a', '1']])).toEqual(['OK', 'OK'])
  expect(String(await connection.send('INFO', 'keyspace'))).not.toContain('keys=')
  await connection.send('AUTH', ownerKey)
  expect(String(await connection.send('INFO', 'keyspace'))).toContain('db0:keys=1')
  connection.close()
})

// S8, S12. Red: in src/main/redis/sign-on.ts let what the log keeps quote the user name.
it('neither a key nor a value is in the log or in the request log', async () => {
  const connection = await connectRedis(portOf(larder))
  const canary = 'canary-0123456789abcdef'
  const commands = [
    ['AUTH', canary],
    ['AUTH', 'db0', canary],
    ['AUTH', canary, ownerKey],
    ['AUTH', `${canary}!`, ownerKey],
    ['HELLO', '3', 'AUTH', canary, canary],
    ['HELLO', '3', 'AUTH', 'db0', canary, canary],
    ['AUTH', ownerKey],
    [canary],
    ['CLIENT', canary],
    ['CONFIG', 'SET', 'requirepass', canary],
    ['SET', 'a', canary],
    ['SET', 'a', 'b', canary],
    ['APPEND', 'a', canary],
    ['EXPIRE', 'a', canary],
    ['EXPIRE', 'a', '1', canary],
    ['CLIENT', 'SETINFO', canary, 'x'],
    ['CLIENT', 'KILL', 'TYPE', canary],
    ['MULTI', canary],
    ['MULTI'],
    ['GET', 'a', canary],
    ['EXEC'],
  ]
  await connection.pipeline(commands)
  connection.close()
  const texts = [(await larder.send('GET', '/admin/requests?limit=200')).text]
  for (const file of readdirSync(larder.home, { recursive: true, encoding: 'utf8' })) {
    if (/\.log$/.test(file))
      texts.push(readFileSync(join(larder.home, file), 'utf8'))
  }
  expect(texts.length).toBeGreaterThan(1)
  expect(texts.filter(text => text.includes(canary) || text.includes(ownerKey))).toEqual([])
})
