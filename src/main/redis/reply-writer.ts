import type { Protocol, RedisAnswer } from './reply'
import { Buffer } from 'node:buffer'
import { ReplyError } from '../base/resp'
import { lastingValue } from '../serving/ports'
import { AnswerMap, InProtocol, noArray, PushAnswer, ReplySet, Several, Verbatim } from './reply'

/** Bytes up to which a value is joined with what stands around it. */
const joinable = 4096

export interface ReplyWriter {
  /** Bytes that wait to be taken. */
  readonly bytes: number
  /** Adds an answer. A value is copied, unless it never changes. */
  write: (answer: RedisAnswer, protocol: Protocol) => void
  /** All that was written since the last time: text of one byte a character, and bytes. */
  take: () => (string | Buffer)[]
}

/**
 * Writes answers as RESP 2 or RESP 3. Small ones are gathered as text, which Node hands to the
 * system without an allocation.
 */
export function createReplyWriter(): ReplyWriter {
  let text = ''
  let pieces: (string | Buffer)[] = []
  let apart = 0

  function bulk(value: Buffer): void {
    if (value.length <= joinable) {
      text += `$${value.length}\r\n${value.toString('latin1')}\r\n`
      return
    }
    pieces.push(`${text}$${value.length}\r\n`, value.length > lastingValue ? value : Buffer.copyBytesFrom(value))
    apart += text.length + value.length
    text = '\r\n'
  }

  function all(sign: string, count: number, items: readonly RedisAnswer[], protocol: Protocol): void {
    text += `${sign}${count}\r\n`
    for (const item of items)
      write(item, protocol)
  }

  function write(answer: RedisAnswer, protocol: Protocol): void {
    if (Buffer.isBuffer(answer))
      bulk(answer)
    else if (typeof answer === 'string')
      text += `+${answer}\r\n`
    else if (typeof answer === 'number' || typeof answer === 'bigint')
      text += `:${answer}\r\n`
    else if (answer === null)
      text += protocol === 3 ? '_\r\n' : '$-1\r\n'
    else if (answer === noArray)
      text += protocol === 3 ? '_\r\n' : '*-1\r\n'
    else if (answer instanceof ReplyError)
      text += `-${answer.text}\r\n`
    else if (answer instanceof AnswerMap)
      writeMap(answer, protocol)
    else if (answer instanceof ReplySet)
      all(protocol === 3 ? '~' : '*', answer.items.length, answer.items, protocol)
    else if (answer instanceof Verbatim)
      writeVerbatim(answer, protocol)
    else if (answer instanceof InProtocol)
      write(answer.answer, answer.protocol)
    else if (answer instanceof PushAnswer)
      all(protocol === 3 ? '>' : '*', answer.items.length, answer.items, protocol)
    else if (answer instanceof Several)
      answer.items.forEach(item => write(item, protocol))
    else
      all('*', answer.length, answer, protocol)
  }

  function writeMap({ items }: AnswerMap, protocol: Protocol): void {
    const [sign, count] = protocol === 3 ? ['%', items.length / 2] as const : ['*', items.length] as const
    all(sign, count, items, protocol)
  }

  function writeVerbatim({ text: words }: Verbatim, protocol: Protocol): void {
    const bytes = Buffer.from(protocol === 3 ? `txt:${words}` : words)
    text += `${protocol === 3 ? '=' : '$'}${bytes.length}\r\n${bytes.toString('latin1')}\r\n`
  }

  return {
    get bytes() {
      return apart + text.length
    },
    write,
    take() {
      const taken = pieces
      if (text !== '')
        taken.push(text)
      text = ''
      pieces = []
      apart = 0
      return taken
    },
  }
}
