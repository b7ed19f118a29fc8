import type { Asker } from '../../../../src/main/base/conversions'
import type { Exchange } from '../../../../src/main/http/exchange'
import { Buffer } from 'node:buffer'
import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { createInFlight } from '../../../../src/main/base/in-flight'
import { askingFor } from '../../../../src/main/http/data-plane/asker'

const size = 200 * 1024
const ann = { name: 'ann' }
const inFlightOf = (values: number) => createInFlight(() => values * size)

/** A reader that waits until it leaves; `close` closes its connection. */
function readerOf(inFlight: ReturnType<typeof inFlightOf>, value: Buffer) {
  const [socket, response] = [new EventEmitter(), new EventEmitter()]
  const exchange = { principal: ann, traffic: { inFlight }, request: { socket }, response }
  let asker: Asker | undefined
  const work = askingFor(exchange as unknown as Exchange, value, (given) => {
    asker = given
    return new Promise((_, reject) => given.left.addEventListener('abort', () => reject(given.left.reason)))
  })
  work.catch(() => {})
  return { work, reserve: (drop = () => {}) => asker?.reserve(drop), close: () => response.emit('close') }
}

// Red: in src/main/http/data-plane/asker.ts let `askingFor` resize its hold to 3 * value.length.
it('s28 all who wait for a large value hold it once, and what a conversion takes only in its turn', async () => {
  const inFlight = inFlightOf(4)
  const value = Buffer.alloc(size)
  const readers = Array.from({ length: 50 }, () => readerOf(inFlight, value))
  expect(inFlight.bytes).toBe(size)
  const room = readers[0]?.reserve()
  expect(inFlight.bytes).toBe(3 * size)
  expect(readers[1]?.reserve()).toBeUndefined()
  expect(inFlight.bytes).toBe(3 * size)
  for (const { close, work } of readers) {
    close()
    await expect(work).rejects.toMatchObject({ code: 'bad-request' })
  }
  // The work goes on for a moment, and is counted until it ends.
  expect(inFlight.bytes).toBe(2 * size)
  room?.release()
  expect(inFlight.bytes).toBe(0)
})

// Red: in src/main/http/data-plane/asker.ts give `inFlight.hold` a `drop` that does nothing.
it('s28 a reader that waits gives up when another needs its memory', async () => {
  const inFlight = inFlightOf(2)
  const { work } = readerOf(inFlight, Buffer.alloc(size))
  const other = inFlight.hold({ name: 'bob' }, () => expect.unreachable())
  expect(other.resize(1.5 * size)).toBe(false)
  expect(other.resize(size)).toBe(true)
  const second = inFlight.hold({ name: 'cid' }, () => expect.unreachable())
  expect(second.resize(0.5 * size)).toBe(true)
  await expect(work).rejects.toMatchObject({ code: 'overloaded' })
})
