import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { EventEmitter } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createOutflow, stallLimit } from '../../../../src/main/base/answers/outflow'
import { createTurn } from '../../../../src/main/base/answers/turn'
import { createManualClock } from '../../../../src/main/base/clock'
import { createInFlight } from '../../../../src/main/base/in-flight'

const ann = { name: 'ann' }
const bob = { name: 'bob' }

/** The observed parts of a socket; tests set the number of waiting bytes. */
class FakeSocket extends EventEmitter {
  writableLength = 0
  destroyed = false

  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

function setUp(budget = 1000) {
  const clock = createManualClock()
  const inFlight = createInFlight(() => budget)
  const outflow = createOutflow({ stopwatch: clock.stopwatch, inFlight })
  const fake = new FakeSocket()
  const another = new FakeSocket()
  const wait = (bytes: number, of = fake, caller = ann): void => {
    of.writableLength = bytes
    outflow.written(of as unknown as Socket, caller)
  }
  const response = (): EventEmitter => Object.assign(new EventEmitter(), { req: { socket: fake } })
  const queue = (bytes: number): EventEmitter => {
    const queued = response()
    outflow.queued(queued as unknown as ServerResponse, ann, bytes)
    return queued
  }
  return { clock, inFlight, outflow, fake, another, wait, queue }
}

describe('s28 what clients have not taken', () => {
  it('counts until it is taken', () => {
    const { inFlight, outflow, fake, wait } = setUp()
    wait(300)
    expect(inFlight.bytes).toBe(300)
    fake.writableLength = 100
    outflow.look()
    expect(inFlight.bytes).toBe(100)
    fake.writableLength = 0
    outflow.look()
    expect(inFlight.bytes).toBe(0)
    outflow.dispose()
  })

  it('counts while it is queued behind others, and ends with the connection', () => {
    const { inFlight, outflow, fake, wait, queue } = setUp()
    const first = queue(200)
    queue(100)
    expect(inFlight.bytes).toBe(300)
    first.emit('socket')
    wait(50)
    expect(inFlight.bytes).toBe(150)
    fake.destroy()
    expect(inFlight.bytes).toBe(0)
    wait(10)
    expect(inFlight.bytes, 'nothing of a connection that has ended').toBe(0)
    outflow.dispose()
  })

  // Red: in src/main/base/answers/outflow.ts drop `socket.destroy()` in `measure`, or in the call
  // of `inFlight.hold`.
  it.each([
    { other: 700, more: 400, gone: [false, true], left: 400 },
    { other: 300, more: 800, gone: [true, false], left: 300 },
  ])('ends the worst connection: $other wait on one, and $more on another', ({ other, more, gone, left }) => {
    const { inFlight, outflow, fake, another, wait } = setUp()
    wait(other, another, bob)
    wait(more)
    expect([fake.destroyed, another.destroyed]).toEqual(gone)
    expect(inFlight.bytes).toBe(left)
    outflow.dispose()
  })

  // Red: in src/main/base/answers/outflow.ts drop the line that sets `since` in `measure`.
  it('ends a connection that takes nothing for 30 s, and none that takes a little', () => {
    const { clock, outflow, fake, another, wait } = setUp()
    wait(300)
    wait(300, another, bob)
    for (let step = 1; step <= 4; step++) {
      clock.advance(stallLimit / 4)
      another.writableLength -= 1
      outflow.look()
      expect([fake.destroyed, another.destroyed]).toEqual([step === 4, false])
    }
    outflow.dispose()
  })

  it('tells once of an end, also of one that was before', () => {
    const { outflow, fake } = setUp()
    const ended: string[] = []
    const forget = outflow.onEnd(fake as unknown as Socket, () => ended.push('forgotten'))
    outflow.onEnd(fake as unknown as Socket, () => ended.push('first'))
    forget()
    fake.destroy()
    outflow.onEnd(fake as unknown as Socket, () => ended.push('late'))
    expect(ended).toEqual(['first', 'late'])
  })
})

// Red: in src/main/base/answers/turn.ts drop the call of `waits`.
it('tells of an answer that its connection has not taken at once', async () => {
  const told: unknown[] = []
  const { send } = createTurn((socket, caller) => told.push([socket, caller]))
  const answer = (waiting: number): { socket: FakeSocket, response: ServerResponse } => {
    const socket = new FakeSocket()
    return {
      socket,
      response: { socket, end: () => void (socket.writableLength = waiting) } as unknown as ServerResponse,
    }
  }
  const taken = answer(0)
  const waiting = answer(10)
  send(taken.response, 'text', 'utf8', ann)
  send(waiting.response, 'text', 'utf8', bob)
  await turn()
  expect(told).toEqual([[waiting.socket, bob]])
})
