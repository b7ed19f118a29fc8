import type { Upstreams } from '../../../src/main/upstreams/upstreams'
import type { SourceRig } from '../../contract/sources'
import type { MemcachedServer } from '../../helpers/memcached-server'
import { Buffer } from 'node:buffer'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { systemClock, systemStopwatch } from '../../../src/main/base/clock'
import { silentLogger } from '../../../src/main/base/logger'
import { createDrivers } from '../../../src/main/upstreams/drivers'
import { lineTimes } from '../../../src/main/upstreams/line'
import { createUpstreams } from '../../../src/main/upstreams/upstreams'
import { readConnectionUrl } from '../../../src/shared/connections/read'
import { encodeKey } from '../../../src/shared/entry-key'
import { describeBackend } from '../../contract/backends'
import { aValue, describeSource, neverAborts, oddKeys } from '../../contract/sources'
import { startMeddlingProxy } from '../../helpers/meddling-proxy'
import { memcachedProgram, startMemcached } from '../../helpers/memcached-server'

/** A pool with one connection, called main. */
function poolFor(url: string): Upstreams {
  const pool = createUpstreams({
    drivers: createDrivers({ home: '/nowhere', clock: systemClock }),
    stopwatch: systemStopwatch,
    logger: silentLogger,
    onChange: () => {},
    times: { ...lineTimes, first: 20, longest: 200 },
  })
  onTestFinished(() => pool.dispose())
  const { secrets, ...definition } = readConnectionUrl(url)
  pool.put('main', { ...definition, secrets: async () => secrets })
  return pool
}

function there<T>(found: T | undefined): T {
  if (found === undefined)
    throw new Error('There should be one')
  return found
}

describe.skipIf(!memcachedProgram.available)(`memcached ${memcachedProgram.reason}`, () => {
  let server: MemcachedServer
  beforeAll(async () => {
    server = await startMemcached()
  })
  afterAll(() => server.dispose())

  /** Keys as base64 where that fits: another spelling than that of the driver. */
  const sent = (key: string): { name: string, flag: string } => {
    const text = Buffer.from(encodeKey(key)).toString('base64')
    return text.length > 250 ? { name: key, flag: '' } : { name: text, flag: ' b' }
  }

  async function besides(): Promise<Omit<SourceRig, 'source'>> {
    await server.ask('flush_all\r\n', /OK\r\n/)
    return {
      async peek(key) {
        const { name, flag } = sent(key)
        const answer = await server.ask(`mg ${name}${flag} v\r\nmn\r\n`, /(?:^|\r\n)MN\r\n$/)
        const [, size = ''] = /^VA (\d+)/.exec(answer.toString('latin1')) ?? []
        const start = answer.indexOf('\r\n') + 2
        return size === '' ? undefined : answer.subarray(start, start + Number(size))
      },
      async place(key, value, ttl = 0) {
        const { name, flag } = sent(key)
        const head = Buffer.from(`ms ${name} ${value.length}${flag} T${ttl}\r\n`)
        await server.ask(Buffer.concat([head, value, Buffer.from('\r\n')]), /^HD.*\r\n/)
      },
    }
  }

  describeSource('memcached', async () =>
    ({ ...await besides(), source: there(poolFor(server.url).sourceOf('main', { format: 'a/b' })) }), {
    lives: true,
    longestKey: 250,
  })
  describeSource('memcached in pieces', async () => {
    const proxy = await startMeddlingProxy(Number(new URL(server.url).port))
    onTestFinished(proxy.dispose)
    proxy.manner = 'pieces'
    const source = there(poolFor(`memcached://127.0.0.1:${proxy.port}`).sourceOf('main', { format: 'a/b' }))
    return { ...await besides(), source }
  }, { lives: true, longestKey: 250 })
  describeBackend('memcached', async () =>
    ({ ...await besides(), backend: there(poolFor(server.url).backendOf('main')) }), {
    compares: true,
    endsLives: true,
    formats: ['envelope', 'raw'],
    longestKey: 250,
    tooLarge: 1_048_576,
  })

  // S22. Red: in src/main/upstreams/memcached/items.ts let `sentKey` send every key as it is.
  it('sends odd keys as exactly one command each', async () => {
    await besides()
    const source = there(poolFor(server.url).sourceOf('main', { format: 'a/b' }))
    const counted = ['cmd_set', 'get_hits', 'get_misses', 'delete_hits', 'delete_misses', 'cmd_flush']
    async function figures(): Promise<number[]> {
      const text = String(await server.ask('stats\r\n', /END\r\n$/))
      return counted.map(name => Number(new RegExp(`STAT ${name} (\\d+)`).exec(text)?.[1]))
    }
    await source.load('plain', neverAborts)
    const before = await figures()
    for (const key of oddKeys) {
      await source.writes?.set(key, aValue('x', { ttl: null }), neverAborts)
      expect(String((await source.load(key, neverAborts))?.value)).toBe('x')
      expect(await source.writes?.delete(key, neverAborts)).toBe(true)
    }
    const after = await figures()
    const n = oddKeys.length
    // A set looks first whether something is there.
    expect(after.map((figure, index) => figure - (before[index] ?? 0))).toEqual([n, n, n, n, 0, 0])
  })

  it('signs in, and says so if it is refused', async () => {
    const closed = await startMemcached('larder:secret')
    onTestFinished(() => closed.dispose())
    const source = (credentials: string) =>
      there(poolFor(closed.url.replace('//', `//${credentials}`)).sourceOf('main', { format: 'a/b' }))
    await source('larder:secret@').writes?.set('a', aValue('x'), neverAborts)
    expect(String((await source('larder:secret@').load('a', neverAborts))?.value)).toBe('x')
    for (const credentials of ['larder:wrong@', '']) {
      await expect(source(credentials).load('a', neverAborts)).rejects.toMatchObject({
        message: 'The server wants another user or password.',
      })
    }
  })

  it('keeps what lives for longer than a month', async () => {
    const rig = await besides()
    const source = there(poolFor(server.url).sourceOf('main', { format: 'a/b' }))
    const year = 365 * 86_400
    await source.writes?.set('a', aValue('x', { ttl: year }), neverAborts)
    expect((await source.load('a', neverAborts))?.ttl).toBeGreaterThan(year - 1000)
    expect(String(await rig.peek('a'))).toBe('x')
  })

  // Red: in src/main/upstreams/memcached/items.ts send `Math.ceil(life)` without one more.
  it('ends no life early, whenever its clock ticks', async () => {
    await besides()
    const time = (text: Buffer): number => Number(/STAT time (\d+)/.exec(text.toString())?.[1])
    const pool = poolFor(server.url)
    const source = there(pool.sourceOf('main', { format: 'a/b' }))
    const backend = there(pool.backendOf('main'))
    const before = time(await server.ask('stats\r\n', /END\r\n$/))
    await source.writes?.set('source', aValue('x', { ttl: 100 }), neverAborts)
    await backend.set('backend', { bytes: Buffer.from('x'), life: 99.5 }, neverAborts)
    for (const key of ['source', 'backend']) {
      const answer = await server.ask(`mg ${key} t\r\nstats\r\n`, /END\r\n$/)
      const left = Number(/^HD t(\d+)/.exec(answer.toString())?.[1])
      expect(time(answer) + left).toBeGreaterThan(before + 100)
    }
  })

  it('survives a server that is killed, and finds it again', async () => {
    const own = await startMemcached()
    onTestFinished(() => own.dispose())
    const pool = poolFor(own.url)
    const source = there(pool.sourceOf('main', { format: 'a/b' }))
    await source.writes?.set('a', aValue('x'), neverAborts)
    expect(pool.condition('main')).toMatchObject({ state: 'ok', server: expect.stringMatching(/^Memcached \d/) as string })
    await own.kill()
    await expect.poll(() => pool.condition('main').state).toBe('down')
    await expect(source.load('a', neverAborts)).rejects.toMatchObject({ failure: 'unreachable' })
    await own.restart()
    await expect.poll(() => pool.condition('main').state).toBe('ok')
    expect(await source.load('a', neverAborts)).toBeUndefined()
  })
})
