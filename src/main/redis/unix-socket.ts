import type { Server, Socket } from 'node:net'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { chmodSync, lstatSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'
import process from 'node:process'
import { messageOf } from '@shared/errors'
import { ListenError } from '../base/listen'

/** Bytes of the longest path that every system takes (unix(7), sun_path, and its end). */
const longest = 103

/**
 * Listens on a socket in the file system, which only the person may use (mode 0600). A file that a
 * server has left there is replaced. Throws ListenError that names the file if another server
 * listens there, if something else is there, or if it cannot be made; then nothing was changed.
 *
 * @param path absolute
 */
export async function listenOnSocket(server: Server, path: string): Promise<Server> {
  if (Buffer.byteLength(path) > longest)
    throw problem(path, `is longer than ${longest} bytes, the most that a socket's path may have`, 'ENAMETOOLONG')
  await removeStale(path)
  // What may connect is decided when the socket is made: later there is a moment in between.
  const before = process.umask(0o177)
  try {
    server.listen({ path, exclusive: true })
  }
  finally {
    process.umask(before)
  }
  try {
    await once(server, 'listening')
    chmodSync(path, 0o600)
    return server
  }
  catch (error) {
    server.close()
    throw problem(path, `cannot be listened on: ${messageOf(error)}`, codeOf(error), error)
  }
}

/** Cuts a connection off as a server that is gone does; only TCP has a reset. */
export function resetConnection(socket: Socket): void {
  if (socket.remoteFamily === undefined)
    socket.destroy()
  else
    socket.resetAndDestroy()
}

async function removeStale(path: string): Promise<void> {
  const file = lstatSync(path, { throwIfNoEntry: false })
  if (file === undefined)
    return
  if (!file.isSocket())
    throw problem(path, 'is no socket. Choose another path, or remove it', 'EEXIST')
  if (await isListenedOn(path))
    throw problem(path, 'is in use by another server. Choose another path, or stop that server', 'EADDRINUSE')
  unlinkSync(path)
}

async function isListenedOn(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  }
  catch (error) {
    if (codeOf(error) === 'ECONNREFUSED' || codeOf(error) === 'ENOENT')
      return false
    throw problem(path, `cannot be looked at: ${messageOf(error)}`, codeOf(error), error)
  }
  finally {
    socket.destroy()
  }
}

function problem(path: string, what: string, code: string | undefined, cause?: unknown): ListenError {
  return new ListenError(`The socket ${path} ${what}.`, code, { cause })
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
