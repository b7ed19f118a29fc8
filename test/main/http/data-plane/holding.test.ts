import type { Exchange } from '../../../../src/main/http/exchange'
import { expect, it } from 'vitest'
import { createInFlight } from '../../../../src/main/base/in-flight'
import { holding } from '../../../../src/main/http/data-plane/store'

// Red: in src/main/http/data-plane/store.ts give `inFlight.hold` a `drop` that does nothing.
it('s28 a batch that waits for room gives up when another needs its memory', async () => {
  const inFlight = createInFlight(() => 1000)
  const exchange = { principal: { name: 'ann' }, traffic: { inFlight } } as unknown as Exchange
  const work = holding(exchange, 800, dropped => dropped)
  expect(inFlight.bytes).toBe(800)
  const other = inFlight.hold({ name: 'bob' }, () => expect.unreachable())
  expect(other.resize(700)).toBe(true)
  await expect(work).rejects.toMatchObject({ code: 'overloaded' })
  expect(inFlight.bytes).toBe(700)
  await expect(holding(exchange, 800, () => expect.unreachable())).rejects.toMatchObject({ code: 'overloaded' })
})
