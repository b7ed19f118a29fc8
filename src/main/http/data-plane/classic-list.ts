import type { ServedCache } from '../../serving/ports'
import type { Exchange } from '../exchange'
import { sendPieces } from '../exchange'
import { gathered } from '../pour'
import { toEmbeddedJson } from './classic-value'

type Entries = Awaited<ReturnType<ServedCache['entries']>>

/**
 * Streams `[{"key":…,"value":…},…]` of all fresh entries in insertion order, as its reader takes it, so that a large
 * cache is never in memory twice. What changes meanwhile may be in it or not.
 */
export function streamEntries(exchange: Exchange, entries: Entries): void {
  exchange.result = 'ok'
  const pieces = exchange.request.method === 'HEAD' ? [].values() : gathered(rows(entries))
  sendPieces(exchange, 200, ['Content-Type', 'application/json'], pieces)
}

function* rows(entries: Entries): Generator<string, void> {
  let before = '['
  for (const { key, value, contentType } of entries) {
    yield `${before}{"key":${JSON.stringify(key)},"value":${toEmbeddedJson(value, contentType)}}`
    before = ','
  }
  yield before === '[' ? '[]' : ']'
}
