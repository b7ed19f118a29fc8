import process from 'node:process'
import { Redis } from 'ioredis'

// Pub/sub as in its README, and what it does when the connection is lost.
const url = process.env.REDIS_URL
const [publisher, subscriber] = [new Redis(url), new Redis(url)]
const heard = []
const waiting = []
for (const event of ['message', 'pmessage']) {
  subscriber.on(event, (...words) => {
    heard.push([event, ...words])
    waiting.shift()?.()
  })
}
const next = () => new Promise(resolve => waiting.push(resolve))

const count = await subscriber.subscribe('news', 'music')
await subscriber.psubscribe('pat?ern')
for (const [channel, message] of [['news', 'hello'], ['pattern', 'there']]) {
  const told = next()
  await publisher.publish(channel, message)
  await told
}
const ready = new Promise(resolve => subscriber.once('ready', resolve))
const id = /id=(\d+) .*flags=P/.exec(await publisher.client('LIST'))[1]
await publisher.client('KILL', 'ID', id)
await ready
// It subscribes again by itself.
const again = next()
while (await publisher.publish('news', 'again') === 0)
  await new Promise(resolve => setTimeout(resolve, 20))
await again
process.stdout.write(JSON.stringify({ count, heard }))
await Promise.all([publisher.quit(), subscriber.quit()])
