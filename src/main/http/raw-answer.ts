import type { Socket } from 'node:net'
import { STATUS_CODES } from 'node:http'
import { systemClock } from '../base/clock'

/**
 * Milliseconds for which a refused connection stays half-open, so that the client can read the
 * answer before the rest of its body is rejected.
 */
const lingerMs = 500

/**
 * Answers on the bare socket and closes it without reading on, for messages that node's parser
 * refused and for bodies that nobody will read. (A ServerResponse would first drain the body;
 * closing at once would reset the connection before the client has read the answer, RFC 9112 §9.6.)
 * `headers` are names and values alternating, Content-Length included. Date is the machine's own
 * time, as in node's answers.
 */
export function answerAndClose(socket: Socket, status: number, headers: readonly string[], body: string): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const date = new Date(systemClock.wall()).toUTCString()
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nDate: ${date}\r\n`
  for (let i = 0; i + 1 < headers.length; i += 2)
    head += `${headers[i]}: ${headers[i + 1]}\r\n`
  head += 'Connection: close\r\n\r\n'
  socket.pause()
  socket.write(head, 'latin1')
  socket.end(body)
  const linger = setTimeout(() => socket.destroy(), lingerMs)
  linger.unref()
  socket.once('close', () => clearTimeout(linger))
}
