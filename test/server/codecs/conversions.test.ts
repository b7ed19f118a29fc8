import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { systemTimer } from '../../../src/main/base/timer'
import { createConversions } from '../../../src/main/codecs/conversions'
import { bundleForNode } from '../../helpers/bundle'
import { createManualTimer } from '../../helpers/manual-timer'
import { patience } from '../../helpers/patience'
import { startLarder } from '../../helpers/start-larder'

// Conversions as the product runs them: large ones on a thread of their own.
let program: string
beforeAll(async () => {
  program = await bundleForNode(join(import.meta.dirname, '../../../src/main/codecs/codec-thread.ts'))
})

function open(change: Partial<Parameters<typeof createConversions>[0]> = {}): ReturnType<typeof createConversions> {
  const conversions = createConversions({ program, timer: systemTimer, ...change })
  onTestFinished(() => conversions.dispose())
  return conversions
}

/** JSON of 10 MB. */
function large(): Buffer {
  const row = JSON.stringify({ id: 1, name: 'x'.repeat(80), price: 1.5 })
  return Buffer.from(`[${Array.from({ length: 90_000 }).fill(row).join(',')}]`)
}
const limit = 32_000_000

// Red: in codecs/conversions.ts let `run` always perform the task here.
it('does not hold up this thread while it converts 10 MB', async () => {
  const value = large()
  expect(value.length).toBeGreaterThan(9_000_000)
  const order: string[] = []
  const conversion = open().convert(value, 'json', 'csv', limit).then((bytes) => {
    order.push('converted')
    return bytes
  })
  // A hit takes a turn of the event loop or two; a conversion here would let none pass.
  for (let turn = 1; turn <= 5; turn++) {
    await new Promise(resolve => setImmediate(resolve))
    order.push(`turn ${turn}`)
  }
  expect(String(await conversion).slice(0, 30)).toMatch(/^id,name,price\r\n1,xxxx/)
  expect(order).toEqual(['turn 1', 'turn 2', 'turn 3', 'turn 4', 'turn 5', 'converted'])
  // What was handed over is a copy.
  expect(value.length).toBeGreaterThan(9_000_000)
}, patience)

// Red: in larder.ts leave out `program: codecProgram`.
it('lets hits pass while a value of 10 MB is converted', async () => {
  const larder = await startLarder({}, undefined, undefined, undefined, program)
  onTestFinished(() => larder.dispose())
  const entries = '/api/caches/default/entries'
  const headers = { 'Content-Type': 'application/json' }
  expect((await larder.send('PUT', `${entries}/large`, { body: large(), headers })).status).toBe(201)
  expect((await larder.send('PUT', `${entries}/small`, { body: 'x' })).status).toBe(201)
  // Whatever is loaded on first use is there from then on.
  expect((await larder.send('PUT', `${entries}/rows`, { body: '[{"a":1}]', headers })).status).toBe(201)
  const asCsv = { headers: { Accept: 'text/csv' } }
  expect((await larder.send('GET', `${entries}/rows`, asCsv)).text).toBe('a\r\n1\r\n')
  const order: string[] = []
  // Without a body, so that its answer is there as soon as the conversion is done.
  const conversion = larder.send('HEAD', `${entries}/large`, asCsv).then((answer) => {
    order.push('converted')
    return answer
  })
  // Asked for one after the other: each finds a server that is not busy with the conversion.
  for (let hit = 0; hit < 3; hit++) {
    expect((await larder.send('GET', `${entries}/small`)).text).toBe('x')
    order.push('hit')
  }
  expect((await conversion).status).toBe(200)
  expect(order.indexOf('converted')).toBeGreaterThan(0)
}, patience)

// Red: in http/data-plane/asker.ts let `askingFor` resize its hold to 3 * value.length.
it('converts a value of 10 MB for twelve readers at once', async () => {
  const larder = await startLarder({ memory: 64_000_000 }, undefined, undefined, undefined, program)
  onTestFinished(() => larder.dispose())
  const path = '/api/caches/default/entries/large'
  const headers = { 'Content-Type': 'application/json' }
  expect((await larder.send('PUT', path, { body: large(), headers })).status).toBe(201)
  const types = ['text/csv', 'application/x-ndjson']
  const answers = await Promise.all(Array.from({ length: 12 }, (_, reader) =>
    larder.send('HEAD', path, { headers: { Accept: types[reader % 2] ?? '' } })))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
}, patience)

describe('a thread that fails', () => {
  const parquet = (): Buffer => readFileSync(join(import.meta.dirname, '../../fixtures/codecs/pyarrow-snappy.parquet'))

  // Red: in codecs/task-thread.ts leave out `drop()` in the deadline.
  it('is given up after its time, and the next conversion gets another', async () => {
    const timer = createManualTimer()
    const conversions = open({ timer, longest: 1000 })
    const slow = conversions.convert(large(), 'json', 'csv', limit)
    const next = conversions.convert(parquet(), 'parquet', 'json', limit)
    timer.advance(1000)
    const message = 'Converting this value took longer than 1 s.'
    await expect(slow).rejects.toMatchObject({ code: 'overloaded', message })
    expect(JSON.parse(String(await next))).toHaveLength(4)
  }, patience)

  it('fails only the one conversion that takes more memory than it may', async () => {
    const conversions = open({ heap: 16 * 1024 * 1024 })
    await expect(conversions.convert(large(), 'json', 'csv', limit)).rejects.toMatchObject({
      name: 'FormatFault',
      message: 'This value takes more memory than a conversion may use.',
    })
    expect(JSON.parse(String(await conversions.convert(parquet(), 'parquet', 'json', limit)))).toHaveLength(4)
  }, patience)

  it('fails in words if there is no such program', async () => {
    await expect(open({ program: join(import.meta.dirname, 'missing.mjs') }).check(parquet(), 'parquet'))
      .rejects
      .toThrow(/^A conversion failed: /)
  })

  it('tells the place of a fault as this thread does', async () => {
    await expect(open().check(parquet().subarray(0, 900), 'parquet')).rejects.toMatchObject({
      name: 'FormatFault',
      kind: 'broken',
      message: 'Byte 896: should begin the PAR1 at the end.',
    })
  })
})

// Red: in codecs/task-thread.ts leave out the timer for `idleTime`.
it('ends the thread when it was idle, and starts another when it is needed', async () => {
  const timer = createManualTimer()
  const conversions = open({ timer })
  const value = Buffer.from(`[${' '.repeat(20_000)}]`)
  await conversions.check(value, 'json')
  expect(timer.waiting).toBe(1)
  timer.advance(30_000)
  expect(timer.waiting).toBe(0)
  await conversions.check(value, 'json')
})

/** An asker that can leave, and counts what was reserved and released for it. */
function createAsker(hasRoom = true) {
  const departure = new AbortController()
  const seen = { reserved: 0, released: 0, drop: () => {} }
  const reserve = (drop: () => void) => {
    if (!hasRoom)
      return undefined
    seen.drop = drop
    seen.reserved += 1
    return { release: () => void (seen.released += 1) }
  }
  return { asker: { left: departure.signal, reserve }, leave: () => departure.abort(new Error('left')), seen }
}

describe('who waits for a conversion', () => {
  const small = (): Buffer => Buffer.from(`[{"a":"${'x'.repeat(5000)}"}]`)

  // Red: in codecs/shared-task.ts leave out `abandoned(work)`.
  it('is forgotten when it leaves, and the next one is served', async () => {
    const conversions = open({ timer: createManualTimer() })
    const running = conversions.convert(large(), 'json', 'csv', limit)
    const gone = createAsker()
    const value = large()
    const left = Array.from({ length: 64 }, (_, at) =>
      conversions.convert(value.subarray(at), 'json', 'csv', limit, gone.asker))
    const told = Promise.allSettled(left)
    await expect(conversions.check(small(), 'json')).rejects.toMatchObject({ code: 'overloaded' })
    gone.leave()
    const reasons = (await told).map(outcome => 'reason' in outcome && String(outcome.reason))
    expect(reasons).toEqual(left.map(() => 'Error: left'))
    await conversions.check(small(), 'json')
    await running
    // None of them was begun.
    expect(gone.seen.reserved).toBe(0)
  }, patience)

  // Red: in codecs/task-thread.ts leave out the timer for `unwantedTime`.
  it('leaves the one that runs a moment, then its thread is ended', async () => {
    const timer = createManualTimer()
    const conversions = open({ timer })
    const gone = createAsker()
    const left = expect(conversions.convert(large(), 'json', 'csv', limit, gone.asker)).rejects.toThrow('left')
    gone.leave()
    await left
    expect(gone.seen).toMatchObject({ reserved: 1, released: 0 })
    timer.advance(250)
    expect(gone.seen).toMatchObject({ reserved: 1, released: 1 })
    await conversions.check(small(), 'json')
  }, patience)

  // Red: in codecs/task-thread.ts leave out `return known.join(asker)`.
  it('shares one conversion of the same value, until the last one leaves', async () => {
    const conversions = open()
    const value = large()
    const askers = Array.from({ length: 100 }, () => createAsker())
    const all = Promise.allSettled(askers.map(({ asker }) => conversions.convert(value, 'json', 'csv', limit, asker)))
    for (const { leave } of askers.slice(1))
      leave()
    const [first, ...others] = await all
    expect(first).toMatchObject({ status: 'fulfilled' })
    expect(others.every(({ status }) => status === 'rejected')).toBe(true)
    expect(askers.map(({ seen }) => seen.reserved)).toEqual([1, ...askers.slice(1).map(() => 0)])
    expect(askers[0]?.seen.released).toBe(1)
  }, patience)

  // Red: in codecs/shared-task.ts let `begin` always return true.
  it('is refused when its turn comes and there is no room, and only then', async () => {
    const conversions = open()
    const value = large()
    const poor = createAsker(false)
    const rich = createAsker()
    const refused = expect(conversions.convert(value, 'json', 'csv', limit, poor.asker))
      .rejects
      .toMatchObject({ code: 'overloaded' })
    await refused
    const served = conversions.convert(value, 'json', 'csv', limit, rich.asker)
    // It joins the one that runs, which needs no more room.
    const joined = conversions.convert(value, 'json', 'csv', limit, poor.asker)
    expect(await joined).toEqual(await served)
    expect(rich.seen).toMatchObject({ reserved: 1, released: 1 })
  }, patience)

  // Red: in codecs/task-thread.ts hand `() => {}` to `begin`.
  it('is refused when others need its room more while it runs', async () => {
    const conversions = open()
    const { asker, seen } = createAsker()
    const refused = expect(conversions.convert(large(), 'json', 'csv', limit, asker))
      .rejects
      .toMatchObject({ code: 'overloaded' })
    seen.drop()
    await refused
    expect(seen).toMatchObject({ reserved: 1, released: 1 })
    await conversions.check(small(), 'json')
  }, patience)
})

it('refuses what waits when Larder stops', async () => {
  const conversions = createConversions({ program, timer: systemTimer })
  const conversion = conversions.convert(large(), 'json', 'csv', limit)
  const waiting = expect(conversion).rejects.toMatchObject({ code: 'not-ready' })
  await conversions.dispose()
  await waiting
  await expect(conversions.check(large(), 'json')).rejects.toMatchObject({ code: 'not-ready' })
})
