import type { ServerResponse } from 'node:http'
import { Buffer } from 'node:buffer'
import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { createOutflow, queuedOverhead } from '../../../../src/main/base/answers/outflow'
import { pour, slices } from '../../../../src/main/base/answers/pour'
import { createManualClock } from '../../../../src/main/base/clock'
import { createInFlight } from '../../../../src/main/base/in-flight'

// Red: in src/main/base/answers/pour.ts drop the call of `outflow.queued`.
it('s28 counts an answer in pieces that waits behind others on its connection', () => {
  const inFlight = createInFlight(() => 1_000_000)
  const outflow = createOutflow({ stopwatch: createManualClock().stopwatch, inFlight })
  const socket = Object.assign(new EventEmitter(), { writableLength: 0, destroyed: false })
  const written: Buffer[] = []
  const response = Object.assign(new EventEmitter(), {
    req: { socket },
    socket: null as unknown,
    write: (piece: Buffer) => written.push(piece) > 0,
    end: () => {},
  })
  pour({
    response: response as unknown as ServerResponse,
    outflow,
    hold: null,
    caller: { name: 'ann' },
    pieces: slices(Buffer.from('page')),
    failed: () => expect.unreachable(),
    ended: () => {},
  })
  expect([inFlight.bytes, written.length]).toEqual([queuedOverhead, 0])
  response.socket = socket
  response.emit('socket', socket)
  outflow.look()
  expect([inFlight.bytes, written.length]).toEqual([0, 1])
  outflow.dispose()
})

// Red: in src/main/base/answers/pour.ts make `forget` a constant.
it('ends at once for a client that has left before the answer was there, and writes nothing', () => {
  const inFlight = createInFlight(() => 1_000_000)
  const outflow = createOutflow({ stopwatch: createManualClock().stopwatch, inFlight })
  const socket = Object.assign(new EventEmitter(), { writableLength: 0, destroyed: true })
  const hold = inFlight.hold({ name: 'ann' }, () => {})
  hold.resize(1000)
  const ended: number[] = []
  pour({
    response: Object.assign(new EventEmitter(), {
      req: { socket },
      socket,
      write: () => expect.unreachable(),
      end: () => expect.unreachable(),
    }) as unknown as ServerResponse,
    outflow,
    hold,
    caller: { name: 'ann' },
    pieces: slices(Buffer.from('page')),
    failed: () => expect.unreachable(),
    ended: bytes => ended.push(bytes),
  })
  expect([ended, inFlight.bytes]).toEqual([[0], 0])
  outflow.dispose()
})
