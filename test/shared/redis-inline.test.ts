import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quoteRedisWord, splitRedisLine } from '../../src/shared/redis/inline'

const bytesOf = (text: string): string => Buffer.from(text).toString('latin1')

describe('a line as redis-cli takes it', () => {
  it.each<[string, string[] | undefined]>([
    ['', []],
    ['  GET\ta ', ['GET', 'a']],
    ['SET a "b c" \'d e\'', ['SET', 'a', 'b c', 'd e']],
    [String.raw`SET a "\x00\xFf\n\r\t\b\a\"\\\q"`, ['SET', 'a', '\0\xFF\n\r\t\b\x07"\\q']],
    [String.raw`SET a 'it\'s \n'`, ['SET', 'a', 'it\'s \\n']],
    [String.raw`SET a "\x0g"`, ['SET', 'a', 'x0g']],
    ['SET "" \'\'', ['SET', '', '']],
    ['SET a"b c" d', ['SET', 'ab c', 'd']],
    ['GET "a', undefined],
    ['GET \'a', undefined],
    ['GET "a"b', undefined],
    [bytesOf('GET voilà'), ['GET', bytesOf('voilà')]],
  ])('splits %j', (line, words) => {
    // Red: in src/shared/redis/inline.ts let `space` be /\s/: a byte of à is a space then.
    expect(splitRedisLine(line)).toEqual(words)
  })

  // Red: in src/shared/redis/inline.ts leave `"` out of what `quoteRedisWord` escapes.
  it('has every word back that was quoted, in printable ASCII', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array()), (words) => {
      const texts = words.map(word => Buffer.from(word).toString('latin1'))
      const line = texts.map(quoteRedisWord).join(' ')
      expect(line).toMatch(/^[\x20-\x7E]*$/)
      expect(splitRedisLine(line)).toEqual(texts)
    }))
  })
})
