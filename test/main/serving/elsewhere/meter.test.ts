import { expect, it } from 'vitest'
import { createManualClock } from '../../../../src/main/base/clock'
import { createMeters } from '../../../../src/main/serving/elsewhere/meter'
import { SourceError } from '../../../../src/main/serving/sources/source'
import { setUpSource, valueOf } from '../sources/setup'

const minute = 60_000

it('a meter is one for all caches of a connection, and tells nothing of no calls', () => {
  const meterOf = createMeters(createManualClock().stopwatch)
  meterOf('a').record({ isLoad: true, failed: false }, 3)
  expect([meterOf('a').recent().loads, meterOf('b').recent()])
    .toEqual([1, { loads: 0, failures: 0, p50: null, p99: null }])
})

// Red: in src/main/serving/elsewhere/meter.ts return all of `kept` from `living`, or times 100.
it('a meter forgets what is older than 15 minutes, and keeps the totals', () => {
  const { stopwatch, advance } = createManualClock()
  const meter = createMeters(stopwatch)('a')
  for (let call = 1; call <= 100; call++)
    meter.record({ isLoad: true, failed: call > 90 }, call <= 98 ? 2 : 400)
  meter.record({ isLoad: false, failed: true }, 2)
  const near = (time: number): unknown => expect.closeTo(time, time < 10 ? 1 : -1)
  expect(meter.recent()).toEqual({ loads: 100, failures: 11, p50: near(2), p99: near(400) })
  advance(11 * minute)
  meter.record({ isLoad: true, failed: false }, 50)
  expect(meter.recent()).toMatchObject({ loads: 101, failures: 11 })
  advance(5 * minute)
  expect(meter.recent()).toEqual({ loads: 1, failures: 0, p50: near(50), p99: near(50) })
  advance(60 * minute)
  expect(meter.recent()).toEqual({ loads: 0, failures: 0, p50: null, p99: null })
  expect(meter.total).toEqual({ loads: 101, failures: 11 })
})

// Red: in src/main/serving/elsewhere/upstream.ts leave `meter.record` out, or count all as loads.
it('calls of a source are counted: loads, failures, and not what waits for the same load', async () => {
  const { memory, get, set, meter, pass } = setUpSource({ mode: 'write-through' })
  memory.held.set('a', valueOf('x'))
  await Promise.all([get('a'), get('a')])
  await get('a')
  await set('b', 'y')
  expect(meter.recent()).toMatchObject({ loads: 1, failures: 0 })
  memory.gate = () => {
    throw new SourceError('unreachable', 'no')
  }
  for (let call = 0; call < 6; call++) {
    await get(`missing${call}`).catch(() => {})
    pass(100)
  }
  // The sixth did not get past the breaker.
  expect(meter.recent()).toMatchObject({ loads: 6, failures: 5 })
})

// Red: in src/main/serving/elsewhere/upstream.ts let `outcomeOf` leave out `isAnswer`.
it('what is refused for one key is a failure, and keeps nobody from the others', async () => {
  const { memory, get, meter } = setUpSource()
  memory.held.set('a', valueOf('x'))
  memory.gate = (_, __, key) => {
    if (key !== 'a')
      throw new SourceError('refused', 'The key holds a stream, which Larder does not read.')
  }
  for (let call = 0; call < 8; call++)
    await expect(get(`stream${call}`)).rejects.toMatchObject({ code: 'source-failed' })
  expect((await get('a')).lookup).toBe('x')
  expect(meter.recent()).toMatchObject({ loads: 9, failures: 8 })
})
