import type { Buffer } from 'node:buffer'
import type { Asker } from '../../base/conversions'
import type { Exchange } from '../exchange'
import { chargedFor } from '../../base/answers/traffic'
import { overloaded } from '../../base/in-flight'
import { lastingValue } from '../../serving/ports'
import { departureOf } from '../departure'

/** Bytes that a conversion takes for each byte of the value: a copy of it, and what comes out. */
const perByte = 2

/**
 * Does work that waits for conversions of a value, until its client leaves or others need the
 * memory more. While it waits it counts for the value alone, which all who wait for it share if it
 * is large. Rejects with LarderError `overloaded`, `bad-request` (the client went away).
 */
export async function askingFor(
  exchange: Exchange,
  value: Buffer,
  work: (asker: Asker) => Promise<void>,
): Promise<void> {
  const { traffic: { inFlight } } = exchange
  const caller = chargedFor(exchange)
  const dropped = new AbortController()
  const hold = inFlight.hold(caller, () => dropped.abort(overloaded()))
  const fits = value.length > lastingValue ? hold.share(value.buffer) : hold.resize(value.length)
  if (!fits)
    throw overloaded()
  const asker: Asker = {
    left: AbortSignal.any([dropped.signal, departureOf(exchange)]),
    reserve(drop) {
      const room = inFlight.hold(caller, drop)
      return room.resize(perByte * value.length) ? room : undefined
    },
  }
  try {
    await work(asker)
  }
  finally {
    hold.release()
  }
}
