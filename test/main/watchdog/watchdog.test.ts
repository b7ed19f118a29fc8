import type { DiskFigures } from '../../../src/main/base/disk-figures'
import type { ServerWatch } from '../../../src/shared/server-watch'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLogger } from '../../../src/main/base/logger'
import { measureDisk } from '../../../src/main/storage/disk-figures'
import { createRecentDelay } from '../../../src/main/watchdog/recent-delay'
import { troublesOf } from '../../../src/main/watchdog/troubles'
import { createWatchdog } from '../../../src/main/watchdog/watchdog'
import { createManualTimer } from '../../helpers/manual-timer'
import { goodWatch } from '../../helpers/server-watch'

type Change = Partial<ServerWatch>
const { memory } = goodWatch
const disk = (free: number, size: number): Change => ({ disk: { free, size } })
function states(...found: ServerWatch['connections'][number]['state'][]): Change {
  return { connections: found.map((state, at) => ({ name: `main-${at}`, driver: 'redis', state })) }
}

describe('what is wrong', () => {
  // Red: in src/main/watchdog/troubles.ts let the limit of the row be another one.
  it.each<[string, Change, Change]>([
    ['loop', { loop: { p99: 0.101, max: 1 } }, { loop: { p99: 0.1, max: 9 } }],
    [
      'memory',
      { memory: { ...memory, rss: memory.expected + 1 } },
      { memory: { ...memory, rss: memory.expected } },
    ],
    ['disk', disk(499_999_999, 10e9), disk(500_000_000, 10e9)],
    ['disk', disk(19_999_999_999, 1e12), disk(20_000_000_000, 1e12)],
    ['stores', { stores: { metadata: 'ok', entries: 'failing' } }, { disk: null }],
    ['connections', states('ok', 'down'), states('ok', 'idle', 'connecting')],
  ])('%s', (part, wrong, right) => {
    expect(troublesOf({ ...goodWatch, ...wrong }).map(trouble => trouble.part)).toEqual([part])
    expect(troublesOf({ ...goodWatch, ...right })).toEqual([])
  })

  it.each<[boolean, Change]>([
    [true, disk(99_999_999, 1e12)],
    [false, disk(100_000_000, 1e12)],
    [true, { stores: { entries: 'failing' } }],
    [false, states('down')],
  ])('severe: %s', (severe, change) => {
    expect(troublesOf({ ...goodWatch, ...change })).toMatchObject([{ severe }])
  })

  it('is said in sentences', () => {
    const wrong = {
      ...goodWatch,
      loop: { p99: 1.2344, max: 3 },
      memory: { ...memory, rss: 1_234_500_000 },
      ...disk(400e6, 1e12),
      stores: { metadata: 'failing', entries: 'failing' } as const,
      ...states('down', 'ok', 'down'),
    }
    expect(troublesOf(wrong).map(({ sentence }) => sentence)).toEqual([
      'One request in a hundred waits 1,234 ms or longer, because something keeps the server busy.',
      'The process holds 1,235 MB. With this budget it should hold 553 MB at most.',
      'The disk of the data folder has 400 MB left. Changes are refused when it is full.',
      'Larder cannot write metadata and entries to its data folder.',
      '2 connections are down: main-0, main-2.',
    ])
  })
})

const figures: DiskFigures = { disk: goodWatch.disk, files: goodWatch.files }

function start(measure: () => Promise<DiskFigures> = async () => figures) {
  const timer = createManualTimer()
  const log: string[] = []
  const now = { loop: goodWatch.loop, stores: goodWatch.stores as Record<string, string> }
  const watchdog = createWatchdog({
    loop: () => now.loop,
    rss: () => 90e6,
    entries: () => ({ bytes: 30e6, budget: 268_435_456 }),
    stores: () => now.stores,
    connections: () => [],
    measure,
    timer,
    logger: createLogger((line) => {
      const { time: _, ...rest } = JSON.parse(line) as Record<string, string>
      log.push(Object.values(rest).join(' | '))
    }, () => 0),
  })
  onTestFinished(() => watchdog.dispose())
  /** Waits for a look, and for the next one to be due. */
  async function look(times = 1): Promise<void> {
    for (let each = 0; each < times; each++) {
      await expect.poll(() => timer.waiting).toBe(1)
      timer.advance(10_000)
    }
    await expect.poll(() => timer.waiting).toBe(1)
  }
  return { watchdog, log, now, look, timer }
}

describe('the watchdog', () => {
  const slow = { p99: 0.2, max: 1 }

  // Red: in src/main/watchdog/watchdog.ts log at each look.
  it('logs a threshold once when it is crossed, and once when that is over', async () => {
    const { log, now, look } = start()
    await look()
    now.loop = slow
    await look(4)
    expect(log).toEqual([expect.stringMatching(/^warn \| the server is not well \| loop \| One request/)])
    now.loop = goodWatch.loop
    await look(5)
    expect(log).toHaveLength(1)
    await look(3)
    expect(log.slice(1)).toEqual(['info | the server is well again | loop'])
    now.loop = slow
    await look(2)
    expect(log).toHaveLength(3)
  })

  // Red: in src/main/watchdog/watchdog.ts forget a part at the first look without it.
  it('does not log each time that a figure moves around its threshold', async () => {
    const { log, now, look } = start()
    for (let each = 0; each < 20; each++) {
      now.loop = each % 2 === 0 ? slow : goodWatch.loop
      await look()
    }
    expect(log).toHaveLength(1)
  })

  it('leaves to the stores what they log themselves', async () => {
    const { watchdog, log, now, look } = start()
    now.stores = { metadata: 'No space.', entries: 'ok' }
    await look(2)
    expect(watchdog.state()).toMatchObject({ stores: { metadata: 'failing' }, troubles: [{ part: 'stores' }] })
    expect(log).toEqual([])
  })

  it('tells figures before the disk has answered, and while it fails', async () => {
    let fail = false
    const { watchdog, log, look } = start(async () => {
      if (fail)
        throw new Error('EIO')
      return { disk: { free: 400e6, size: 1e12 }, files: { databases: 1, log: 2 } }
    })
    expect(watchdog.state()).toMatchObject({ disk: null, files: null, troubles: [] })
    await look()
    expect(watchdog.state()).toMatchObject({ disk: { free: 400e6 }, files: { log: 2 }, troubles: [{ part: 'disk' }] })
    fail = true
    await look(3)
    expect(watchdog.state().disk).toBeNull()
    expect(log.filter(line => line.includes('EIO'))).toHaveLength(1)
  })

  // Red: in src/main/watchdog/watchdog.ts leave out `if (disposed)`.
  it.each(['resolve', 'reject'] as const)('looks no more once it is disposed of, and logs nothing: %s', async (how) => {
    const asked = Promise.withResolvers<DiskFigures>()
    const { watchdog, timer, log } = start(() => asked.promise)
    await watchdog.dispose()
    if (how === 'resolve')
      asked.resolve(figures)
    else
      asked.reject(new Error('ENOENT'))
    await new Promise(setImmediate)
    expect([timer.waiting, log]).toEqual([0, []])
  })
})

// Red: in src/main/watchdog/recent-delay.ts read the newer measurement.
it('reads the event loop of the last minute, and resets nothing that somebody else reads', async () => {
  const timer = createManualTimer()
  const monitors: { taken: number }[] = []
  const recent = createRecentDelay(timer, () => {
    const own = { taken: 0 }
    const number = monitors.push(own)
    const look = () => ({ p50: 0, p99: number, max: own.taken })
    const take = () => {
      own.taken++
      return look()
    }
    return { look, take, dispose() {} }
  })
  const readings = [recent.look()]
  for (let half = 0; half < 4; half++) {
    timer.advance(30_000)
    readings.push(recent.look(), recent.look())
  }
  // Which one, and how often it had started anew.
  expect(readings.map(({ p99, max }) => `${p99}:${max}`))
    .toEqual(['1:0', '2:0', '2:0', '1:1', '1:1', '2:1', '2:1', '1:2', '1:2'])
  await recent.dispose()
  expect(timer.waiting).toBe(0)
})

it('measures the files of the data folder', async () => {
  const home = mkdtempSync(join(tmpdir(), 'larder-disk-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  mkdirSync(join(home, 'logs'))
  for (const [name, bytes] of Object.entries({
    'larder.db': 10,
    'larder.db-wal': 5,
    'entries.db': 100,
    'secrets.json': 1000,
    'logs/larder.log': 7,
    'logs/larder.1.log': 3,
  }))
    writeFileSync(join(home, name), Buffer.alloc(bytes))
  const { disk, files } = await measureDisk(home)
  expect(files).toEqual({ databases: 115, log: 10 })
  expect(disk?.size).toBeGreaterThan(disk?.free ?? 0)
  expect(disk?.free).toBeGreaterThan(0)
})
