import { encodeKey } from '@shared/entry-key'
import { keyVariable } from './request'

/** A command of the Redis protocol to show as code. */
export interface RedisSnippet {
  /** `redis://localhost:7379`: without a key, and without a slash at the end. */
  url: string
  cache: string
  /** The command and its arguments, one character a byte. */
  words: readonly [string, ...string[]]
}

/** The bytes of a key, or of text, one character each. */
export function redisWord(text: string): string {
  let bytes = ''
  for (const byte of encodeKey(text))
    bytes += String.fromCharCode(byte)
  return bytes
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What a word is as text; undefined if it is none. */
export function textOfWord(word: string): string | undefined {
  try {
    return utf8.decode(bytesOfWord(word))
  }
  catch {
    // Bytes that are no text are written in another way.
    return undefined
  }
}

export function bytesOfWord(word: string): Uint8Array {
  return Uint8Array.from(word, byte => byte.charCodeAt(0))
}

/** The URL around the key, in two parts: the cache is the user name. */
export function redisUrlParts({ url, cache }: Pick<RedisSnippet, 'url' | 'cache'>): [before: string, behind: string] {
  const [scheme = '', place = ''] = url.split('://')
  return [`${scheme}://${encodeURIComponent(cache)}:`, `@${place}`]
}

/** The URL for a shell, which puts the key in. */
export function redisShellUrl(snippet: Pick<RedisSnippet, 'url' | 'cache'>): string {
  return redisUrlParts(snippet).join(`$${keyVariable}`)
}
