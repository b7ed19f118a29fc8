import type { Socket } from 'node:net'
import type { Lingering } from './lingering'
import { STATUS_CODES } from 'node:http'
import { systemClock } from '../clock'

/**
 * Answers on the bare socket and closes it behind that: for messages that node's parser refused,
 * and for bodies that nobody wants. (A ServerResponse would close at once and reset the connection
 * under its answer, or drain a body without end.) `headers` are names and values in turn,
 * Content-Length included. Date tells the machine's own time, as node's answers do.
 */
export function answerAndClose(
  socket: Socket,
  lingering: Lingering,
  status: number,
  headers: readonly string[],
  body: string,
): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const date = new Date(systemClock.wall()).toUTCString()
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nDate: ${date}\r\n`
  for (let i = 0; i + 1 < headers.length; i += 2)
    head += `${headers[i]}: ${headers[i + 1]}\r\n`
  head += 'Connection: close\r\n\r\n'
  socket.cork()
  socket.write(head, 'latin1')
  socket.write(body)
  socket.uncork()
  lingering.close(socket)
}
