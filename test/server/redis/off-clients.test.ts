import type { RedisOffMode } from '../../../src/shared/redis/off-modes'
import type { TestLarder } from '../../helpers/start-larder'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { clientFolder, findClients, run } from './installed-clients'
import { portOf } from './ports'

/** What an app sees while all caching is off, in each mode and by each client. */
let larder: TestLarder
const found = await findClients()

/** Milliseconds after which a call counts as one that waits. */
const patience = 500

interface Seen { read: string, write: string, connected: boolean }

function json(body: unknown): { body: string, headers: Record<string, string> } {
  return { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
}

beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
  await larder.send('POST', '/admin/caches', json({ name: 'shop', ttl: null }))
  await larder.send('PUT', '/api/caches/shop/entries/a', { body: 'v' })
})
afterEach(() => larder.send('PUT', '/admin/switch', json({ enabled: true })))
afterAll(() => larder?.dispose())

/** Connects while caching is on, and says what it sees once it is off. */
async function seenBy(program: string, args: string[], redisOff: RedisOffMode): Promise<Seen> {
  await larder.send('PATCH', '/admin/settings', json({ redisOff }))
  const env = { ...process.env, REDIS_URL: `redis://shop:${ownerKey}@127.0.0.1:${portOf(larder)}` }
  const child = spawn(program, [...args, String(patience)], { env, cwd: clientFolder, stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = new Promise<string>((resolve) => {
    let complaint = ''
    child.stderr.setEncoding('utf8').on('data', text => complaint += text)
    child.once('close', () => resolve(complaint))
  })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  expect(JSON.parse(String((await answers.next()).value))).toEqual({ before: 'v' })
  await larder.send('PUT', '/admin/switch', json({ enabled: false }))
  child.stdin.end('\n')
  const seen = JSON.parse(String((await answers.next()).value)) as Seen
  expect(await ended).toBe('')
  return seen
}

const off = 'ERR caching is switched off'
const loading = 'LOADING Redis is loading the dataset in memory'
const readonly = 'READONLY You can\'t write against a read only replica.'
const oom = 'OOM command not allowed when used memory > \'maxmemory\'.'
const fails = (text: string): string => `fails: ${text}`

// The table of docs/redis.md, and the sentences of src/shared/redis/off-modes.ts, say what is here.
describe.skipIf(!found.node)('ioredis', () => {
  it.each<[RedisOffMode, Seen]>([
    ['error', { read: fails(off), write: fails(off), connected: true }],
    ['refuse', { read: 'waits', write: 'waits', connected: false }],
    ['hang', { read: 'waits', write: 'waits', connected: true }],
    ['miss', { read: 'null', write: 'OK', connected: true }],
    ['loading', { read: fails(loading), write: fails(loading), connected: true }],
    ['readonly', { read: 'v', write: fails(readonly), connected: true }],
    ['oom', { read: 'v', write: fails(oom), connected: true }],
  ])('%s', async (mode, seen) => {
    expect(await seenBy(process.execPath, [join(clientFolder, 'off.mjs'), 'ioredis'], mode)).toEqual(seen)
  })
})

// Red: in src/main/redis/handlers/about.ts say that nothing is being loaded.
it.skipIf(!found.node)('ioredis waits with a new connection while it is told of loading', async () => {
  await larder.send('PATCH', '/admin/settings', json({ redisOff: 'loading' }))
  await larder.send('PUT', '/admin/switch', json({ enabled: false }))
  const program = `import { Redis } from 'ioredis'
    const client = new Redis(process.env.REDIS_URL)
    const late = new Promise(resolve => setTimeout(resolve, ${patience}, 'waits'))
    console.log(await Promise.race([late, client.get('a').then(String, String)]))
    process.exit()`
  const env = { ...process.env, REDIS_URL: `redis://shop:${ownerKey}@127.0.0.1:${portOf(larder)}` }
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { env, cwd: clientFolder })
  expect(stdout).toBe('waits\n')
})

describe.skipIf(!found.node)('node-redis', () => {
  it.each<[RedisOffMode, Seen]>([
    ['error', { read: fails(off), write: fails(off), connected: true }],
    ['refuse', { read: 'waits', write: 'waits', connected: false }],
    ['hang', { read: 'waits', write: 'waits', connected: true }],
    ['miss', { read: 'null', write: 'OK', connected: true }],
    ['loading', { read: fails(loading), write: fails(loading), connected: true }],
    ['readonly', { read: 'v', write: fails(readonly), connected: true }],
    ['oom', { read: 'v', write: fails(oom), connected: true }],
  ])('%s', async (mode, seen) => {
    expect(await seenBy(process.execPath, [join(clientFolder, 'off.mjs'), 'node-redis'], mode)).toEqual(seen)
  })
})

describe.skipIf(found.python === undefined)('redis-py', () => {
  const failed = (kind: string, text: string): string => fails(`${kind}: ${text}`)
  const busy = failed('BusyLoadingError', loading.slice(8))
  it.each<[RedisOffMode, Pick<Seen, 'read' | 'write'>]>([
    ['error', { read: failed('ResponseError', off.slice(4)), write: failed('ResponseError', off.slice(4)) }],
    ['refuse', { read: expect.stringMatching(/^fails: ConnectionError/), write: expect.stringMatching(/^fails: Conn/) }],
    ['hang', { read: 'waits', write: 'waits' }],
    ['miss', { read: 'None', write: 'True' }],
    ['loading', { read: busy, write: busy }],
    ['readonly', { read: 'v', write: failed('ReadOnlyError', readonly.slice(9)) }],
    // It has a kind of its own since version 5.
    ['oom', { read: 'v', write: expect.stringMatching(/command not allowed when used memory > 'maxmemory'\.$/) }],
  ])('%s', async (mode, seen) => {
    expect(await seenBy(String(found.python), [join(clientFolder, 'off.py'), 'redis-py'], mode)).toMatchObject(seen)
  })
})
