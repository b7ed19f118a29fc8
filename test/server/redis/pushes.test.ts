import type { RedisServer } from '../../helpers/redis-server'
import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { redisProgram, startRedis } from '../../helpers/redis-server'
import { startLarder } from '../../helpers/start-larder'
import { play } from './listeners'
import { portOf } from './ports'

/** Several connections at once: what each is told, compared with the real Redis. */
let larder: TestLarder
let redis: RedisServer | undefined

beforeAll(async () => {
  redis = redisProgram.available ? await startRedis('--notify-keyspace-events', 'AKE') : undefined
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

const plays: Record<string, string> = {
  'channels': `
    a: SUBSCRIBE x y x
    b: PUBLISH x hello
    b: PUBLISH z nobody
    b: PUBLISH x ""
    a: UNSUBSCRIBE x nothing
    b: PUBLISH x gone
    a: SUBSCRIBE
    a: UNSUBSCRIBE
    a: UNSUBSCRIBE
    b: PUBLISH y gone`,
  'patterns': `
    a: PSUBSCRIBE n*s [ab]?
    a: SUBSCRIBE news
    b: PUBLISH news hello
    b: PUBLISH a1 hello
    b: PUBLISH c1 hello
    c: PSUBSCRIBE n*s
    b: PUBSUB NUMPAT
    b: PUBSUB CHANNELS
    b: PUBLISH ns both
    a: PUNSUBSCRIBE n*s
    b: PUBLISH news hello
    a: PUNSUBSCRIBE
    b: PUBSUB NUMPAT`,
  'shard channels': `
    a: SSUBSCRIBE x y
    b: SPUBLISH x hello
    b: PUBLISH x nobody
    b: PUBSUB SHARDNUMSUB x y z
    b: PUBSUB SHARDCHANNELS x*
    a: SUBSCRIBE x
    a: SUNSUBSCRIBE x
    a: SUNSUBSCRIBE
    a: SUNSUBSCRIBE
    b: SPUBLISH y nobody`,
  'what PUBSUB tells': `
    a: SUBSCRIBE one two
    b: SUBSCRIBE one
    c: PUBSUB NUMSUB one two three
    c: PUBSUB NUMSUB
    c: PUBSUB CHANNELS t*
    c: PUBSUB CHANNELS a b
    c: PUBSUB NUMPAT x
    c: PUBSUB nosuch
    c: PUBSUB
    c: PUBLISH one
    - a
    c: PUBSUB NUMSUB one two
    b: RESET
    c: PUBSUB NUMSUB one`,
  'a connection that listens': `
    a: SUBSCRIBE x
    a: PING
    a: PING hello
    a: GET k
    a: ECHO hello
    a: NOSUCH
    a: GET
    a: MULTI
    a: HELLO 3
    a: RESET
    a: PING
    b: PUBLISH x nobody`,
  'subscribing in a transaction': `
    a: HELLO 2
    a: MULTI
    a: SUBSCRIBE x
    a: EXEC
    b: PUBLISH x hello`,
  'keyspace notifications': `
    a: PSUBSCRIBE __key*__:*
    b: SET k 1
    b: SET k 2 EX 1000
    b: SETEX k 1000 v
    b: INCR n
    b: INCRBYFLOAT n 1.5
    b: APPEND k x
    b: SETRANGE k 1 y
    b: EXPIRE k 500
    b: PERSIST k
    b: GETEX k EX 100
    b: GETEX k PERSIST
    b: GETSET k v
    b: MSET p 1 q 2
    b: SETNX r 1
    b: SETNX r 1
    b: RENAME k k2
    b: COPY k2 k3
    b: DEL k2 k3 nothing
    b: UNLINK p
    b: GETDEL q
    b: EXPIRE r -1
    b: SELECT 3
    b: SET three 1
    a: PUNSUBSCRIBE
    b: SET three 2`,
  'notifications by channel': `
    a: SUBSCRIBE __keyspace@0__:k __keyevent@0__:del
    b: SET k 1
    b: SET other 1
    b: DEL k other
    b: MULTI
    b: SET k 1
    b: INCR k
    b: EXEC`,
  'tracking what was read': `
    a: HELLO 3
    a: CLIENT TRACKING ON
    a: GET k
    b: SET k 1
    b: SET k 2
    a: MGET k l m
    b: MSET k 1 l 2
    a: EXISTS m
    b: EXPIRE m 100
    b: SET m 1
    a: GET m
    b: EXPIRE m 100
    a: GET m
    b: DEL m
    a: GET k
    a: SET k 3
    a: TTL k
    b: APPEND k x
    a: GET k
    b: FLUSHALL
    a: CLIENT TRACKING OFF
    a: GET k
    b: SET k 4`,
  // Red: in src/shared/redis/set-commands.ts give SINTERCARD no keyCount.
  'tracking keys that are counted': `
    b: SADD s x y
    b: SADD t y z
    a: HELLO 3
    a: CLIENT TRACKING ON
    a: SINTERCARD 2 s t LIMIT 1
    b: SADD t x
    b: SREM s x
    b: DEL s t`,
  'tracking without loops': `
    a: HELLO 3
    a: CLIENT TRACKING ON NOLOOP
    a: GET k
    a: SET k 1
    b: SET k 2
    a: GET k
    b: SET k 3`,
  'tracking in a transaction': `
    a: HELLO 3
    a: CLIENT TRACKING ON
    a: MULTI
    a: GET k
    a: SET k 1
    a: EXEC
    b: SET k 2`,
  'tracking by prefix': `
    a: HELLO 3
    a: CLIENT TRACKING ON BCAST PREFIX user: PREFIX shop:
    b: SET user:1 1
    b: MSET user:2 1 user:3 1 other 1 shop:1 1
    a: SET user:1 1
    b: DEL user:1
    b: INCR shop:1
    b: FLUSHDB
    a: CLIENT TRACKINGINFO
    a: CLIENT TRACKING ON BCAST PREFIX more: NOLOOP
    a: SET more:1 1
    b: SET more:1 1
    b: SET user:1 1
    a: CLIENT TRACKINGINFO`,
  'tracking everything': `
    a: HELLO 3
    a: CLIENT TRACKING ON BCAST
    b: SET k 1
    b: SET k 1
    a: CLIENT TRACKINGINFO`,
  'tracking what is chosen': `
    a: HELLO 3
    a: CLIENT TRACKING ON OPTIN
    a: GET k
    b: SET k 1
    a: CLIENT CACHING YES
    a: CLIENT TRACKINGINFO
    a: GET k
    a: CLIENT TRACKINGINFO
    a: GET l
    b: MSET k 1 l 1
    a: CLIENT CACHING YES
    a: MULTI
    a: GET k
    a: GET l
    a: EXEC
    b: MSET k 1 l 1
    a: CLIENT CACHING NO
    a: CLIENT TRACKING ON OPTOUT
    a: CLIENT TRACKING OFF
    a: CLIENT TRACKING ON OPTOUT
    a: CLIENT CACHING NO
    a: GET k
    a: GET l
    b: MSET k 2 l 2
    a: CLIENT CACHING YES`,
  'telling another connection': `
    a: SUBSCRIBE __redis__:invalidate
    b: CLIENT TRACKING ON REDIRECT #a
    b: CLIENT GETREDIR
    b: CLIENT TRACKINGINFO
    b: GET k
    c: SET k 1
    b: GET k
    c: FLUSHALL
    - a
    b: GET k
    c: SET k 2
    b: CLIENT TRACKINGINFO`,
  'telling a connection with RESP 3': `
    a: HELLO 3
    b: HELLO 3
    b: CLIENT TRACKING ON BCAST REDIRECT #a
    c: SET k 1
    - a
    c: SET k 2
    b: CLIENT TRACKINGINFO
    b: CLIENT TRACKING OFF`,
  'a connection that nobody can tell': `
    a: CLIENT TRACKING ON
    a: GET k
    b: SET k 1
    a: CLIENT TRACKINGINFO`,
  'wrong ways of tracking': `
    a: CLIENT CACHING YES
    a: CLIENT GETREDIR
    a: CLIENT TRACKINGINFO
    a: CLIENT TRACKING MAYBE
    a: CLIENT TRACKING ON NOSUCH
    a: CLIENT TRACKING ON PREFIX
    a: CLIENT TRACKING ON PREFIX a
    a: CLIENT TRACKING ON REDIRECT 99999999
    a: CLIENT TRACKING ON REDIRECT x
    a: CLIENT TRACKING ON REDIRECT #a REDIRECT #a
    a: CLIENT TRACKING ON BCAST OPTIN
    a: CLIENT TRACKING ON OPTIN OPTOUT
    a: CLIENT TRACKING ON BCAST PREFIX a PREFIX ab
    a: CLIENT TRACKING ON BCAST PREFIX a
    a: CLIENT TRACKING ON BCAST PREFIX ab
    a: CLIENT TRACKING ON
    a: CLIENT CACHING MAYBE
    a: CLIENT CACHING YES
    a: CLIENT CACHING NO
    a: CLIENT TRACKING`,
  'a monitor': `
    m: MONITOR
    a: SET k v"\\x
    a: GET k
    a: GET
    a: NOSUCH
    a: SELECT 2
    a: MULTI
    a: INCR n
    a: GET n
    a: EXEC
    a: CONFIG GET appendonly
    a: SUBSCRIBE x
    b: PUBLISH x hello
    m: RESET
    b: SET k 2`,
}

// Red: in src/main/redis/pushes/ leave out a message, or in handlers/tracking.ts a rule.
it.skipIf(!redisProgram.available).each(Object.keys(plays).flatMap(name =>
  ['2', '3'].map(protocol => [name, protocol] as const)))('%s, over RESP %s', async (name, protocol) => {
  const lines = (plays[name] ?? '').trim().split('\n').map(line => line.trim())
  const greeting = [['HELLO', protocol], ['FLUSHALL']]
  expect(await play(portOf(larder), lines, greeting)).toEqual(await play(redis?.port ?? 0, lines, greeting))
})
