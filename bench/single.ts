import type { Build, Peer } from './peers/start'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import process from 'node:process'
import { fill, pipeline } from './load/fill'
import { shoot } from './load/wrk'
import { createCache, native } from './loads'
import { median } from './measure'
import { ask } from './peers/answers'
import { isInstalled, key, serverCore, startLarder, startRedis, temporaryFolder } from './peers/start'

/** A figure other than requests a second. */
export interface Figure { name: string, value: number, unit: string, target: string, remark: string }

/** The figure for which the comparison of two builds has a rule. */
export const memoryName = 'memory an entry, Larder'

/**
 * Time from the start of the process to its first hit, in units of a start of Node that does
 * nothing. The entry comes from the disk.
 */
export async function startUpTime(build: Build, rounds: number): Promise<Figure> {
  const home = temporaryFolder()
  try {
    const before = await startLarder({ build, home })
    await ask(before, 'PUT', '/v1/first', 'value')
    await before.stop()
    const starts: number[] = []
    const nothings: number[] = []
    for (let round = 0; round < rounds; round++) {
      const nothing = performance.now()
      await once(spawn('taskset', ['-c', serverCore, process.execPath, '-e', '0']), 'exit')
      nothings.push(performance.now() - nothing)
      const start = performance.now()
      const peer = await startLarder({ build, home })
      const { status } = await ask(peer, 'GET', '/v1/first')
      starts.push(performance.now() - start)
      await peer.stop()
      if (status !== 200)
        throw new Error(`${build.script} did not keep an entry of its persistent cache: ${status}`)
    }
    return {
      name: 'start to first hit',
      value: median(starts) / median(nothings),
      unit: '× node -e 0',
      target: '',
      remark: `${median(starts).toFixed(0)} ms, node ${median(nothings).toFixed(0)} ms`,
    }
  }
  finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** Seconds that entries of the churn live: some expire during it, but most are evicted earlier. */
const churnTtl = 10

/**
 * Delay of the event loop while entries are evicted, expire and are overwritten at a full budget.
 */
export async function delayDuringChurn(build: Build, megabytes: number, milliseconds: number): Promise<Figure[]> {
  const peer = await startLarder({ build, memory: `${megabytes}MB` })
  try {
    await createCache(peer, churnTtl)
    const bytes = 1000
    const keys = Math.ceil(megabytes * 1e6 / bytes) * 2
    await fill(peer.port, key, `${native}/%d`, keys, bytes)
    await metrics(peer)
    const shot = await shoot(
      peer.port,
      key,
      { method: 'GET', path: `${native}/%d`, keys, pick: 'zipf', puts: 0.1, bytes },
      milliseconds,
    )
    const text = await metrics(peer)
    const remark = `${Math.round(shot.requestsPerSecond)} requests/s, ${valueOf(text, 'larder_evictions_total')} evicted and ${valueOf(text, 'larder_expirations_total')} expired since the start, budget ${megabytes} MB`
    return [
      {
        name: 'event-loop delay p99 in churn',
        value: valueOf(text, 'larder_event_loop_delay_seconds', 'quantile="0.99"') * 1000,
        unit: 'ms',
        target: '≤ 10',
        remark,
      },
      {
        name: 'event-loop delay max in churn',
        value: valueOf(text, 'larder_event_loop_delay_seconds', 'quantile="1"') * 1000,
        unit: 'ms',
        target: '',
        remark: '',
      },
    ]
  }
  finally {
    await peer.stop()
  }
}

/**
 * Growth of resident memory per entry: 16-byte keys, 100-byte values, through HTTP, after a warm-up
 * of overwrites.
 */
export async function memoryAnEntry(build: Build, count: number, warmUp: number): Promise<Figure> {
  const peer = await startLarder({ build, memory: '2GB' })
  try {
    await createCache(peer)
    const path = `${native}/key-%d-0123`
    for (let done = 0; done < warmUp; done += 1000)
      await fill(peer.port, key, path, 1000, 100)
    const before = peer.memory()
    await fill(peer.port, key, path, count, 100)
    return {
      name: memoryName,
      value: (peer.memory() - before) / (count - 1000),
      unit: 'B',
      target: count >= 1_000_000 ? '≤ 190' : '',
      remark: `${count.toLocaleString('en')} entries`,
    }
  }
  finally {
    await peer.stop()
  }
}

/** Bytes that an entry of those takes when it came over the Redis protocol. */
export async function memoryOverRedis(peer: Peer, port: number, count: number, warmUp: number): Promise<number> {
  const value = 'x'.repeat(100)
  const message = (n: number): string =>
    `*3\r\n$3\r\nSET\r\n$16\r\nkey-${String(n).padStart(7, '0')}-0123\r\n$100\r\n${value}\r\n`
  for (let done = 0; done < warmUp; done += 1000)
    await pipeline({ port, count: 1000, message, answer: '+OK' })
  const before = peer.memory()
  await pipeline({ port, count, message, answer: '+OK' })
  return (peer.memory() - before) / (count - 1000)
}

/** The same entries in Redis. Null if it is not installed. */
export async function memoryAnEntryRedis(count: number): Promise<Figure | null> {
  if (!isInstalled('redis-server'))
    return null
  const peer = await startRedis()
  try {
    return {
      name: 'memory an entry, Redis',
      value: await memoryOverRedis(peer, peer.port, count, 1000),
      unit: 'B',
      target: '',
      remark: `${count.toLocaleString('en')} entries`,
    }
  }
  finally {
    await peer.stop()
  }
}

async function metrics(peer: Peer): Promise<string> {
  const { status, body } = await ask(peer, 'GET', '/metrics')
  if (status !== 200)
    throw new Error(`No metrics: ${status} ${body}`)
  return body
}

/** Sum of a metric's samples whose labels contain `label`. Throws if there are none. */
function valueOf(text: string, name: string, label = ''): number {
  const samples = text
    .split('\n')
    .filter(line => (line.startsWith(`${name} `) || line.startsWith(`${name}{`)) && line.includes(label))
  if (samples.length === 0)
    throw new Error(`/metrics says nothing of ${name}`)
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}
