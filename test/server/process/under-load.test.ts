import type { Lane } from './lanes'
import { readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { beforeAll, expect, it, vi } from 'vitest'
import { timed } from '../../helpers/durations'
import { temporaryFolder } from '../../helpers/folder'
import { patience } from '../../helpers/patience'
import { createRandom } from '../security/random'
import { cacheLane, entryLane, keyLane } from './lanes'
import { build, launch } from './launch'

beforeAll(build, 240_000)

const kills = timed ? 200 : 4
const stops = timed ? 20 : 2
/** The most changes that are acknowledged before a kill. */
const most = timed ? 80 : 20

function sumOf(lanes: readonly Lane[]): number {
  return lanes.reduce((sum, lane) => sum + lane.acknowledged, 0)
}

function integrityOf(home: string): string[] {
  return ['larder.db', 'entries.db'].map((name) => {
    const database = new Sqlite(join(home, name), { readonly: true })
    try {
      return String(database.pragma('integrity_check', { simple: true }))
    }
    finally {
      database.close()
    }
  })
}

// R1. Red: in src/main/admin/key-ring.ts drop `metadata.keys.delete(id)`.
it(`r1 has all metadata that was acknowledged after each of ${kills} kills under load`, {
  timeout: 900_000,
}, async () => {
  const home = temporaryFolder()
  const lanes: Lane[] = [
    ...Array.from({ length: 4 }, (_, lane) => cacheLane(`lane-${lane}`)),
    ...Array.from({ length: 4 }, (_, lane) => keyLane(`lane-${lane}`)),
  ]
  // Traffic on entries, which R1 does not promise, so that both databases are being written.
  const traffic = Array.from({ length: 4 }, (_, lane) => entryLane(`traffic-${lane}`))
  const random = createRandom(1)
  let server = launch(home)
  await server.ready
  for (let round = 1; round <= kills; round++) {
    const running = [...lanes, ...traffic].map(lane => lane.run(server))
    const enough = sumOf(lanes) + 1 + random.below(most)
    await vi.waitUntil(() => sumOf(lanes) >= enough, { timeout: patience, interval: 1 })
    // In the middle of whatever comes next.
    await pause(random.below(20))
    await server.end('SIGKILL')
    await Promise.all(running)
    expect(integrityOf(home), `kill ${round}`).toEqual(['ok', 'ok'])
    server = launch(home)
    await server.ready
    expect(server.stderr(), `kill ${round}`).not.toContain('damaged')
    const missing = (await Promise.all(lanes.map(lane => lane.check(server)))).flat()
    expect(missing, `kill ${round}`).toEqual([])
    await Promise.all(traffic.map(lane => lane.check(server)))
  }
  process.stdout.write(`R1: ${kills} kills, ${sumOf(lanes)} acknowledged changes\n`)
})

// R14. Red: in src/main/program.ts drop `await larder.stop()`.
it(`r14 loses no persisted write at ${stops} stops under load`, { timeout: 300_000 }, async () => {
  const home = temporaryFolder()
  const lanes = Array.from({ length: 8 }, (_, lane) => entryLane(`stop-${lane}`))
  let server = launch(home)
  await server.ready
  for (let round = 1; round <= stops; round++) {
    const running = lanes.map(lane => lane.run(server))
    const enough = lanes.map(lane => lane.acknowledged + 5)
    await vi.waitUntil(() => lanes.every((lane, index) => lane.acknowledged >= (enough[index] ?? 0)), {
      timeout: patience,
      interval: 1,
    })
    const signalled = performance.now()
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null })
    if (timed)
      expect(performance.now() - signalled).toBeLessThan(5000)
    await Promise.all(running)
    server = launch(home)
    await server.ready
    expect((await Promise.all(lanes.map(lane => lane.check(server)))).flat(), `stop ${round}`).toEqual([])
  }
})

/** What the files lead to that a process has open, without what belongs to its event loop. */
function openFiles(pid: number | undefined): string[] {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(join(folder, name))]
    }
    catch {
      // It was closed in between.
      return []
    }
  }).sort()
}

// R14. Red: in src/main/storage/metadata-store.ts open the database once more in `settings.set`.
it.skipIf(process.platform !== 'linux')('r14 has no more files open after 100 turns of the switches', async () => {
  const home = temporaryFolder()
  const server = launch(home)
  await server.send('POST', '/admin/caches', { body: '{"name":"turned","ttl":60,"persistent":true}' })
  async function turn(times: number): Promise<void> {
    for (let left = times; left > 0; left--) {
      for (const enabled of [false, true]) {
        const body = JSON.stringify({ enabled })
        expect((await server.send('PUT', '/admin/switch', { body })).status).toBe(200)
        expect((await server.send('PATCH', '/admin/caches/turned', { body })).status).toBe(200)
        await server.send('PUT', '/api/caches/turned/entries/a', { body: 'v' })
      }
    }
  }
  await turn(1)
  const files = (): string[] => openFiles(server.child.pid).filter(isFile)
  // The thread that writes entries opens the database at its first write.
  await expect.poll(() => files().filter(name => name.endsWith('entries.db')).length).toBe(2)
  await turn(1)
  const before = files()
  await turn(100)
  // A connection that was closed a moment ago may still be there.
  await expect.poll(files).toEqual(before)
  const sockets = (): number => openFiles(server.child.pid).filter(name => name.startsWith('socket:')).length
  await expect.poll(sockets).toBeLessThan(10)
})

function isFile(name: string): boolean {
  return name.startsWith('/')
}
