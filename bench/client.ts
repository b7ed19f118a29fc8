import type { Buffer } from 'node:buffer'
import type { LarderClient } from '../src/client/types'
import { Agent, request } from 'node:http'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { key, startLarder } from './peers/start'

/**
 * What a hit costs through the built client, beside a bare request by Node's own `http` over a
 * connection that is kept: one after the other, and 100 at a time. Rounds of both in turns; the
 * ratio is that of the medians.
 *
 *   npm run bench:client              21 rounds, about a minute
 *   npm run bench:client -- --mini    1 short round, to see that it works
 */
const { values: flags } = parseArgs({ options: { mini: { type: 'boolean', default: false } } })
const rounds = flags.mini ? 1 : 21
const calls = flags.mini ? 100 : 2000
/** Ratio that the client has to keep below. */
const target = 1.15

const { createClient } = await import(pathToFileURL(join(import.meta.dirname, '../out/client/client.js')).href) as {
  createClient: (options: object) => LarderClient
}
const larder = await startLarder()
const client = createClient({ url: `http://127.0.0.1:${larder.port}`, key, timeout: 60 })
const agent = new Agent({ keepAlive: true })
const bare = {
  agent,
  host: '127.0.0.1',
  port: larder.port,
  path: '/api/caches/default/entries/hit',
  headers: { 'Api-Key': key },
}

function getBare(): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request(bare, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(chunks))
    }).on('error', reject).end()
  })
}

/** Microseconds a call, with so many under way at a time. */
async function time(get: () => Promise<unknown>, parallel: number): Promise<number> {
  let left = calls
  const began = performance.now()
  await Promise.all(Array.from({ length: parallel }, async () => {
    while (left-- > 0)
      await get()
  }))
  return (performance.now() - began) * 1000 / calls
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

try {
  await client.set('hit', 'x'.repeat(100))
  const machine = `Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`
  console.log(`${machine}; ${rounds} rounds of ${calls} calls`)
  for (const parallel of [1, 100]) {
    const [plain, ours]: [number[], number[]] = [[], []]
    for (let round = -1; round < rounds; round++) {
      const [a, b] = [await time(getBare, parallel), await time(() => client.get('hit'), parallel)]
      // The first round only warms up.
      if (round >= 0) {
        plain.push(a)
        ours.push(b)
      }
    }
    const ratio = median(ours) / median(plain)
    const figures = `bare ${median(plain).toFixed(1)} µs, client ${median(ours).toFixed(1)} µs`
    const verdict = `ratio ${ratio.toFixed(3)}, ${ratio <= target ? 'within' : 'above'} ${target}`
    console.log(`${parallel} at a time: ${figures}; ${verdict}`)
  }
}
finally {
  client.close()
  agent.destroy()
  await larder.stop()
}
