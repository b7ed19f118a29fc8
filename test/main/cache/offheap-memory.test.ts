import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'vite'
import { expect, it, onTestFinished } from 'vitest'
import { asHit, bytes, read, setUp } from './workbench'

const mebibyte = 2 ** 20
/**
 * Under a million writes, V8 lets its young generation grow by 50 MB beyond the budget; to keep
 * R11, Node must be started with this.
 */
const youngGeneration = '--max-semi-space-size=8'

/** Creates a sequence of numbers below 1 that is the same in every run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x2C1B3C6D) + 0x9E3779B9 | 0
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32
  }
}

it.each([
  { limit: 'maxBytes', change: { maxBytes: 2 * mebibyte }, budget: 2 ** 30 },
  { limit: 'the budget', change: {}, budget: 2 * mebibyte },
])('holds no more than $limit after every write, and most of it', ({ change, budget }) => {
  const { cache, engine } = setUp({ ttl: null, ...change }, { budget })
  const random = createRandom(7)
  let least = Infinity
  let most = 0
  for (let write = 0; write < 30_000; write++) {
    const length = Math.floor(random() < 0.01 ? random() * 100_000 : random() * 400)
    cache.set(
      `key:${Math.floor(random() * 20_000)}`,
      Buffer.alloc(length, 'v'),
      { tags: random() < 0.1 ? ['t', `t${write % 50}`] : [], ttl: random() < 0.5 ? 60 : null },
    )
    if (random() < 0.1)
      cache.delete(`key:${Math.floor(random() * 20_000)}`)
    most = Math.max(most, engine.bytes)
    if (write > 20_000)
      least = Math.min(least, engine.bytes)
  }
  expect(most).toBeLessThanOrEqual(2 * mebibyte)
  expect(least).toBeGreaterThan(1.4 * mebibyte)
  expect(cache.statistics().evictions).toBeGreaterThan(1000)
})

it('takes back from one cache what another one needs', () => {
  const { cache, engine } = setUp({ ttl: null }, { budget: 4 * mebibyte })
  const other = engine.open({ ...cache.definition, id: 'c2', name: 'other' })
  for (let index = 0; index < 14_000; index++)
    cache.set(`k${index}`, Buffer.alloc(100), { tags: [index % 10 === 0 ? 'kept' : 'dropped'] })
  const full = cache.bytes
  // The dropped entries are spread over all segments, so that none of them is empty now.
  cache.invalidate({ tag: 'dropped' })
  let most = 0
  for (let index = 0; index < 16_000; index++) {
    other.set(`k${index}`, Buffer.alloc(100))
    most = Math.max(most, engine.bytes)
  }
  expect(most).toBeLessThanOrEqual(4 * mebibyte)
  expect([other.size, cache.size]).toEqual([16_000, 1400])
  expect(cache.bytes).toBeLessThan(full * 0.6)
})

it('gives memory back by itself when entries have gone, and all with the last', () => {
  const { cache, engine } = setUp({ ttl: null })
  for (let index = 0; index < 20_000; index++)
    cache.set(`k${index}`, Buffer.alloc(100), { tags: [index % 10 === 0 ? 'kept' : 'dropped'] })
  const full = cache.bytes
  cache.invalidate({ tag: 'dropped' })
  for (let slice = 0; slice < 200; slice++)
    engine.sweep()
  expect(cache.bytes).toBeLessThan(full / 2)
  for (let index = 0; index < 20_000; index += 10)
    expect(asHit(cache.get(`k${index}`)).value).toEqual(Buffer.alloc(100))
  cache.invalidate({ prefix: '' })
  expect([cache.size, cache.bytes, engine.bytes]).toEqual([0, 0, 0])
})

it('shows a small value until the next call, a large one for good', () => {
  const { cache } = setUp()
  cache.set('large', Buffer.alloc(300_000, 'x').subarray(0, 150_000))
  const { value } = asHit(cache.get('large'))
  expect(value.buffer.byteLength).toBeLessThan(160_000)
  cache.set('large', bytes('small'))
  cache.flush()
  expect(value.equals(Buffer.alloc(150_000, 'x'))).toBe(true)
  expect(read(cache, 'large')).toBe('(flushed)')
})

// R11. Red: in segments.ts let `take` append without cleaning, and the first cache exceeds its
// budget; in record-log.ts let `dropLarge` keep its value, and the process grows beyond it; in
// tag-index.ts let `bytes` return 0, and too little is evicted; in kinds.ts count a kind as
// nothing, and the process grows beyond it.
it.each([
  'mixed',
  'tags',
  'types',
])('r11 a process with a budget of 64 MB stays within it: %s writes', { timeout: 300_000 }, async (
  kind,
) => {
  const few = kind === 'types' ? 60_000 : 150_000
  const writes = process.env.LARDER_HARD ? 1_000_000 : few
  // Bundled like a release, because Node's own stripping of types would cost 50 MB in that process.
  const outDir = await mkdtemp(resolve(tmpdir(), 'larder-writes-'))
  onTestFinished(() => rm(outDir, { recursive: true }))
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: resolve(import.meta.dirname, 'mixed-writes.ts'),
      outDir,
      rollupOptions: { output: { format: 'es', entryFileNames: 'writes.mjs' } },
    },
  })
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [youngGeneration, resolve(outDir, 'writes.mjs'), String(writes), kind],
  )
  const { accounted, rss, evictions } = JSON.parse(stdout) as { accounted: number, rss: number, evictions: number }
  console.log(
    `${kind}: accounted ${(accounted / 1e6).toFixed(1)} MB at most, RSS ${(rss / 1e6).toFixed(1)} MB at most, ${evictions} evictions`,
  )
  expect(evictions).toBeGreaterThan(10_000)
  expect(accounted).toBeLessThanOrEqual(64e6)
  expect(rss).toBeLessThanOrEqual(1.5 * 64e6 + 150e6)
})
