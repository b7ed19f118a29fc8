import process from 'node:process'
import { createKeyv } from '@keyv/redis'
import { createCache } from 'cache-manager'
import { Keyv } from 'keyv'

// The example of its README with two layers, and `wrap`.
const cache = createCache({ stores: [new Keyv(), createKeyv(process.env.REDIS_URL)] })
await cache.set('foo', 'bar', 10_000)
const value = await cache.get('foo')
let calls = 0
const wrapped = []
for (let round = 0; round < 2; round++)
  wrapped.push(await cache.wrap('key', () => ++calls, { ttl: 10_000 }))
const many = await cache.mget(['foo', 'key', 'nothing'])
await cache.del('foo')
const gone = await cache.get('foo')
await cache.clear()
process.stdout.write(JSON.stringify({ value, wrapped, many: many.map(one => one ?? null), gone: gone ?? null }))
await cache.disconnect()
