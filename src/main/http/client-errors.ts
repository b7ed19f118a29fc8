import type { ErrorCode } from '@shared/errors'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Lingering } from '../base/answers/lingering'
import { Buffer } from 'node:buffer'
import { LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'
import { underWay } from '../base/answers/pipelining'
import { answerAndClose } from '../base/answers/raw-answer'
import { commonHeaders } from './exchange'

interface ParserError extends Error { code?: string, rawPacket?: Buffer }

/** What node refused, and what was answered. */
export interface BrokenMessage {
  error: LarderError
  status: number
  /** Of the body of the answer; 0 where the connection was only closed. */
  bytes: number
}

const brokenBodies = new WeakMap<IncomingMessage, LarderError>()

/** What a client was told already of the body of its request; the request itself fails later. */
export function faultOfBody(request: IncomingMessage): LarderError | undefined {
  return brokenBodies.get(request)
}

/**
 * Answers what node's HTTP parser refused: malformed, ambiguous (two lengths, length and chunks:
 * RFC 9112 §6.3), too large or too slow. `refused` is told of messages of which no head was read.
 */
export function answerClientError(
  cause: ParserError,
  socket: Socket,
  lingering: Lingering,
  refused: (broken: BrokenMessage) => void,
): void {
  // It is answered, and whatever it still sends does not matter.
  if (lingering.has(socket))
    return
  // If an answer has been started, writing our own bytes into it would corrupt it.
  const started = underWay(socket)
  if (cause.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const { error, status, body } = explain(cause)
  // If the started answer's request is complete, the fault is in a pipelined message after it. An
  // answer to the fault would be taken for the answer to that request.
  if (started?.headersSent || started?.req.complete) {
    refused({ error, status, bytes: 0 })
    // Finished answers still go out at the end of this turn (turn.ts); then the connection ends.
    socket.pause()
    setImmediate(() => lingering.close(socket))
    return
  }
  if (started)
    brokenBodies.set(started.req, error)
  // A connection on which nothing came, such as a browser's spare one, is no request.
  else if (socket.bytesRead > 0)
    refused({ error, status, bytes: Buffer.byteLength(body) })
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

function explain(cause: ParserError): { error: LarderError, status: number, body: string } {
  if (cause.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const error = new LarderError('bad-request', 'The request did not arrive in time.')
    const problem = { ...error.toProblem(), type: 'about:blank', title: 'Request Timeout', status: 408 }
    return { error, status: 408, body: JSON.stringify(problem) }
  }
  const error = new LarderError(...codeAndSentence(cause))
  return { error, status: error.status, body: JSON.stringify(error.toProblem()) }
}

function codeAndSentence(error: ParserError): [ErrorCode, string] {
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
