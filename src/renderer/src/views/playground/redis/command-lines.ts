import { quoteRedisText, splitRedisLine } from '@shared/redis/inline'
import { redisWord } from '../../../snippets/redis'

/** The lines that hold a command. */
export function commandLines(text: string): string[] {
  return text.toWellFormed().split('\n').map(line => line.trim()).filter(line => line !== '')
}

/** The words of a line, one character a byte; undefined if it has none, or its quotes are wrong. */
export function commandWords(line: string): [string, ...string[]] | undefined {
  const [first, ...rest] = splitRedisLine(redisWord(line)) ?? []
  return first === undefined ? undefined : [first, ...rest]
}

/** What a run would empty, for the question before it; null if nothing. */
export function emptiedBy(lines: readonly string[], cache: string): string | null {
  const names = new Set(lines.map(line => commandWords(line)?.[0].toLowerCase()))
  if (names.has('flushall'))
    return 'the caches db0 to db15'
  return names.has('flushdb') ? `the cache ${cache}` : null
}

/** A command as it goes over the wire, one character a byte. */
export function requestBytes(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map(word => `$${word.length}\r\n${word}\r\n`).join('')}`
}

/** Bytes to read: a line for each line of the protocol, with escapes for what cannot be seen. */
export function showBytes(bytes: string): string {
  return bytes.split(/(?<=\n)/).map(line => quoteRedisText(line).slice(1, -1).replaceAll('\\"', '"')).join('\n')
}
