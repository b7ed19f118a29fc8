import process from 'node:process'
import KeyvRedis from '@keyv/redis'
import Keyv from 'keyv'

// The first example of its README, and the next ones.
const keyv = new Keyv(new KeyvRedis(process.env.REDIS_URL))
keyv.on('error', error => process.stderr.write(`${error}\n`))
const stored = await keyv.set('foo', 'never expires')
await keyv.set('bar', { nested: [1, null] }, 10_000)
const values = await keyv.getMany(['foo', 'bar', 'nothing'])
const has = [await keyv.has('foo'), await keyv.has('nothing')]
const keys = []
for await (const [key] of keyv.iterator())
  keys.push(key)
const deleted = await keyv.delete('foo')
await keyv.clear()
const after = await keyv.get('bar')
process.stdout.write(JSON.stringify({ stored, values, has, keys: keys.sort(), deleted, after: after ?? null }))
await keyv.disconnect()
