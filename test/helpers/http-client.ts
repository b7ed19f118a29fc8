import type { Agent, IncomingHttpHeaders } from 'node:http'
import { Buffer } from 'node:buffer'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { patience } from './patience'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  rawHeaders: string[]
  body: Buffer
  text: string
  /** Parses the body as JSON. Throws if it is not JSON. */
  json: <T = Record<string, unknown>>() => T
}

export interface RequestOptions {
  /** Address to connect to. @default 127.0.0.1 */
  address?: string
  /** Sent in this order and spelling; an array of pairs may repeat a name. */
  headers?: Record<string, string> | [string, string][]
  body?: string | Buffer
  /**
   * An agent that keeps connections, for tables of thousands of requests. @default a new connection
   */
  agent?: Agent
}

/**
 * Sends a request with exactly this path and these headers; nothing is normalised, and only Host
 * and Content-Length are added.
 */
export function send(port: number, method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
  const { address = '127.0.0.1', headers = {}, body, agent = false } = options
  const pairs = Array.isArray(headers) ? headers : Object.entries(headers)
  const raw: string[] = pairs.flat()
  if (!pairs.some(([name]) => name.toLowerCase() === 'host'))
    raw.push('Host', `localhost:${port}`)
  if (body !== undefined && !pairs.some(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name)))
    raw.push('Content-Length', String(Buffer.byteLength(body)))
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: address, port, method, path, headers: raw, agent }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          body: bytes,
          text: bytes.toString(),
          json: <T>() => JSON.parse(bytes.toString()) as T,
        })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

/**
 * Writes bytes to a bare socket and resolves with everything that was received until the server
 * closed the connection. Rejects if it stays open, because only its end shows that no more will
 * come.
 */
export function sendRaw(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    const finish = (): void => {
      socket.destroy()
      resolve(Buffer.concat(chunks).toString('latin1'))
    }
    socket.setTimeout(patience, () => {
      socket.destroy()
      const answer = JSON.stringify(Buffer.concat(chunks).toString('latin1'))
      reject(new Error(`The server left the connection open after ${answer}`))
    })
    socket.on('data', chunk => chunks.push(chunk))
    socket.on('close', finish)
    socket.on('error', error =>
      (error as NodeJS.ErrnoException).code === 'ECONNRESET' || (error as NodeJS.ErrnoException).code === 'EPIPE'
        ? finish()
        : reject(error))
  })
}
