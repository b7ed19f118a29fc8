import type { Hold } from '../../base/in-flight'
import type { Hit, ServedCache } from '../../serving/ports'
import type { Exchange } from '../exchange'
import { gathered, pause } from '../../base/answers/pour'
import { overloaded } from '../../base/in-flight'
import { lastingValue } from '../../serving/ports'
import { readable } from '../../serving/readable'
import { holdFor, sendPieces } from '../exchange'
import { embeddedJson } from './classic-value'

type Entries = Awaited<ReturnType<ServedCache['entries']>>

/**
 * Streams `[{"key":…,"value":…},…]` of all fresh entries in insertion order, as the client takes
 * it, so that a large cache is never in memory twice. Changes during the stream may or may not be
 * in it.
 */
export function streamEntries(exchange: Exchange, entries: Entries): void {
  exchange.result = 'ok'
  const hold = holdFor(exchange)
  const pieces = exchange.request.method === 'HEAD' ? [].values() : gathered(rows(entries, hold))
  sendPieces(exchange, 200, ['Content-Type', 'application/json'], pieces, hold)
}

function* rows(entries: Entries, hold: Hold): Generator<string, void> {
  let before = '['
  for (const entry of entries) {
    if (entry === null) {
      yield pause
      continue
    }
    // Read key and value before others get their turn, because after it the entry is another one.
    const begin = `${before}{"key":${JSON.stringify(entry.key)},"value":`
    const value = valueOf(readable(entry), hold)
    yield begin
    yield* value
    yield '}'
    before = ','
  }
  yield before === '[' ? '[]' : ']'
}

/**
 * A large value stays while the client takes it; a small one is only valid until the next call into
 * the cache.
 */
function valueOf({ value, contentType }: Pick<Hit, 'value' | 'contentType'>, hold: Hold): Iterable<string> {
  const pieces = embeddedJson(value, contentType)
  if (value.length <= lastingValue)
    return [[...pieces].join('')]
  if (!hold.share(value.buffer))
    throw overloaded()
  return pieces
}
