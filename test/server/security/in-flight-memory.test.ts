import type { ServerProcess } from '../process/launch'
import type { Attack } from './attackers'
import { Buffer } from 'node:buffer'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { apiKey, build, launch } from '../process/launch'
import { deafStreams, openUploads, pipeliner, refusedUploads, slowReaders, unfinishedUploads } from './attackers'
import { asJson } from './support'

const hard = process.env.LARDER_HARD === '1'
/** The sizes of the original attacks, or smaller ones that would still break a naive server. */
const sizes = hard
  ? { gets: 400, batches: 36, pipelined: 150, readers: 150, uploads: 120, refused: 400, open: 2000, streams: 1000 }
  : { gets: 40, batches: 4, pipelined: 40, readers: 40, uploads: 30, refused: 60, open: 300, streams: 100 }
const value = Buffer.alloc(16 * 1024 * 1024, 'v')
const entry = '/v1/large'
/** Memory budget, and the limit of the process, with the minimum budget of bytes in flight. */
const budget = 64e6
const limit = 1.5 * budget + 150e6 + 64e6
const onLinux = process.platform === 'linux'
if (!onLinux)
  console.log('Resident memory is read from /proc: these attacks run on Linux alone.')

beforeAll(build, 300_000)

async function start(): Promise<{ server: ServerProcess, port: number }> {
  const home = mkdtempSync(join(tmpdir(), 'larder-memory-'))
  const server = launch(home, { LARDER_MEMORY: '64MB' })
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const port = await server.ready
  expect((await server.send('PUT', entry, { body: value })).status).toBe(201)
  expect((await server.send('PUT', '/v1/hit', { body: 'hit' })).status).toBe(201)
  return { server, port }
}

function residentMemory(pid: number): number {
  return Number(/VmRSS:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

/**
 * Measures the memory during the work and until `turns` hits of another client were served. Returns
 * the maximum.
 */
async function watch(
  { server }: { server: ServerProcess },
  turns: number,
  work: () => Promise<Attack | void>,
): Promise<number> {
  const pid = Number(server.child.pid)
  let most = 0
  const timer = setInterval(() => most = Math.max(most, residentMemory(pid)), 10)
  onTestFinished(() => clearInterval(timer))
  const attack = await work()
  onTestFinished(() => attack?.close())
  for (let turn = 0; turn < turns; turn++) {
    expect((await server.send('GET', '/v1/hit')).text).toBe('hit')
    await sleep(20)
  }
  return most
}

// Red: give `createInFlight` in src/main/larder.ts a budget of Infinity.
describe.runIf(
  onLinux,
)('s28 a process with a budget of 64 MB stays within it and what is in flight', { timeout: 120_000 }, () => {
  const target = { apiKey, elsewhere: true }
  it.each<[what: string, attack: (port: number, server: ServerProcess) => Promise<Attack | void>]>([
    ['a batch of gets of 16 MiB', async (_, server) => {
      const operations = Array.from({ length: sizes.gets }, () => ({ op: 'get', key: 'large' }))
      const { status } = await server.send(
        'POST',
        '/api/caches/default/batch',
        { headers: asJson, body: JSON.stringify({ operations }) },
      )
      expect(status).toBe(200)
    }],
    ['many batches at once', async (_, server) => {
      expect(
        (await server.send(
          'POST',
          '/admin/caches',
          { headers: asJson, body: JSON.stringify({ name: 'many', ttl: null }) },
        )).status,
      ).toBe(201)
      await Promise.all(Array.from({ length: sizes.batches }, async (_, caller) => {
        for (let turn = 0; turn < sizes.batches / 4; turn++) {
          const operations = Array.from({ length: 10_000 }, (_, index) =>
            ({ op: 'set', key: `${caller}-${turn}-${index}`, value: { text: 'v' } }))
          const { status } = await server.send(
            'POST',
            '/api/caches/many/batch',
            { headers: asJson, body: JSON.stringify({ operations }) },
          )
          expect([200, 503]).toContain(status)
        }
      }))
    }],
    [
      'pipelined gets of 16 MiB on a connection that is never read',
      port => pipeliner({ ...target, port }, entry, sizes.pipelined),
    ],
    ['readers of 16 MiB who never read', port => slowReaders({ ...target, port }, entry, sizes.readers)],
    [
      'uploads of 16 MiB that stop one byte short',
      port => unfinishedUploads({ ...target, port }, `${entry}-never`, sizes.uploads, value.length),
    ],
    [
      'uploads of 8 MB that are refused and go on',
      port => refusedUploads({ ...target, port }, entry, sizes.refused, 8_000_000),
    ],
    ['256 KiB to an open route, from everywhere', port => openUploads({ ...target, port }, sizes.open, 256 * 1024)],
    ['event streams that are never read, while much happens', async (port, server) => {
      const attack = await deafStreams({ ...target, port }, sizes.streams)
      for (let key = 0; key < 2000; key++)
        await server.send('PUT', `/v1/${'k'.repeat(900)}${key % 100}`, { body: 'x' })
      return attack
    }],
  ])('under %s', async (what, attack) => {
    const started = await start()
    const most = await watch(started, 50, () => attack(started.port, started.server))
    console.log(`${what}: RSS ${(most / 1e6).toFixed(0)} MB at most, ${(limit / 1e6).toFixed(0)} allowed`)
    expect(most).toBeLessThanOrEqual(limit)
  })
})
