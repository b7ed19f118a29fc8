import type { Reply } from '../../../src/main/upstreams/redis/replies'
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sentenceOfReply } from '../../../src/main/upstreams/redis/answers'
import {
  createReplyReader,
  encodeCommands,
  oversized,
  ProtocolError,
  ReplyError,
} from '../../../src/main/upstreams/redis/replies'

function read(pieces: readonly Buffer[], most = 1e6): Reply[] {
  const replies: Reply[] = []
  const take = createReplyReader(reply => void replies.push(reply), most)
  pieces.forEach(take)
  return replies
}

function write(reply: Reply): Buffer {
  if (typeof reply === 'string')
    return Buffer.from(`+${reply}\r\n`)
  if (typeof reply === 'number')
    return Buffer.from(`:${reply}\r\n`)
  if (reply === null)
    return Buffer.from('$-1\r\n')
  if (reply instanceof ReplyError)
    return Buffer.from(`-${reply.text}\r\n`)
  return Buffer.isBuffer(reply)
    ? Buffer.concat([Buffer.from(`$${reply.length}\r\n`), reply, Buffer.from('\r\n')])
    : Buffer.concat([Buffer.from(`*${reply.length}\r\n`), ...reply.map(write)])
}

const visible = fc.integer({ min: 0x20, max: 0x7E }).map(code => String.fromCharCode(code))
const line = fc.string({ unit: visible, maxLength: 20 })
const { reply: anyReply } = fc.letrec<{ reply: Reply }>(tie => ({
  reply: fc.oneof(
    { maxDepth: 3 },
    line,
    fc.integer(),
    fc.constant(null),
    line.map(text => new ReplyError(text)),
    fc.uint8Array({ maxLength: 30 }).map(bytes => Buffer.from(bytes)),
    fc.array(tie('reply'), { maxLength: 4 }),
  ),
}))

describe('replies', () => {
  it('come out as they went in, however the stream is cut', () => {
    fc.assert(fc.property(fc.array(anyReply, { maxLength: 5 }), fc.array(fc.nat(200)), (replies, cuts) => {
      const stream = Buffer.concat(replies.map(write))
      const at = [0, ...cuts.filter(cut => cut < stream.length).sort((a, b) => a - b), stream.length]
      const pieces = at.slice(1).map((end, index) => stream.subarray(at[index], end))
      expect(read(pieces)).toEqual(replies)
      expect(read([...stream].map(byte => Buffer.from([byte])))).toEqual(replies)
    }))
  })

  // Red: in src/main/upstreams/redis/replies.ts let `take` always return true.
  it('that are too large are thrown away, and those behind them are not', () => {
    const replies: Reply[] = [Buffer.alloc(100), [Buffer.alloc(60), [Buffer.alloc(60)]], 'next']
    const stream = Buffer.concat(replies.map(write))
    for (const size of [1, 7, stream.length]) {
      const pieces = Array.from({ length: Math.ceil(stream.length / size) }, (_, index) =>
        stream.subarray(index * size, (index + 1) * size))
      expect(read(pieces, 99)).toEqual([oversized, oversized, 'next'])
    }
    // No room is made for what will be thrown away.
    expect(read([Buffer.from(`$${2 ** 50}\r\nx`)])).toEqual([])
    expect(read([Buffer.from(`*1000000\r\n${':1\r\n'.repeat(1000)}`)], 1000)).toEqual([])
  })

  it.each([
    'HTTP/1.1 200 OK\r\n',
    '\r\n',
    '+OK\n',
    ':x\r\n',
    '$\r\n',
    '$1.5\r\n',
    '$2\r\nabc\r\n',
    '*1\r\n'.repeat(40),
    'x'.repeat(70_000),
  ])('are refused if they are none: %j', (text) => {
    expect(() => read([Buffer.from(text)])).toThrow(ProtocolError)
  })

  it('are asked for by commands whose arguments mean nothing', () => {
    expect(encodeCommands([['GET', 'é'], ['SET', Buffer.from([0xFF, 13, 10]), '']]).toString('latin1'))
      .toBe('*2\r\n$3\r\nGET\r\n$2\r\nÃ©\r\n*3\r\n$3\r\nSET\r\n$3\r\nÿ\r\n\r\n$0\r\n\r\n')
  })
})

describe('errors', () => {
  it.each([
    ['WRONGPASS invalid username-password pair or user is disabled.', 'The server refuses this user or password.'],
    ['ERR AUTH <password> called without any password configured', 'The server has no password; leave it out.'],
    ['ERR Client sent AUTH, but no password is set', 'The server has no password; leave it out.'],
    ['ERR invalid password', 'The server refuses this user or password.'],
    ['ERR DB index is out of range', 'The server has no database of this number.'],
    ['ERR unknown command \'SET\', with args beginning with: \'canary\'', 'The server does not know the command.'],
    ['NEWCODE canary', 'The server answers with the error NEWCODE.'],
    ['canary', 'The server answers with an error.'],
    ['constructor canary', 'The server answers with an error.'],
  ])('%s', (text, sentence) => expect(sentenceOfReply(new ReplyError(text))).toBe(sentence))
})
