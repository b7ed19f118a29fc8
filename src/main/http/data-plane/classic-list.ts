import type { Cache } from '../../cache/ports'
import type { Exchange } from '../exchange'
import { sendPieces } from '../exchange'
import { gathered, pause } from '../pour'
import { toEmbeddedJson } from './classic-value'

/**
 * Streams `[{"key":…,"value":…},…]` of all fresh entries in insertion order, as its reader takes it, so that a large
 * cache is never in memory twice. What changes meanwhile may be in it or not.
 */
export function streamEntries(exchange: Exchange, cache: Cache): void {
  exchange.result = 'ok'
  const pieces = exchange.request.method === 'HEAD' ? [].values() : gathered(rows(cache))
  sendPieces(exchange, 200, ['Content-Type', 'application/json'], pieces)
}

function* rows(cache: Cache): Generator<string, void> {
  let before = '['
  for (const entry of cache.entries()) {
    if (entry === null) {
      yield pause
      continue
    }
    yield `${before}{"key":${JSON.stringify(entry.key)},"value":${toEmbeddedJson(entry.value, entry.contentType)}}`
    before = ','
  }
  yield before === '[' ? '[]' : ']'
}
