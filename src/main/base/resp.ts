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

/**
 * Simple strings are text; bulk strings are bytes, which belong to whoever gets them. A big number
 * is a bigint, a verbatim string its bytes without their format, a set an array.
 */
export type Reply = string | number | null | Buffer | ReplyError | Reply[] | boolean | bigint | ReplyMap | Push

/** A map of RESP 3: keys and values in turns, because keys may be of any kind. */
export class ReplyMap {
  readonly items: readonly Reply[]

  constructor(items: readonly Reply[]) {
    this.items = items
  }
}

/** What a server sends by itself in RESP 3: an answer to nothing. Too large, it is `oversized`. */
export class Push {
  readonly items: readonly Reply[]

  constructor(items: readonly Reply[]) {
    this.items = items
  }
}

/** The server does not speak the protocol. */
export class ProtocolError extends Error {}

/** In place of a reply that is larger than permitted, which was read and thrown away. */
export const oversized = new ReplyError('TOOLARGE')

const lineMax = 64 * 1024
const depthMax = 16
/** About what an element of an array takes besides its bytes. */
const elementBytes = 32

/** Which of the forms with several elements this is. Attributes only describe what follows them. */
type Kind = '*' | '~' | '%' | '>' | '|'

interface Aggregate { kind: Kind, items: Reply[], left: number }

/**
 * Reads replies in the protocols RESP 2 and RESP 3 from pieces of a stream, however they are cut. A
 * bulk string is copied once, to where it stays. Streamed strings and aggregates of RESP 3, which
 * no server sends unasked, are refused.
 *
 * @param most bytes of one reply, with all its elements
 * @returns takes the next piece; throws ProtocolError, after which nothing more may be given
 */
export function createReplyReader(onReply: (reply: Reply) => void, most: number): (chunk: Buffer) => void {
  const open: Aggregate[] = []
  let line = ''
  /** The bulk string that is being read; `target` is null if it is thrown away. */
  let bulk: { type: string, target: Buffer | null, at: number, length: number } | null = null
  /** Bytes of the line end behind a bulk string that are still to come. */
  let end = 0
  let size = 0

  function take(bytes: number): boolean {
    size += bytes
    return size <= most
  }

  function hand(reply: Reply): void {
    const fits = size <= most
    size = 0
    onReply(fits ? reply : reply instanceof Push ? new Push([oversized]) : oversized)
  }

  function add(reply: Reply): void {
    for (let value = reply; ;) {
      const aggregate = open.at(-1)
      if (!aggregate)
        return hand(value)
      if (take(elementBytes))
        aggregate.items.push(value)
      aggregate.left -= 1
      if (aggregate.left > 0)
        return
      open.pop()
      // What an attribute describes is still to come, and is the element.
      if (aggregate.kind === '|')
        return
      value = closed(aggregate)
    }
  }

  function readLine(text: string): void {
    const type = text[0]
    const rest = text.slice(1)
    switch (type) {
      case '+':
        return add(rest)
      case '-':
        return add(new ReplyError(rest))
      case ':':
        return add(integer(rest))
      case '$':
      case '=':
      case '!':
        return startBulk(type, integer(rest))
      case '*':
      case '~':
      case '%':
      case '>':
      case '|':
        return startAggregate(type, integer(rest))
      case '_':
        return add(exactly(rest, '', null))
      case '#':
        return add(rest === 't' ? true : exactly(rest, 'f', false))
      case ',':
        return add(double(rest))
      case '(':
        return add(bigNumber(rest))
      default:
        throw new ProtocolError('A reply begins with no known type')
    }
  }

  function startBulk(type: string, length: number): void {
    if (length < 0)
      return add(null)
    bulk = { type, target: take(length) ? Buffer.allocUnsafeSlow(length) : null, at: 0, length }
    if (length === 0)
      endBulk(bulk)
  }

  function endBulk({ type, target }: NonNullable<typeof bulk>): void {
    bulk = null
    end = 2
    if (target === null)
      add(oversized)
    else if (type === '$')
      add(target)
    else
      add(type === '=' ? verbatim(target) : new ReplyError(target.toString('latin1')))
  }

  function startAggregate(kind: Kind, length: number): void {
    if (length < 0)
      return add(null)
    if (kind === '>' && open.length > 0)
      throw new ProtocolError('A push stands inside of a reply')
    const aggregate = { kind, items: [], left: kind === '%' || kind === '|' ? 2 * length : length }
    if (length > 0) {
      if (open.push(aggregate) > depthMax)
        throw new ProtocolError('A reply is nested too deeply')
    }
    else if (kind !== '|') {
      add(closed(aggregate))
    }
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
          endBulk(bulk)
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

/** The type is three characters and a colon, before the text. */
function verbatim(bytes: Buffer): Buffer {
  if (bytes[3] !== 0x3A)
    throw new ProtocolError('A verbatim string has no format')
  return bytes.subarray(4)
}

function closed({ kind, items }: Aggregate): Reply {
  return kind === '%' ? new ReplyMap(items) : kind === '>' ? new Push(items) : items
}

function exactly<T>(text: string, expected: string, value: T): T {
  if (text !== expected)
    throw new ProtocolError('A value is none of its type')
  return value
}

function double(text: string): number {
  if (/^[+-]?inf$/.test(text))
    return text.startsWith('-') ? -Infinity : Infinity
  if (text !== 'nan' && !/^[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i.test(text))
    throw new ProtocolError('A number is none')
  return Number(text)
}

/** Far more digits than anybody sends; to read them takes a time that grows with their square. */
const digitsMax = 1000

function bigNumber(text: string): bigint {
  if (text.length > digitsMax || !/^[+-]?\d+$/.test(text))
    throw new ProtocolError('A number is none')
  return BigInt(text.replace('+', ''))
}

/** An argument of a command: text, or bytes. */
export type Argument = string | Uint8Array

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
