import type { MemcachedReply, MemcachedWire } from './replies'
import { Buffer } from 'node:buffer'
import { decodeKey, encodeKey, percentDecode } from '@shared/entry-key'
import { SourceError } from '../../serving/sources/source'
import { keyPages } from '../key-pages'

/** A value of memcached. */
interface MemcachedItem {
  bytes: Buffer
  /** Seconds that are certainly left; null = no end. Written back, they leave the end as it is. */
  life: number | null
  /** Changes with each change of the item. */
  cas: string
}

/** The commands that sources and backends share. All throw SourceError. */
export interface MemcachedItems {
  get: (key: string, signal: AbortSignal) => Promise<MemcachedItem | undefined>
  /** Resolves to whether something was there. */
  set: (key: string, bytes: Buffer, life: number | null, signal: AbortSignal) => Promise<boolean>
  delete: (key: string, signal: AbortSignal) => Promise<boolean>
  /** Gives it another life. Resolves to whether something was there. */
  touch: (key: string, life: number | null, signal: AbortSignal) => Promise<boolean>
  replace: (
    key: string,
    before: Buffer | null,
    after: { bytes: Buffer, life: number | null } | null,
    signal: AbortSignal,
  ) => Promise<boolean>
  keys: (prefix: string, signal: AbortSignal) => AsyncGenerator<string[]>
}

/** Bytes of a key as it is sent. */
const longestKey = 250
/** Times beyond this are dates, in seconds since 1970, and not lives. */
const longestLife = 60 * 60 * 24 * 30
/** The last date that the server knows, 2038-01-19: it keeps dates in 32 bits. */
const lastDate = 2 ** 31 - 1
/** What is left in an item's last second, and less than anybody gives. */
const shortestLife = 0.001
const lineEnd = Buffer.from('\r\n')

/** A key as it is sent, with the flag that says how; undefined if it is too long. */
function sentKey(key: string): string | undefined {
  const bytes = Buffer.from(encodeKey(key))
  // What would end a word or a line, and what is not ASCII, goes as base64.
  const plain = bytes.every(byte => byte > 0x20 && byte < 0x7F)
  const text = bytes.toString(plain ? 'latin1' : 'base64')
  return text.length > longestKey ? undefined : plain ? text : `${text} b`
}

export function fitsMemcached(key: string): boolean {
  return sentKey(key) !== undefined
}

/** @param now milliseconds since 1970 */
export function createMemcachedItems({ send }: Pick<MemcachedWire, 'send'>, now: () => number): MemcachedItems {
  async function ask(command: string, key: string, flags: string, signal: AbortSignal): Promise<MemcachedReply> {
    const [reply] = await send([Buffer.from(lineOf(command, key, '', flags))], signal)
    return requireAnswer(reply)
  }

  function setCommand(key: string, bytes: Buffer, life: number | null, flags: string): Buffer {
    const line = lineOf('ms', key, ` ${bytes.length}`, `T${expiryOf(life, now())}${flags}`)
    return Buffer.concat([Buffer.from(line), bytes, lineEnd])
  }

  async function get(key: string, signal: AbortSignal): Promise<MemcachedItem | undefined> {
    if (!fitsMemcached(key))
      return undefined
    const { words, value } = await ask('mg', key, 'v t c', signal)
    if (words[0] === 'EN')
      return undefined
    if (value === null)
      throw new SourceError('refused', 'The value is larger than Larder keeps.')
    const left = Number(flagOf(words, 't'))
    return { bytes: value, life: left < 0 ? null : Math.max(shortestLife, left - 1), cas: flagOf(words, 'c') }
  }

  return {
    get,
    async set(key, bytes, life, signal) {
      const commands = [Buffer.from(lineOf('mg', key, '', '')), setCommand(key, bytes, life, '')]
      const [found, reply] = await send(commands, signal)
      const there = requireAnswer(found).words[0] !== 'EN'
      demandWritten(reply)
      return there
    },
    async delete(key, signal) {
      return fitsMemcached(key) && (await ask('md', key, '', signal)).words[0] === 'HD'
    },
    async touch(key, life, signal) {
      return fitsMemcached(key) && (await ask('mg', key, `T${expiryOf(life, now())}`, signal)).words[0] === 'HD'
    },
    async replace(key, before, after, signal) {
      const held = await get(key, signal)
      if (held === undefined ? before !== null : before === null || !held.bytes.equals(before))
        return false
      if (after === null)
        return held === undefined || (await ask('md', key, `C${held.cas}`, signal)).words[0] === 'HD'
      const condition = held === undefined ? ' ME' : ` C${held.cas}`
      const [reply] = await send([setCommand(key, after.bytes, after.life, condition)], signal)
      return demandWritten(reply).words[0] === 'HD'
    },
    async* keys(prefix, signal) {
      const [reply] = await send([Buffer.from('lru_crawler metadump hash\r\n')], signal)
      const { lines } = requireAnswer(reply)
      yield* keyPages(lines, keyOfLine, prefix)
    },
  }
}

/** Throws SourceError `refused` for a key that memcached does not take. */
function lineOf(command: string, key: string, after: string, flags: string): string {
  const sent = sentKey(key)
  if (sent === undefined)
    throw new SourceError('refused', 'The key is longer than memcached takes.')
  const [name = '', ...base64] = sent.split(' ')
  return `${[`${command} ${name}${after}`, ...base64, ...flags === '' ? [] : [flags]].join(' ')}\r\n`
}

/** The crawler writes keys in percent-encoding. */
function keyOfLine(line: string): string | undefined {
  const text = /^key=(\S+) /.exec(line)?.[1]
  const key = text === undefined ? null : percentDecode(text)
  return key === null ? undefined : decodeKey(encodeKey(key))
}

function flagOf(words: readonly string[], flag: string): string {
  return words.find(word => word.startsWith(flag))?.slice(1) ?? ''
}

/**
 * Whole seconds, at least one; a date where a life would be taken for one. The server counts the
 * ticks of its own clock, the first of which may come at once: without one more the life would end
 * early. A life beyond the last date has no end there.
 */
function expiryOf(life: number | null, now: number): number {
  if (life === null)
    return 0
  const seconds = life <= shortestLife ? 1 : Math.ceil(life) + 1
  if (seconds <= longestLife)
    return seconds
  const end = Math.ceil(now / 1000) + seconds
  return end > lastDate ? 0 : end
}

/** The reply, unless it is an error. The server's own sentences are not passed on. */
export function requireAnswer(reply: MemcachedReply | undefined): MemcachedReply {
  const text = reply?.words.join(' ') ?? ''
  if (reply === undefined || !/^(?:ERROR|CLIENT_ERROR|SERVER_ERROR|BUSY)/.test(text))
    return reply ?? { words: [], value: null, lines: [] }
  if (/unauthenticated|authentication failure/.test(text))
    throw new SourceError('refused', 'The server wants another user or password.')
  if (text.startsWith('BUSY'))
    throw new SourceError('refused', 'The server lists its keys for somebody else.')
  if (/too large/.test(text))
    throw new SourceError('refused', 'The value is larger than the server takes.')
  throw new SourceError('refused', text === 'ERROR'
    ? 'The server does not know the command; memcached is needed from 1.6 on.'
    : 'The server answers with an error.')
}

/** A server that has no memory for a value drops the one before it, so that nobody knows. */
function demandWritten(reply: MemcachedReply | undefined): MemcachedReply {
  if (reply?.words[0] === 'SERVER_ERROR')
    throw new SourceError('lost', 'The server has no memory left for the value.')
  return requireAnswer(reply)
}
