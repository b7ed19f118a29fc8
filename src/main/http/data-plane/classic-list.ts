import type { ServerResponse } from 'node:http'
import type { Cache } from '../../cache/ports'
import type { Exchange } from '../exchange'
import { Buffer } from 'node:buffer'
import { commonHeaders } from '../exchange'
import { toEmbeddedJson } from './classic-value'

/** Bytes gathered before they are handed to the socket. */
const chunkSize = 64 * 1024

/**
 * Streams `[{"key":…,"value":…},…]` of all fresh entries in insertion order. Waits for slow readers, so that a large cache is never
 * in memory twice; stops when the client is gone.
 */
export async function streamEntries(exchange: Exchange, cache: Cache): Promise<void> {
  const { response, request } = exchange
  response.writeHead(200, [...commonHeaders(exchange.corsOrigin), 'Content-Type', 'application/json'])
  let sent = 0
  if (request.method !== 'HEAD') {
    let chunk = '['
    let first = true
    for (const { key, value, contentType } of cache.entries()) {
      chunk += `${first ? '' : ','}{"key":${JSON.stringify(key)},"value":${toEmbeddedJson(value, contentType)}}`
      first = false
      if (chunk.length < chunkSize)
        continue
      sent += Buffer.byteLength(chunk)
      const wait = !response.write(chunk)
      chunk = ''
      if (wait && !response.closed)
        await drainedOrClosed(response)
      if (response.closed)
        break
    }
    chunk += ']'
    sent += Buffer.byteLength(chunk)
    response.write(chunk)
  }
  response.end()
  exchange.result = 'ok'
  exchange.finished(exchange, 200, sent)
}

function drainedOrClosed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}
