import type { Wire, WireProtocol } from '../wire'
import { Buffer } from 'node:buffer'

/** The first line of a reply, in words; what follows it, if anything does. */
export interface MemcachedReply {
  words: readonly string[]
  /** The bytes of a value; null if there is none, or it is larger than permitted. */
  value: Buffer | null
  /** The lines of an answer that has several. */
  lines: readonly string[]
}

/** A connection to memcached; a command is the bytes that are sent. */
export type MemcachedWire = Wire<Buffer, MemcachedReply>

export const memcachedProtocol: WireProtocol<Buffer, MemcachedReply> = {
  name: 'memcached',
  encode: commands => Buffer.concat(commands),
  createReader: createMemcachedReader,
}

const lineMax = 16 * 1024

/**
 * Reads replies of the meta commands, and the lists that `stats` and the crawler give, from pieces
 * of a stream, however they are cut.
 *
 * @param most bytes of one reply
 */
function createMemcachedReader(
  onReply: (reply: MemcachedReply) => void,
  most: number,
): (chunk: Buffer) => void {
  let line = ''
  let lines: string[] = []
  let listed = 0
  /** The value that is being read, with its line end; `target` is null if it is thrown away. */
  let block: { words: string[], target: Buffer | null, at: number, length: number } | null = null

  function endBlock({ words, target, length }: NonNullable<typeof block>): void {
    block = null
    if (target !== null && (target[length] !== 13 || target[length + 1] !== 10))
      throw new Error('A value has another length than it says')
    onReply({ words, value: target?.subarray(0, length) ?? null, lines: [] })
  }

  function readLine(text: string): void {
    const words = text.split(' ')
    if (words[0] === 'VA') {
      const length = Number(words[1])
      if (!/^\d{1,10}$/.test(words[1] ?? ''))
        throw new Error('A value has no length')
      block = { words, target: length > most ? null : Buffer.allocUnsafeSlow(length + 2), at: 0, length }
    }
    else if (words[0] === 'STAT' || text.startsWith('key=')) {
      listed += text.length
      if (listed > most)
        throw new Error('A list does not end')
      lines.push(text)
    }
    else {
      const list = lines
      lines = []
      listed = 0
      onReply({ words, value: null, lines: list })
    }
  }

  return (chunk) => {
    for (let at = 0; at < chunk.length;) {
      if (block) {
        const piece = Math.min(block.length + 2 - block.at, chunk.length - at)
        block.target?.set(chunk.subarray(at, at + piece), block.at)
        block.at += piece
        at += piece
        if (block.at === block.length + 2)
          endBlock(block)
        continue
      }
      const stop = chunk.indexOf(10, at)
      line += chunk.toString('latin1', at, stop === -1 ? chunk.length : stop)
      at = stop === -1 ? chunk.length : stop + 1
      if (line.length > lineMax)
        throw new Error('A line does not end')
      if (stop === -1)
        break
      // The crawler ends its lines without one.
      if (!line.endsWith('\r') && !line.startsWith('key='))
        throw new Error('A line ends without a carriage return')
      const whole = line.replace(/\r$/, '')
      line = ''
      readLine(whole)
    }
  }
}
