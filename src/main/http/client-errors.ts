import type { ErrorCode } from '@shared/errors'
import type { Socket } from 'node:net'
import type { Lingering } from './lingering'
import { Buffer } from 'node:buffer'
import { LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'
import { commonHeaders } from './exchange'
import { underWay } from './pipelining'
import { answerAndClose } from './raw-answer'

interface ParserError extends Error { code?: string, rawPacket?: Buffer }

/**
 * Answers a message that node's HTTP parser refused because it is malformed, ambiguous (two
 * lengths, or a length and chunks: RFC 9112 §6.3), too large or too slow.
 */
export function onClientError(error: ParserError, socket: Socket, lingering: Lingering): void {
  // It is answered, and whatever it still sends does not matter.
  if (lingering.has(socket))
    return
  // If an answer has been started, writing our own bytes into it would corrupt it.
  const started = underWay(socket)
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  // If the started answer's request is complete, the fault is in a pipelined message after it. An
  // answer to the fault would be taken for the answer to that request.
  if (started?.headersSent || started?.req.complete) {
    // Finished answers still go out at the end of this turn (turn.ts); then the connection ends.
    socket.pause()
    setImmediate(() => lingering.close(socket))
    return
  }
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    answer(
      socket,
      lingering,
      408,
      JSON.stringify({
        type: 'about:blank',
        title: 'Request Timeout',
        status: 408,
        code: 'bad-request',
        detail: 'The request did not arrive in time.',
      }),
    )
    return
  }
  const [code, detail] = explain(error)
  const problem = new LarderError(code, detail).toProblem()
  answer(socket, lingering, problem.status, JSON.stringify(problem))
}

function answer(socket: Socket, lingering: Lingering, status: number, body: string): void {
  answerAndClose(
    socket,
    lingering,
    status,
    [
      ...commonHeaders(null),
      'Content-Type',
      'application/problem+json',
      'Content-Length',
      String(Buffer.byteLength(body)),
    ],
    body,
  )
}

function explain(error: ParserError): [ErrorCode, string] {
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    // The parser counts the request line among the headers. If the packet has no line end, the
    // request target is what is too long.
    return error.rawPacket
      && /^[A-Z]+ /.test(error.rawPacket.toString('latin1', 0, 16))
      && !error.rawPacket.subarray(0, limits.headers).includes(10)
      ? ['uri-too-long', `The request target must be at most ${grouped(limits.url)} bytes.`]
      : ['headers-too-large', `The header fields must be at most ${grouped(limits.headers)} bytes in total.`]
  }
  if (error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    return ['too-large', 'Chunk extensions are too large.']
  return ['bad-request', `The message is not valid HTTP/1.1 (${error.code ?? 'unreadable'}).`]
}
