import type { ReplyError } from '../base/resp'
import { Buffer } from 'node:buffer'

/** Versions of the protocol. */
export type Protocol = 2 | 3

/** A map of RESP 3, keys and values in turns; an array before. */
export class AnswerMap {
  readonly items: readonly RedisAnswer[]

  constructor(items: readonly RedisAnswer[]) {
    this.items = items
  }
}

/** A set of RESP 3; an array before. */
export class ReplySet {
  readonly items: readonly RedisAnswer[]

  constructor(items: readonly RedisAnswer[]) {
    this.items = items
  }
}

/** Text for people: a verbatim string of RESP 3, a bulk string before. */
export class Verbatim {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** An answer in the version of the protocol that was agreed on when it was given. */
export class InProtocol {
  readonly answer: RedisAnswer
  readonly protocol: Protocol

  constructor(answer: RedisAnswer, protocol: Protocol) {
    this.answer = answer
    this.protocol = protocol
  }
}

/** What the server tells by itself; an array before RESP 3. */
export class PushAnswer {
  readonly items: readonly RedisAnswer[]

  constructor(items: readonly RedisAnswer[]) {
    this.items = items
  }
}

/** Several answers to one command, one behind the other. */
export class Several {
  readonly items: readonly RedisAnswer[]

  constructor(items: readonly RedisAnswer[]) {
    this.items = items
  }
}

/** In place of an array that there is none of. */
export const noArray = Symbol('no array')

/**
 * What a command answers. Text is a simple string, bytes are a bulk string; a bigint is an integer
 * of 64 bits.
 */
export type RedisAnswer
  = | string | number | bigint | null | Buffer | ReplyError | typeof noArray
    | InProtocol | AnswerMap | ReplySet | Verbatim | PushAnswer | Several | RedisAnswer[]

/** A refusal of a command, in the words of Redis: clients go by them. */
export class CommandFault extends Error {
  /** What the request log may keep, where the words quote what the client has sent. */
  readonly logged: string

  constructor(words: string, logged = words) {
    super(words)
    this.logged = logged
  }
}

/** What an error repeats of what a client has sent: it ends at a zero, as in C. */
export function printed(bytes: Uint8Array | undefined, most = 128): string {
  const text = Buffer.from(bytes ?? []).toString('latin1')
  const end = text.indexOf('\0')
  return text.slice(0, Math.min(most, end === -1 ? most : end))
}

/** Errors that several commands have. */
export const faults = {
  syntax: () => new CommandFault('ERR syntax error'),
  notWhole: () => new CommandFault('ERR value is not an integer or out of range'),
  notFloat: () => new CommandFault('ERR value is not a valid float'),
  wrongKind: () => new CommandFault('WRONGTYPE Operation against a key holding the wrong kind of value'),
  noKey: () => new CommandFault('ERR no such key'),
  noRoom: () => new CommandFault('OOM command not allowed when used memory > \'maxmemory\'.'),
  tooLong: () => new CommandFault('ERR string exceeds maximum allowed size (proto-max-bulk-len)'),
  tooLarge: (most: number) => new CommandFault(`ERR the value is too large: a value may have ${most} bytes`),
  outOfRange: () => new CommandFault('ERR value is out of range'),
  cursor: () => new CommandFault('ERR invalid cursor'),
  sameObject: () => new CommandFault('ERR source and destination objects are the same'),
  database: () => new CommandFault('ERR DB index is out of range'),
  expireTime: (command: string) => new CommandFault(`ERR invalid expire time in '${command}' command`),
  part: (command: string, part?: Uint8Array) => new CommandFault(
    `ERR unknown subcommand or wrong number of arguments for '${printed(part)}'. Try ${command.toUpperCase()} HELP.`,
  ),
  arity: (command: string) => new CommandFault(`ERR wrong number of arguments for '${command}' command`),
}
