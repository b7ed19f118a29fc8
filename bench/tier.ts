import type { Peer } from './peers/start'
import { Agent, request } from 'node:http'
import { cpus, loadavg } from 'node:os'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { create } from './loads'
import { median } from './measure'
import { ask } from './peers/answers'
import { key, startLarder, startRedis } from './peers/start'

/**
 * What a write costs in a shared tier of 1, 2 and 3 Larders that all read the key, and how late the
 * others see it. All servers share one core. The table is that of docs/scale.md.
 *
 *   npm run bench:tier              a thousand writes for each number of Larders: half a minute
 *   npm run bench:tier -- --mini    a few, to see that it works
 */
const { values: flags } = parseArgs({ options: { mini: { type: 'boolean', default: false } } })
const writes = flags.mini ? 20 : 1000
const path = '/api/caches/tier/entries/k'
const agent = new Agent({ keepAlive: true })

/** Milliseconds and the value of an answer. */
function send({ port }: Peer, method: 'GET' | 'PUT', body = ''): Promise<{ status: number, text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'Api-Key': key, ...method === 'PUT' && { 'Content-Length': body.length } }
    request({ agent, host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => text += part)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    }).on('error', reject).end(method === 'PUT' ? body : undefined)
  })
}

/** Milliseconds from the acknowledgement of a write until this Larder shows it. */
async function seenAfter(peer: Peer, value: string, acknowledged: number): Promise<number> {
  for (let reads = 0; reads < 100_000; reads++) {
    if ((await send(peer, 'GET')).text === value)
      return performance.now() - acknowledged
  }
  throw new Error('A Larder never saw a write of another.')
}

function quantile(numbers: readonly number[], share: number): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length * share)] ?? 0
}

interface Figures { took: number, p50: number, p99: number, redis: number, writer: number, other: number }

/** @param larders the first one writes, and all of them read after each write */
async function measure(redis: Peer, larders: readonly Peer[]): Promise<Figures> {
  const [writer, ...others] = larders as [Peer, ...Peer[]]
  const took: number[] = []
  const seen: number[] = []
  const before = [redis, writer, ...others].map(peer => peer.cpuTime())
  for (let number = 0; number < writes; number++) {
    const value = `${larders.length}-${number}`
    const began = performance.now()
    const { status } = await send(writer, 'PUT', value)
    if (status >= 300)
      throw new Error(`A write was answered with ${status}.`)
    const acknowledged = performance.now()
    took.push(acknowledged - began)
    seen.push(...await Promise.all(others.map(async peer => await seenAfter(peer, value, acknowledged))))
    // Each has a near copy again, which the next write takes away.
    await Promise.all(larders.map(async peer => await send(peer, 'GET')))
  }
  const used = [redis, writer, ...others].map((peer, index) => (peer.cpuTime() - (before[index] ?? 0)) / writes)
  const [ofRedis = 0, ofWriter = 0, ...ofOthers] = used
  return {
    took: median(took),
    p50: quantile(seen, 0.5),
    p99: quantile(seen, 0.99),
    redis: ofRedis,
    writer: ofWriter,
    other: ofOthers.length === 0 ? 0 : median(ofOthers),
  }
}

const started: Peer[] = []
async function keep(starting: Promise<Peer>): Promise<Peer> {
  started.push(await starting)
  return await starting
}

try {
  const redis = await keep(startRedis())
  const larders = [await keep(startLarder()), await keep(startLarder()), await keep(startLarder())]
  for (const larder of larders) {
    const url = `redis://127.0.0.1:${redis.port}`
    await create(larder, '/admin/connections', { name: 'tier', driver: 'redis', url })
    const backend = { connection: 'tier', prefix: 'bench:', near: { ttl: null } }
    await create(larder, '/admin/caches', { name: 'tier', ttl: 3600, backend })
    await ask(larder, 'GET', path)
  }
  const machine = `Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`
  console.log(`${machine}; ${writes} writes each\n`)
  console.log('| Larders | a write takes | others see it, p50 | p99 | CPU of Redis | of the writer | of each other |')
  console.log('|---|---|---|---|---|---|---|')
  for (const count of [1, 2, 3]) {
    const { took, p50, p99, ...cpu } = await measure(redis, larders.slice(0, count))
    const times = [took, ...count === 1 ? [] : [p50, p99]].map(time => `${time.toFixed(2)} ms`)
    const used = [cpu.redis, cpu.writer, ...count === 1 ? [] : [cpu.other]].map(time => `${time.toFixed(0)} µs`)
    const cells = [count, times[0], times[1] ?? '–', times[2] ?? '–', used[0], used[1], used[2] ?? '–']
    console.log(`| ${cells.join(' | ')} |`)
  }
}
finally {
  agent.destroy()
  await Promise.all(started.map(peer => peer.stop()))
}
