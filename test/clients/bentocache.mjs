import process from 'node:process'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { Redis } from 'ioredis'

// The example of its documentation with two layers; the bus where the server has SUBSCRIBE.
const connection = new Redis(process.env.REDIS_URL)
const layers = bentostore().useL1Layer(memoryDriver({ maxSize: '10mb' })).useL2Layer(redisDriver({ connection }))
const { host, port, username, password } = connection.options
const bus = redisBusDriver({ connection: { host, port, username, password } })
const multitier = process.env.HAS_SUBSCRIBE === '1' ? layers.useBus(bus) : layers
const bento = new BentoCache({ default: 'multitier', stores: { multitier } })
let calls = 0
const values = []
for (let round = 0; round < 2; round++)
  values.push(await bento.getOrSet({ key: 'foo', factory: () => ++calls, ttl: '1h', tags: ['tag-1'] }))
await bento.deleteByTag({ tags: ['tag-1'] })
values.push(await bento.getOrSet({ key: 'foo', factory: () => ++calls, ttl: '1h', tags: ['tag-1'] }))
const users = bento.namespace('users')
await users.set({ key: '32', value: { name: 'foo' } })
const user = await users.get({ key: '32' })
await users.clear()
const gone = await users.get({ key: '32' })
const kept = await bento.get({ key: 'foo' })
process.stdout.write(JSON.stringify({ values, user, gone: gone ?? null, kept }))
await bento.disconnectAll()
connection.disconnect()
