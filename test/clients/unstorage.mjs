import process from 'node:process'
import { createStorage } from 'unstorage'
import redisDriver from 'unstorage/drivers/redis'

// The example of its documentation.
const storage = createStorage({ driver: redisDriver({ base: 'unstorage', url: process.env.REDIS_URL }) })
await storage.setItem('foo:bar', { a: 1 })
await storage.setItem('foo:baz', 'text', { ttl: 10 })
await storage.setItemRaw('raw', Buffer.from([0, 255]))
const values = (await storage.getItems(['foo:bar', 'foo:baz', 'nothing'])).map(({ value }) => value)
const raw = [...await storage.getItemRaw('raw')]
const keys = await storage.getKeys('foo')
const has = [await storage.hasItem('foo:bar'), await storage.hasItem('nothing')]
await storage.removeItem('foo:bar')
const removed = await storage.getItem('foo:bar')
await storage.clear()
process.stdout.write(JSON.stringify({ values, raw, keys: keys.sort(), has, removed, left: await storage.getKeys() }))
await storage.dispose()
