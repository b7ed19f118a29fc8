/**
 * What an app sees of a cache that is switched off, by ioredis and by node-redis: a read, a write,
 * and whether the client is still connected. The lines in between ask the test to move the switch.
 */
import process from 'node:process'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { createClient } from 'redis'

const [library, patience] = process.argv.slice(2)
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

async function connectIoredis() {
  const client = new Redis(process.env.REDIS_URL)
  client.on('error', () => {})
  await new Promise(resolve => client.once('ready', resolve))
  return {
    get: () => client.get('a'),
    set: () => client.set('b', 'v'),
    isConnected: () => client.status === 'ready',
    close: () => client.disconnect(),
  }
}

async function connectNodeRedis() {
  const client = createClient({ url: process.env.REDIS_URL })
  client.on('error', () => {})
  await client.connect()
  return {
    get: () => client.get('a'),
    set: () => client.set('b', 'v'),
    isConnected: () => client.isReady,
    close: () => client.destroy(),
  }
}

/** What a call comes to; one that the client keeps back for later waits. */
function outcome(call) {
  const waits = new Promise(resolve => setTimeout(resolve, Number(patience), 'waits').unref())
  return Promise.race([call.then(value => String(value), error => `fails: ${error.message}`), waits])
}

const client = await (library === 'ioredis' ? connectIoredis() : connectNodeRedis())
process.stdout.write(`${JSON.stringify({ before: await client.get() })}\n`)
await lines.next()
const read = await outcome(client.get())
const write = await outcome(client.set())
process.stdout.write(`${JSON.stringify({ read, write, connected: client.isConnected() })}\n`)
client.close()
process.exit()
