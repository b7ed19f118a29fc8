import type { Reply } from '../../../src/main/base/resp'
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createReplyReader,
  encodeCommands,
  oversized,
  ProtocolError,
  Push,
  ReplyError,
  ReplyMap,
} from '../../../src/main/base/resp'
import { sentenceOfReply } from '../../../src/main/upstreams/redis/answers'

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
  if (typeof reply === 'boolean')
    return Buffer.from(reply ? '#t\r\n' : '#f\r\n')
  if (typeof reply === 'bigint')
    return Buffer.from(`(${reply}\r\n`)
  if (reply instanceof ReplyMap)
    return Buffer.concat([Buffer.from(`%${reply.items.length / 2}\r\n`), ...reply.items.map(write)])
  if (reply instanceof Push)
    return Buffer.concat([Buffer.from(`>${reply.items.length}\r\n`), ...reply.items.map(write)])
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
    fc.boolean(),
    fc.bigInt(),
    fc.array(tie('reply'), { maxLength: 4 }),
    fc.array(fc.tuple(tie('reply'), tie('reply')), { maxLength: 2 }).map(pairs => new ReplyMap(pairs.flat())),
  ),
}))
const anyMessage = fc.oneof(anyReply, fc.array(anyReply, { maxLength: 4 }).map(items => new Push(items)))

describe('replies', () => {
  it('come out as they went in, however the stream is cut', () => {
    fc.assert(fc.property(fc.array(anyMessage, { maxLength: 5 }), fc.array(fc.nat(200)), (replies, cuts) => {
      const stream = Buffer.concat(replies.map(write))
      const at = [0, ...cuts.filter(cut => cut < stream.length).sort((a, b) => a - b), stream.length]
      const pieces = at.slice(1).map((end, index) => stream.subarray(at[index], end))
      expect(read(pieces)).toEqual(replies)
      expect(read([...stream].map(byte => Buffer.from([byte])))).toEqual(replies)
    }))
  })

  // Red: in src/main/base/resp.ts let `take` always return true.
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

  // Red: in src/main/base/resp.ts let `add` go on after an attribute as after an array.
  it.each([
    ['_\r\n', null],
    ['#t\r\n', true],
    [',1.5\r\n', 1.5],
    [',10\r\n', 10],
    [',-1e-3\r\n', -0.001],
    [',inf\r\n', Infinity],
    [',-inf\r\n', -Infinity],
    [',nan\r\n', Number.NaN],
    ['(-12345678901234567890123\r\n', -12345678901234567890123n],
    ['=8\r\ntxt:text\r\n', Buffer.from('text')],
    ['!9\r\nERR a\r\nb!\r\n', new ReplyError('ERR a\r\nb!')],
    ['~2\r\n:1\r\n:2\r\n', [1, 2]],
    ['%1\r\n+a\r\n:1\r\n', new ReplyMap(['a', 1])],
    ['%0\r\n', new ReplyMap([])],
    ['>2\r\n+invalidate\r\n_\r\n', new Push(['invalidate', null])],
    ['|1\r\n+ttl\r\n:5\r\n+OK\r\n', 'OK'],
    ['|0\r\n+OK\r\n', 'OK'],
    ['*2\r\n|1\r\n+ttl\r\n*1\r\n:5\r\n+a\r\n+b\r\n', ['a', 'b']],
  ])('are those of RESP 3: %j', (text, expected) => {
    expect(read([Buffer.from(text)])).toEqual([expected])
    expect(read([...Buffer.from(text)].map(byte => Buffer.from([byte])))).toEqual([expected])
  })

  // Red: in src/main/base/resp.ts hand out `oversized` for a push as for all else.
  it('stay pushes where they are too large, so that nobody takes them for an answer', () => {
    const push = write(new Push(['invalidate', [Buffer.alloc(200)]]))
    expect(read([push, Buffer.from('+PONG\r\n')], 99)).toEqual([new Push([oversized]), 'PONG'])
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
    '%1\r\n'.repeat(40),
    '|1\r\n'.repeat(40),
    '#x\r\n',
    '_x\r\n',
    ',1,5\r\n',
    ',Infinity\r\n',
    '(1.5\r\n',
    `(${'1'.repeat(2000)}\r\n`,
    '=3\r\ntxt\r\n',
    '$?\r\n',
    '*?\r\n',
    '*1\r\n>1\r\n+a\r\n',
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
