import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Outflow } from './outflow'
import { nobody, queuedOverhead } from './traffic'

export type RequestListener = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => void

/** The answer under way on a connection, for which there is no public name. */
export function underWay(socket: Socket): ServerResponse | null {
  return (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage ?? null
}

/**
 * Pipelined requests act in their order. Node hands them out as they are parsed, and puts their
 * answers alone into order; but what one of them writes, the next has to find. Reads go side by
 * side; what writes waits for the answers before it, and what comes after it waits for its answer
 * (RFC 9112 §9.3.2). The end of the answer before gives a response its socket.
 */
export function inOrder(outflow: Outflow, handle: RequestListener): RequestListener {
  /** Requests that wait, by connection. */
  const waiting = new WeakMap<Socket, number>()
  return (request, response, expectsContinue) => {
    const { socket } = request
    // What nearly every request is: the only one of its connection.
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
 * Node reads no further from a connection with more than so many bytes of answers that wait for the
 * client. A request that waits counts among them, else a flood of them would fill the memory. There
 * is no public name for that either.
 */
function countAsPending(response: ServerResponse, bytes: number): void {
  (response as ServerResponse & { _onPendingData: (bytes: number) => void })._onPendingData(bytes)
}
