import { Buffer } from 'node:buffer'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createInFlight } from '../../../src/main/base/in-flight'
import { gather } from '../../../src/main/http/gather'

const budget = 100_000

/** Creates a complete body that waits for room in its cache. */
async function waitForRoom(answered: boolean) {
  const inFlight = createInFlight(() => budget)
  const request = new IncomingMessage(new Socket())
  const failures: unknown[] = []
  const room = Promise.withResolvers<void>()
  const bodies: Buffer[] = []
  gather({
    request,
    declared: 0,
    limit: budget,
    inFlight,
    caller: { name: 'ann' },
    whole: (body) => {
      bodies.push(body)
      return room.promise
    },
    answered: () => answered,
    failed: error => failures.push(error),
  })
  request.push('x'.repeat(80_000))
  request.push(null)
  while (bodies.length === 0)
    await turn()
  const other = inFlight.hold({ name: 'bob' }, () => expect.unreachable())
  return { inFlight, failures, room, body: bodies[0], other }
}

// Red: in src/main/http/gather.ts let `wanted` be `doubled`: the last bytes would then cause a copy
// into a buffer of twice the size.
it('s28 a body of a declared length needs room for one and a half of it at most', async () => {
  const declared = 16 * 1024 * 1024
  const request = new IncomingMessage(new Socket())
  const sizes: number[] = []
  const failures: unknown[] = []
  const whole = (body: Buffer): void => void sizes.push(body.length)
  const inFlight = createInFlight(() => 1.51 * declared)
  gather({
    request,
    declared,
    limit: declared,
    inFlight,
    caller: {},
    whole,
    answered: () => false,
    failed: error => failures.push(error),
  })
  // The part of a body that the first read of a socket returns after the head.
  const chunk = Buffer.alloc(65_424, 'x')
  for (let left = declared; left > 0; left -= chunk.length) {
    request.push(Buffer.from(chunk.subarray(0, left)))
    await turn()
  }
  request.push(null)
  while (sizes.length + failures.length === 0)
    await turn()
  expect([sizes, failures]).toEqual([[declared], []])
})

describe('s28 a body that waits for room in its cache', () => {
  it('counts until it is stored', async () => {
    const { inFlight, failures, room } = await waitForRoom(false)
    expect(inFlight.bytes).toBe(80_000)
    room.resolve()
    await turn()
    expect([inFlight.bytes, failures]).toEqual([0, []])
  })

  // Red: in src/main/http/gather.ts let `drop` return as soon as `settled`, or leave
  // `letGo(waiting)` out.
  it('goes when another needs the memory: it is given back at once, and its client told', async () => {
    const { inFlight, failures, body, other } = await waitForRoom(false)
    expect(other.resize(70_000)).toBe(true)
    expect([inFlight.bytes, body?.length]).toEqual([70_000, 0])
    expect(failures).toMatchObject([{ code: 'overloaded' }])
  })

  // Red: in src/main/http/gather.ts leave `answered()` out of `drop`: the cached value would then
  // be empty.
  it('stays when its answer has begun: the cache has it then', async () => {
    const { failures, body, other } = await waitForRoom(true)
    expect(other.resize(70_000)).toBe(true)
    expect([body?.length, failures]).toEqual([80_000, []])
  })
})
