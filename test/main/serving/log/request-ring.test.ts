import type { RequestFields } from '../../../../src/main/serving/log/request-ring'
import process from 'node:process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../../../src/main/base/clock'
import { createEventHub } from '../../../../src/main/base/event-hub'
import { FormerNames } from '../../../../src/main/serving/log/former-names'
import { pieceBytes } from '../../../../src/main/serving/log/pieces'
import { createRequestLog } from '../../../../src/main/serving/log/request-log'
import { RequestRing } from '../../../../src/main/serving/log/request-ring'
import { RequestView } from '../../../../src/main/serving/log/request-view'
import { createManualTimer } from '../../../helpers/manual-timer'
import { recordOf } from '../../../helpers/request-record'

const megabytes = 16_000_000

/** Texts with bytes above ASCII, with characters above Latin-1, with halves of pairs, and empty. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'é', '\u0000'), maxLength: 60 }),
  fc.string({ unit: fc.constantFrom('a', '字', '🍐', '\uDCFF', '\uD83C'), maxLength: 60 }),
)
const fields: fc.Arbitrary<RequestFields> = fc.record({
  user: fc.option(fc.constantFrom('ann', 'bob')),
  ring: fc.constant('served'),
  from: fc.constantFrom('app', 'console'),
  face: fc.option(fc.constantFrom('native', 'classic', 'plain')),
  method: fc.constantFrom('GET', 'PUT', 'PROPFIND'),
  path: text.map(path => `/${path.replaceAll('?', '')}`),
  operation: fc.option(fc.constantFrom('entries.get', 'nothing.known')),
  cache: fc.option(fc.oneof(fc.constantFrom('default', 'other'), text)),
  key: fc.option(text),
  status: fc.integer({ min: 100, max: 599 }),
  result: fc.constantFrom('hit', 'refused', 'a new one'),
  reason: fc.option(fc.constantFrom('absent', 'cross-origin', 'words of a layer')),
  detail: fc.option(text),
  marks: fc.oneof(fc.constant([]), fc.array(text, { maxLength: 3 })),
  duration: fc.double({ min: 0, noNaN: true }),
  requestBytes: fc.nat(),
  responseBytes: fc.nat(2 ** 40),
  keyId: fc.option(fc.constantFrom('k1', 'k2')),
  ttl: fc.option(fc.double({ noNaN: true })),
})

function contentOf(ring: RequestRing): object[] {
  const found = []
  for (const view = new RequestView(ring, new FormerNames()); view.exists; view.back()) {
    const { at, ...record } = view.toRecord()
    const user = [null, 'ann', 'bob'].filter(name => view.isOf(name))
    expect(user).toHaveLength(1)
    found.push({ ...record, user: user[0], at: Date.parse(at) })
  }
  return found.reverse()
}

describe('the ring of records', () => {
  // Red: in src/main/serving/log/pieces.ts let `begin` not move to another piece, or `repeat`
  // leave out the comparison of turns.
  it('holds what an array of the newest would hold', () => {
    fc.assert(fc.property(
      fc.array(fields, { maxLength: 60 }),
      fc.integer({ min: 1, max: 70 }),
      (records, capacity) => {
        const ring = new RequestRing(capacity, 2 * pieceBytes)
        const model: object[] = []
        for (const [index, record] of records.entries()) {
          ring.push(index + 1, 1000 + index, record)
          const { ring: _, ...kept } = record
          model.push({ ...kept, id: index + 1, at: 1000 + index })
        }
        expect(contentOf(ring)).toEqual(model.slice(-capacity))
      },
    ))
  })

  // Red: in src/main/serving/log/request-ring.ts drop the loop around `begin`.
  it('lets the oldest go where texts need more room than they may have, and keeps a row of the newest', () => {
    fc.assert(fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 512 }), fc.boolean()), { minLength: 300, maxLength: 900 }),
      fc.integer({ min: 1, max: 3 }),
      (paths, pieces) => {
        const ring = new RequestRing(500, pieces * pieceBytes)
        const model = paths.map(([length, isWide], index) =>
          ({ ...recordOf(), id: index + 1, at: 1000 + index, user: 'ann', path: (isWide ? '字' : 'p').repeat(length) }))
        for (const { id, at, ...record } of model)
          ring.push(id, at, { ...record, ring: 'served' })
        const kept = contentOf(ring)
        expect(kept).toEqual(model.slice(-kept.length))
        // Each takes at most 1.1 KiB of text, and a piece is begun where the next might not fit.
        expect(kept.length).toBeGreaterThan(Math.min(paths.length, 500, (pieces - 1) * 55))
        expect(ring.bytes).toBeLessThanOrEqual(new RequestRing(500, 0).bytes + pieces * pieceBytes)
      },
    ), { numRuns: 20 })
  })
})

describe('the memory of the log', () => {
  const clock = createManualClock()
  const create = () => createRequestLog({
    clock,
    stopwatch: clock.stopwatch,
    timer: createManualTimer(),
    hub: createEventHub(() => {}),
  })
  const reader = (userId: string) => ({ userId, admin: true, scopes: new Set(['admin'] as const) })
  const rings = ['served', 'door', 'own'] as const
  const everything = { after: 0, limit: 1, filter: '' }
  const cases: [string, (index: number) => { key: string, path: string }, number][] = [
    ['short', index => ({ key: `user:${index}`, path: `/v1/user:${index}` }), 4_000_000],
    ['long', index => ({ key: `${index}${'k'.repeat(2000)}`, path: `/v1/${index}${'p'.repeat(4000)}` }), megabytes],
    [
      'long and of two bytes a unit',
      index => ({ key: `${index}${'字'.repeat(2000)}`, path: `/v1/${'%E5'.repeat(4000)}` }),
      megabytes,
    ],
  ]

  // Red: in src/main/serving/log/request-log.ts keep half as many records, or twice the bytes.
  it.each(cases)('holds 10,000 records within 16 MB outside the heap, keys that are %s', async (_, change, most) => {
    const before = process.memoryUsage().arrayBuffers
    const log = create()
    for (let index = 0; index < 31_000; index++)
      log.record({ ...recordOf(change(index)), user: 'ann', ring: rings[index % 3] ?? 'served' }, clock.stopwatch.now())
    expect((await log.list(reader('ann'), everything)).total).toBeGreaterThanOrEqual(10_000)
    expect(log.bytes()).toBeLessThan(most)
    // Besides, the log has the slices of its rate.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(log.bytes() + 1024)
  })

  // Red: in src/main/serving/log/request-log.ts keep 10,000 records.
  it('holds 60,000 requests as apps send them within 16 MB', async () => {
    const log = create()
    for (let index = 0; index < 70_000; index++) {
      const key = `product:${index}`
      const fields = recordOf({ key, path: `/api/caches/products/entries/${key}`, cache: 'products' })
      log.record({ ...fields, user: 'ann', ring: 'served' }, clock.stopwatch.now())
    }
    expect((await log.list(reader('ann'), everything)).total).toBeGreaterThanOrEqual(60_000)
    expect(log.bytes()).toBeLessThan(megabytes)
  })

  it('stays within 16 MB whatever comes, with fewer records then', async () => {
    const log = create()
    for (let index = 0; index < 31_000; index++) {
      const long = '字'.repeat(5000)
      const texts = { path: long, key: long, cache: long, keyId: long, method: long, reason: long }
      const record = { ...recordOf({ ...texts, marks: [long, long] }), user: long, ring: rings[index % 3] ?? 'served' }
      log.record(record, clock.stopwatch.now())
    }
    expect(log.bytes()).toBeLessThan(megabytes)
    expect((await log.list(reader('字'.repeat(64)), everything)).total).toBeGreaterThan(3000)
  })
})
