import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Outflow } from './outflow'
import { nobody, queuedOverhead } from './outflow'

export type RequestListener = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => void

/** The answer under way on a connection; node has no public name for it. */
export function underWay(socket: Socket): ServerResponse | null {
  return (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage ?? null
}

/**
 * Makes pipelined requests take effect in their order. Node hands them out as soon as they are
 * parsed and only orders their answers, but a request has to find what an earlier one has written.
 * So reads run side by side, a write waits for the answers before it, and what comes after a write
 * waits for the write's answer (RFC 9112 §9.3.2). A response gets its socket when the previous
 * answer ends.
 */
export function inOrder(outflow: Outflow, handle: RequestListener): RequestListener {
  /** Number of waiting requests by connection. */
  const waiting = new WeakMap<Socket, number>()
  return (request, response, expectsContinue) => {
    const { socket } = request
    // Nearly every request is the only one of its connection.
    if (response.socket !== null || (isSafe(request) && isSafe(underWay(socket)?.req) && !waiting.get(socket)))
      return handle(request, response, expectsContinue)
    waiting.set(socket, (waiting.get(socket) ?? 0) + 1)
    countAsPending(response, socket.writableHighWaterMark)
    outflow.queued(response, nobody, queuedOverhead)
    response.once('socket', () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1)
      countAsPending(response, -socket.writableHighWaterMark)
      handle(request, response, expectsContinue)
    })
  }
}

/** RFC 9110 §9.2.1. */
function isSafe(request: IncomingMessage | undefined): boolean {
  return request?.method === 'GET' || request?.method === 'HEAD' || request?.method === 'OPTIONS'
}

/**
 * Node stops reading from a connection when more than a certain number of bytes of its answers wait
 * for the client. A waiting request counts among them, because otherwise a flood of them would fill
 * the memory. Node has no public name for that either.
 */
function countAsPending(response: ServerResponse, bytes: number): void {
  (response as ServerResponse & { _onPendingData: (bytes: number) => void })._onPendingData(bytes)
}
