import type { Peer } from './peers/start'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { fill, pipeline } from './load/fill'
import { create } from './loads'
import { median } from './measure'
import { ask } from './peers/answers'
import { key, startLarder, startRedis } from './peers/start'

/**
 * A restart with a million persistent entries of 100 bytes, beside redis-server that loads the same
 * million from its file: the time until all are there, the time until Larder is ready, and how long
 * a hit in another cache takes meanwhile. Both servers share one core, in turns.
 *
 *   npm run bench:restart              11 rounds: some minutes
 *   npm run bench:restart -- --mini    a thousand entries, one round, to see that it works
 */
const { values: flags } = parseArgs({ options: { mini: { type: 'boolean', default: false } } })
const entries = flags.mini ? 1000 : 1_000_000
const rounds = flags.mini ? 1 : 11
/** Hits in each round, both while the entries come back and after it. */
const hits = flags.mini ? 20 : 2000
const other = '/api/caches/other/entries/hit'
const folder = mkdtempSync(join(tmpdir(), 'larder-restart-'))
const homes = { larder: join(folder, 'larder'), redis: folder }
mkdirSync(homes.larder, { mode: 0o700 })
const agent = new Agent({ keepAlive: true })

const larderOf = (): Promise<Peer> => startLarder({ home: homes.larder, memory: '1GB' })
const redisOf = (): Promise<Peer> => startRedis({ folder: homes.redis })

/** Milliseconds of a hit. */
function hit({ port }: Peer): Promise<number> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    request({ agent, host: '127.0.0.1', port, path: other, headers: { 'Api-Key': key } }, (response) => {
      response.resume().on('end', () => response.statusCode === 200
        ? resolve(performance.now() - began)
        : reject(new Error(`A hit was answered with ${response.statusCode}.`)))
    }).on('error', reject).end()
  })
}

async function hitsOf(larder: Peer): Promise<number[]> {
  const times: number[] = []
  for (let count = 0; count < hits; count++)
    times.push(await hit(larder))
  return times
}

async function isRestoring(larder: Peer): Promise<boolean> {
  const { body } = await ask(larder, 'GET', '/readyz')
  return 'restoring' in (JSON.parse(body) as object)
}

/** Puts the entries into both, and stops them in good order. */
async function prepare(): Promise<void> {
  const larder = await larderOf()
  await create(larder, '/admin/caches', { name: 'big', ttl: null, persistent: true })
  await create(larder, '/admin/caches', { name: 'other', ttl: null, persistent: true })
  await fill(larder.port, key, '/api/caches/big/entries/key:%d', entries, 100)
  await ask(larder, 'PUT', other, 'x'.repeat(100))
  await larder.stop()
  const redis = await redisOf()
  const text = 'x'.repeat(100)
  const message = (n: number): string => {
    const name = `key:${String(n).padStart(7, '0')}`
    return `*3\r\n$3\r\nSET\r\n$${name.length}\r\n${name}\r\n$100\r\n${text}\r\n`
  }
  await pipeline({ port: redis.port, count: entries, message, answer: '+OK' })
  await pipeline({ port: redis.port, count: 1, message: () => '*1\r\n$4\r\nSAVE\r\n', answer: '+OK' })
  await redis.stop()
}

interface Figures { ready: number, all: number, redis: number, during: number, after: number }

async function round(): Promise<Figures> {
  const began = performance.now()
  const idle = await larderOf()
  const ready = performance.now() - began
  while (await isRestoring(idle))
    await sleep(20)
  const all = performance.now() - began
  await idle.stop()
  const beganRedis = performance.now()
  const redis = await redisOf()
  const loaded = performance.now() - beganRedis
  await redis.stop()
  const larder = await larderOf()
  await hit(larder)
  const during = await hitsOf(larder)
  const wasRestoring = await isRestoring(larder)
  if (!wasRestoring && !flags.mini)
    throw new Error('The entries were back before the hits had ended.')
  while (await isRestoring(larder))
    await sleep(20)
  const after = await hitsOf(larder)
  await larder.stop()
  return { ready, all, redis: loaded, during: median(during), after: median(after) }
}

try {
  await prepare()
  const figures: Figures[] = []
  for (let number = 0; number < rounds; number++)
    figures.push(await round())
  const of = (name: keyof Figures): number => median(figures.map(figure => figure[name]))
  const ratio = (a: keyof Figures, b: keyof Figures): string =>
    median(figures.map(figure => figure[a] / figure[b])).toFixed(2)
  console.log(`Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}; ${rounds} rounds\n`)
  console.log(`Ready after ${of('ready').toFixed(0)} ms, all ${entries} entries back after ${of('all').toFixed(0)} ms`)
  console.log(`redis-server: ${of('redis').toFixed(0)} ms; ratio ${ratio('all', 'redis')} (aim 3, bar 8)`)
  console.log(`A hit in another cache: ${of('during').toFixed(3)} ms meanwhile, ${of('after').toFixed(3)} ms after; `
    + `ratio ${ratio('during', 'after')} (bar 1.10)`)
}
finally {
  agent.destroy()
  rmSync(folder, { recursive: true, force: true })
}
