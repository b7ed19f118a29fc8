import type { TestLarder } from '../../helpers/start-larder'
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { portOf } from './ports'

/**
 * Clients that apps use connect with nothing but the URL, each with its own first example. They are
 * installed on first use; without a registry their tests are skipped.
 */
const run = promisify(execFile)
const programs = resolve(import.meta.dirname, '../../clients')
const cache = resolve(import.meta.dirname, '../../../node_modules/.cache/clients')

/** Why there are no clients of Node; undefined if they are installed. */
async function install(): Promise<string | undefined> {
  mkdirSync(cache, { recursive: true })
  cpSync(programs, cache, { recursive: true })
  try {
    if (!['ioredis', 'redis'].every(name => existsSync(join(cache, 'node_modules', name))))
      await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=0'], { cwd: cache })
    return undefined
  }
  catch (error) {
    return `Skipped: the clients of Redis could not be installed: ${String(error).split('\n', 1)[0]}`
  }
}

/** Why there is no client of Python. */
async function findPython(): Promise<string | undefined> {
  try {
    await run('python3', ['-c', 'import redis'])
    return undefined
  }
  catch {
    return 'Skipped: Python\'s redis is missing: install it with apt-get install python3-redis.'
  }
}

let larder: TestLarder
const missing = { node: await install(), python: await findPython() }
for (const reason of Object.values(missing)) {
  if (reason !== undefined)
    console.warn(reason)
}

beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
  const headers = { 'Content-Type': 'application/json' }
  await larder.send('POST', '/admin/caches', { body: '{"name":"shop","ttl":null}', headers })
})
afterAll(() => larder?.dispose())

async function answerOf(program: string, file: string, cacheName: string, protocol: string): Promise<unknown> {
  const REDIS_URL = `redis://${cacheName}:${ownerKey}@127.0.0.1:${portOf(larder)}`
  const env = { ...process.env, REDIS_URL, RESP: protocol }
  const { stdout, stderr } = await run(program, [join(cache, file)], { env, cwd: cache })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

// Red: in src/main/redis/handlers/connection.ts answer HELLO with an array, or leave out the id.
it.skipIf(missing.node !== undefined)('ioredis', async () => {
  expect(await answerOf(process.execPath, 'ioredis.mjs', 'shop', '2')).toEqual({
    value: 'value',
    hasTtl: true,
    results: [[null, 'OK'], [null, 0]],
    transaction: [[null, 'OK'], [null, 2], [null, '2']],
    keys: ['foo'],
  })
})

it.skipIf(missing.node !== undefined).each(['2', '3'])('node-redis over RESP %s', async (protocol) => {
  expect(await answerOf(process.execPath, 'node-redis.mjs', '', protocol)).toEqual({
    value: 'value',
    hasTtl: true,
    set: 'OK',
    other: 'another-value',
    keys: ['another-key'],
    many: ['new', null],
  })
})

it.skipIf(missing.python !== undefined).each(['2', '3'])('redis-py over RESP %s', async (protocol) => {
  expect(await answerOf('python3', 'redis_py.py', 'shop', protocol)).toEqual({
    stored: true,
    value: 'bar',
    results: [true, true, true],
    counted: 6,
  })
})

// Red: in src/main/redis/handlers/pubsub.ts answer several channels once.
it.skipIf(missing.node !== undefined)('pub/sub of ioredis, over a lost connection too', async () => {
  expect(await answerOf(process.execPath, 'ioredis-pubsub.mjs', 'shop', '2')).toEqual({
    count: 2,
    heard: [
      ['message', 'news', 'hello'],
      ['pmessage', 'pat?ern', 'pattern', 'there'],
      ['message', 'news', 'again'],
    ],
  })
})

// Red: in src/main/redis/pushes/invalidations.ts tell nobody.
it.skipIf(missing.node !== undefined).each([
  ['2', []],
  ['3', ['one', 'one', 1, 'two']],
])('pub/sub and client-side caching of node-redis over RESP %s', async (protocol, cached) => {
  expect(await answerOf(process.execPath, 'node-redis-pubsub.mjs', '', protocol)).toEqual({
    heard: [['hello', 'news'], ['hello', 'pattern'], ['hello', 'shard']],
    cached,
  })
})
