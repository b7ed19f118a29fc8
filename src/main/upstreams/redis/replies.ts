import type { Wire, WireProtocol } from '../wire'
import { Buffer } from 'node:buffer'

/** An error that the server answers, such as `WRONGTYPE …`. */
export class ReplyError {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** Its first word. Empty if that is no code. */
  get code(): string {
    return /^[A-Z][A-Z\d]*(?= |$)/.exec(this.text)?.[0] ?? ''
  }
}

/** Simple strings are text; bulk strings are bytes, which belong to whoever gets them. */
export type Reply = string | number | null | Buffer | ReplyError | Reply[]

/** The server does not speak the protocol. */
export class ProtocolError extends Error {}

/** In place of a reply that is larger than permitted, which was read and thrown away. */
export const oversized = new ReplyError('TOOLARGE')

const lineMax = 64 * 1024
const depthMax = 16
/** About what an element of an array takes besides its bytes. */
const elementBytes = 32

/**
 * Reads replies in the protocol RESP 2 from pieces of a stream, however they are cut. A bulk string
 * is copied once, to where it stays.
 *
 * @param most bytes of one reply, with all its elements
 * @returns takes the next piece; throws ProtocolError, after which nothing more may be given
 */
export function createReplyReader(onReply: (reply: Reply) => void, most: number): (chunk: Buffer) => void {
  const open: { items: Reply[], left: number }[] = []
  let line = ''
  /** The bulk string that is being read; `target` is null if it is thrown away. */
  let bulk: { target: Buffer | null, at: number, length: number } | null = null
  /** Bytes of the line end behind a bulk string that are still to come. */
  let end = 0
  let size = 0
  let depth = 0

  function take(bytes: number): boolean {
    size += bytes
    return size <= most
  }

  function add(reply: Reply): void {
    for (let value = reply; ;) {
      const array = open.at(-1)
      if (!array) {
        const fits = size <= most
        size = 0
        onReply(fits ? value : oversized)
        return
      }
      if (take(elementBytes))
        array.items.push(value)
      array.left -= 1
      if (array.left > 0)
        return
      open.pop()
      depth -= 1
      value = array.items
    }
  }

  function readLine(text: string): void {
    const rest = text.slice(1)
    switch (text[0]) {
      case '+':
        return add(rest)
      case '-':
        return add(new ReplyError(rest))
      case ':':
        return add(integer(rest))
      case '$':
        return startBulk(integer(rest))
      case '*':
        return startArray(integer(rest))
      default:
        throw new ProtocolError('A reply begins with no known type')
    }
  }

  function startBulk(length: number): void {
    if (length < 0)
      return add(null)
    bulk = { target: take(length) ? Buffer.allocUnsafeSlow(length) : null, at: 0, length }
    if (length === 0)
      endBulk()
  }

  function endBulk(): void {
    const done = bulk
    bulk = null
    end = 2
    add(done?.target ?? oversized)
  }

  function startArray(length: number): void {
    if (length < 0)
      return add(null)
    if (length === 0)
      return add([])
    depth += 1
    if (depth > depthMax)
      throw new ProtocolError('A reply is nested too deeply')
    open.push({ items: [], left: length })
  }

  return (chunk) => {
    for (let at = 0; at < chunk.length;) {
      if (end > 0) {
        if (chunk[at] !== (end === 2 ? 13 : 10))
          throw new ProtocolError('A bulk string has another length than it says')
        end -= 1
        at += 1
      }
      else if (bulk) {
        const piece = Math.min(bulk.length - bulk.at, chunk.length - at)
        bulk.target?.set(chunk.subarray(at, at + piece), bulk.at)
        bulk.at += piece
        at += piece
        if (bulk.at === bulk.length)
          endBulk()
      }
      else {
        const stop = chunk.indexOf(10, at)
        const upTo = stop === -1 ? chunk.length : stop
        line += chunk.toString('latin1', at, upTo)
        at = upTo + 1
        if (line.length > lineMax)
          throw new ProtocolError('A line does not end')
        if (stop === -1)
          break
        const whole = line
        line = ''
        if (!whole.endsWith('\r'))
          throw new ProtocolError('A line ends without a carriage return')
        readLine(whole.slice(0, -1))
      }
    }
  }
}

function integer(text: string): number {
  if (!/^[+-]?\d{1,20}$/.test(text))
    throw new ProtocolError('A number is none')
  return Number(text)
}

/** An argument of a command: text, or bytes. */
export type Argument = string | Uint8Array

/** A connection to Redis. */
export type RedisWire = Wire<readonly Argument[], Reply>

export const redisProtocol: WireProtocol<readonly Argument[], Reply> = {
  name: 'Redis',
  encode: encodeCommands,
  createReader: createReplyReader,
}

/** Commands as the bytes that are sent: arrays of bulk strings, whose bytes mean nothing. */
export function encodeCommands(commands: readonly (readonly Argument[])[]): Buffer {
  const pieces: Uint8Array[] = []
  for (const command of commands) {
    pieces.push(Buffer.from(`*${command.length}\r\n`))
    for (const argument of command) {
      const bytes = typeof argument === 'string' ? Buffer.from(argument) : argument
      pieces.push(Buffer.from(`$${bytes.length}\r\n`), bytes, lineEnd)
    }
  }
  return Buffer.concat(pieces)
}

const lineEnd = Buffer.from('\r\n')
