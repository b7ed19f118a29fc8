import { Buffer } from 'node:buffer'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { printReply, readReply } from '../../../src/shared/redis/reply-text'
import { requireProgram } from '../../helpers/programs'

const cli = requireProgram('redis-cli', 'redis-tools')
const run = promisify(execFile)

const hello = '%1\r\n$5\r\nproto\r\n:3\r\n'
const array = (count: number, each: string): string => `*${count}\r\n${each.repeat(count)}`

/** Replies, with the versions of the protocol that have them. */
const replies: [string, string, 2 | 3][] = [
  ['a simple string', '+OK\r\n', 2],
  ['an empty one', '+\r\n', 2],
  ['an error', '-ERR it\'s "wrong"\r\n', 2],
  ['an integer', ':-9223372036854775808\r\n', 2],
  ['a bulk string', '$5\r\nhello\r\n', 2],
  ['bytes', `$12\r\n"\\\n\r\t\x07\b\0\xC3\xBC\x7Fa\r\n`, 2],
  ['an empty string', '$0\r\n\r\n', 2],
  ['nothing', '$-1\r\n', 2],
  ['no array', '*-1\r\n', 2],
  ['an empty array', '*0\r\n', 2],
  ['an array', '*3\r\n:1\r\n$-1\r\n+x\r\n', 2],
  ['an array of ten', array(10, ':7\r\n'), 2],
  ['arrays in arrays', `*2\r\n${array(11, '*2\r\n$1\r\na\r\n*0\r\n')}${array(2, array(2, ':1\r\n'))}`, 2],
  ['an error in an array', '*2\r\n-ERR no\r\n:1\r\n', 2],
  ['nil', '_\r\n', 3],
  ['true', '#t\r\n', 3],
  ['false', '#f\r\n', 3],
  ['a double', ',3.25\r\n', 3],
  ['an infinite one', ',inf\r\n', 3],
  ['text for people', '=11\r\ntxt:a\r\nb: c\r\n', 3],
  ['a map', '%2\r\n$1\r\na\r\n*2\r\n:1\r\n:2\r\n+b\r\n%1\r\n+c\r\n_\r\n', 3],
  ['a map of twelve', `%12\r\n${'+k\r\n:1\r\n'.repeat(12)}`, 3],
  ['sets and arrays in a map', '%3\r\n+a\r\n~1\r\n:1\r\n+b\r\n*0\r\n+c\r\n~2\r\n:1\r\n:2\r\n', 3],
  ['maps in a map', '%1\r\n+c\r\n%2\r\n+d\r\n*1\r\n*1\r\n:1\r\n*1\r\n+e\r\n*2\r\n:1\r\n:2\r\n', 3],
  ['an empty map', '%0\r\n', 3],
  ['a set', '~2\r\n$1\r\na\r\n:1\r\n', 3],
  ['an empty set', '~0\r\n', 3],
]

/** What redis-cli prints of a reply. */
async function printedByCli(reply: string, protocol: 2 | 3): Promise<string> {
  const server = createServer(socket => socket.on('data', data =>
    void socket.write(Buffer.from(data.includes('HELLO') ? hello : reply, 'latin1'))))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string')
    throw new Error('The server has no port')
  try {
    const words = ['-p', String(address.port), '--no-raw', ...protocol === 3 ? ['-3'] : [], 'ANY']
    const { stdout } = await run('redis-cli', words, { encoding: 'latin1' })
    return stdout.replace(/\n$/, '')
  }
  finally {
    server.close()
  }
}

describe('replies as text', () => {
  // Red: in src/shared/redis/reply-text.ts change a separator, a width or an indent.
  it.skipIf(!cli.available).each(replies)('%s is printed as redis-cli prints it', async (_, reply, protocol) => {
    expect(printReply(readReply(reply))).toBe(await printedByCli(reply, protocol))
  })

  it.each([
    ['$5\r\nhel', '"hel"'],
    ['*3\r\n:1\r\n:2', '1) (integer) 1\n2) …'],
    ['*9\r\n:1\r\n*9\r\n$4\r\nab', '1) (integer) 1\n2) 1) "ab"\n   2) …'],
    ['%2\r\n+a\r\n', '1# a => …'],
    ['', '…'],
  ])('%j, which ends early, is printed as far as it goes', (reply, text) => {
    expect(printReply(readReply(reply))).toBe(text)
  })
})
