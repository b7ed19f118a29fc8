import type { Socket } from 'node:net'
import diagnostics from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Connections of an attacker; `close` ends all of them. */
export interface Attack {
  sockets: Socket[]
  /** Returns the connections that a server in this process has ended. */
  ended: () => Socket[]
  close: () => void
}

interface Target {
  port: number
  apiKey?: string | undefined
  /** Whether the server is another process, whose side of the connections is invisible. */
  elsewhere?: boolean
}

function head({ port, apiKey }: Target, method: string, path: string, more = ''): string {
  const credential = apiKey === undefined ? '' : `Api-Key: ${apiKey}\r\n`
  return `${method} ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n${credential}${more}\r\n`
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition())
    await sleep(5)
}

/** Opens connections that all write the same bytes; none of them ever reads. */
async function openAll({ port, elsewhere = false }: Target, count: number, bytes: string | Buffer): Promise<Attack> {
  const sockets: Socket[] = []
  // A client that does not read never learns of the end, so it is observed on the server's side.
  const served = new Map<number, Socket>()
  const ports = new Map<Socket, number>()
  const note = (message: unknown): void => {
    const { socket } = message as { socket: Socket }
    served.set(Number(socket.remotePort), socket)
  }
  diagnostics.subscribe('net.server.socket', note)
  for (let index = 0; index < count; index++) {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    socket.pause()
    // A reset by the server also ends the connection.
    socket.on('error', () => {})
    await once(socket, 'connect')
    ports.set(socket, Number(socket.localPort))
    socket.write(bytes)
  }
  if (!elsewhere)
    await until(() => ports.values().every(port => served.has(port)))
  diagnostics.unsubscribe('net.server.socket', note)
  return {
    sockets,
    ended: () => sockets.filter(socket => served.get(ports.get(socket) ?? 0)?.destroyed),
    close: () => sockets.forEach(socket => socket.destroy()),
  }
}

/** Opens one connection that requests a value many times and never reads. */
export function pipeliner(target: Target, path: string, requests: number): Promise<Attack> {
  return openAll(target, 1, head(target, 'GET', path).repeat(requests))
}

/** Opens connections that each request a value and never read. */
export function slowReaders(target: Target, path: string, count: number): Promise<Attack> {
  return openAll(target, count, head(target, 'GET', path))
}

/** Opens event streams that are never read. */
export function deafStreams(target: Target, count: number): Promise<Attack> {
  return openAll(target, count, head(target, 'GET', '/events'))
}

/** Starts uploads that stop one byte before their end. */
export function unfinishedUploads(target: Target, path: string, count: number, bytes: number): Promise<Attack> {
  return openAll(
    target,
    count,
    Buffer.concat([
      Buffer.from(head(target, 'PUT', path, `Content-Length: ${bytes}\r\n`)),
      Buffer.alloc(bytes - 1, 'x'),
    ]),
  )
}

/** Uploads without a credential, which are refused and go on all the same. */
export function refusedUploads(target: Target, path: string, count: number, bytes: number): Promise<Attack> {
  return unfinishedUploads({ ...target, apiKey: undefined }, path, count, bytes)
}

/** Starts such uploads to an open route, without a credential. */
export function openUploads(target: Target, count: number, bytes: number): Promise<Attack> {
  const length = `Content-Type: application/json\r\nContent-Length: ${bytes}\r\n`
  const nobody = { ...target, apiKey: undefined }
  return openAll(
    nobody,
    count,
    Buffer.concat([Buffer.from(head(nobody, 'POST', '/admin/session', length)), Buffer.alloc(bytes - 1, ' ')]),
  )
}
