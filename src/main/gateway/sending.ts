import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Traffic } from '../base/answers/traffic'
import type { Fields } from '../base/http-caching/fields'
import type { Principal } from '../base/principal'
import type { CacheStatus } from './cache-status'
import { Buffer } from 'node:buffer'
import { queuedOverhead } from '../base/answers/outflow'
import { joinable, pour, slices } from '../base/answers/pour'
import { answerAndClose } from '../base/answers/raw-answer'
import { without } from '../base/http-caching/fields'
import { overloaded } from '../base/in-flight'
import { lastingValue } from '../serving/ports'
import { cacheStatus } from './cache-status'

/** How an answer leaves. */
export interface Sending {
  /** Sends the head of an answer. */
  begin: (status: number, reason: string, fields: Fields, cache: CacheStatus) => void
  /**
   * Sends the whole answer; `body` is left out where the method wants none. Throws LarderError
   * `overloaded`, before anything is sent.
   */
  send: (status: number, reason: string, fields: Fields, cache: CacheStatus, body: Buffer) => void
  /** Charges for bytes of the answer that the client has not taken, and cuts it where it stalls. */
  owe: (bytes: number) => void
  /**
   * Sends an answer in place of one that does not come.
   *
   * @param isUnread whether the client may still be sending what nobody reads
   */
  refuse: (status: number, fields: Fields, cache: CacheStatus, text: string, isUnread: boolean) => void
  /** The status that was sent, and the bytes of the body so far. */
  readonly told: { status: number, bytes: number }
}

/** @param charged whom the budget charges for what the client has not taken */
export function createSending(
  { method, socket }: Pick<IncomingMessage, 'method' | 'socket'>,
  response: ServerResponse,
  charged: Principal,
  { inFlight, outflow, lingering, turn }: Traffic,
): Sending {
  const told = { status: 0, bytes: 0 }
  const write = response.write.bind(response)
  response.write = ((chunk: Buffer | string, ...rest: []) => {
    told.bytes += chunk.length
    return write(chunk, ...rest)
  }) as typeof response.write
  // What is written after the client has gone is told by `close`.
  response.on('error', () => {})
  // What the origin says stands; it alone dates its answers.
  response.sendDate = false

  const begin: Sending['begin'] = (status, reason, fields, cache) => {
    response.writeHead(status, reason, [...fields, 'Cache-Status', cacheStatus(cache)])
    told.status = status
  }

  function owe(bytes: number): void {
    if (response.socket === null)
      outflow.queued(response, charged, bytes + queuedOverhead)
    else if (socket.writableLength > 0)
      outflow.written(socket, charged)
  }

  return {
    told,
    begin,
    owe,
    send(status, reason, given, cache, body) {
      const isBare = status === 204 || status === 304
      const plain = without(given, name => name === 'content-length')
      const fields = isBare ? given : [...plain, 'Content-Length', String(body.length)]
      const length = method === 'HEAD' || isBare ? 0 : body.length
      const hold = length > lastingValue ? inFlight.hold(charged, () => socket.destroy()) : null
      // Before the head, because afterwards the answer can no longer be an error.
      if (hold && !hold.share(body.buffer))
        throw overloaded()
      begin(status, reason, fields, cache)
      if (hold) {
        const failed = (): void => void response.destroy()
        return pour({ response, outflow, hold, caller: charged, pieces: slices(body), failed, ended: () => {} })
      }
      told.bytes += length
      if (response.socket === null)
        outflow.queued(response, charged, length + queuedOverhead)
      const small = length === 0 ? '' : length <= joinable ? body.toString('latin1') : body
      turn.send(response, small, 'latin1', charged)
    },
    refuse(status, fields, cache, text, isUnread) {
      const body = method === 'HEAD' ? '' : text
      const length = status === 204 ? [] : ['Content-Length', String(Buffer.byteLength(text))]
      const head = [...fields, 'Cache-Status', cacheStatus(cache), ...length]
      told.status = status
      told.bytes = Buffer.byteLength(body)
      if (!isUnread) {
        response.writeHead(status, head).end(body)
        return
      }
      // The client gets to read the answer all the same.
      const answer = (): void => answerAndClose(socket, lingering, status, head, body)
      response.socket === null ? response.once('socket', answer) : answer()
    },
  }
}
