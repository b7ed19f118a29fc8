import process from 'node:process'
import { createClient } from 'redis'

const [url, RESP] = [process.env.REDIS_URL, Number(process.env.RESP)]
function open(options) {
  return createClient({ url, RESP, ...options })
    .on('error', error => process.stderr.write(`${error}\n`))
    .connect()
}
const publisher = await open({})
const subscriber = await open({})
const heard = []
const waiting = []
function hear(...words) {
  heard.push(words)
  waiting.shift()?.()
}
const next = () => new Promise(resolve => waiting.push(resolve))
await subscriber.subscribe('news', hear)
await subscriber.pSubscribe('pat?ern', hear)
await subscriber.sSubscribe('shard', hear)
for (const [send, channel] of [['publish', 'news'], ['publish', 'pattern'], ['sPublish', 'shard']]) {
  const told = next()
  await publisher[send](channel, 'hello')
  await told
}

// Client-side caching is there over RESP 3 alone.
const cached = []
if (RESP === 3) {
  const { BasicClientSideCache } = await import('redis')
  const clientSideCache = new BasicClientSideCache({ ttl: 0, maxEntries: 100 })
  const reader = await open({ clientSideCache })
  await publisher.set('cached', 'one')
  cached.push(await reader.get('cached'), await reader.get('cached'))
  cached.push(clientSideCache.stats().hitCount)
  await publisher.set('cached', 'two')
  while (await reader.get('cached') !== 'two')
    await new Promise(resolve => setTimeout(resolve, 20))
  cached.push(await reader.get('cached'))
  await reader.close()
}
process.stdout.write(JSON.stringify({ heard, cached }))
await Promise.all([publisher.close(), subscriber.close()])
