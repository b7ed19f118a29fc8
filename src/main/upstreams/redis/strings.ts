import type { Argument, Reply } from '../../base/resp'
import type { RedisServers } from './servers'
import { Buffer } from 'node:buffer'
import { encodeKey } from '@shared/entry-key'
import { ReplyError } from '../../base/resp'
import { SourceError } from '../../serving/sources/source'
import { demand } from './answers'

/** Keys that one SCAN looks at, about. */
const scanCount = 500

/**
 * Writes or deletes where the bytes are the expected ones, as one step of the server. ARGV: whether
 * something is expected, the expected bytes, SET or DEL, the new bytes, then what SET takes after
 * them. Answers -1 if the key holds no bytes.
 */
const replaceScript = `
local kind = redis.call('TYPE', KEYS[1])['ok']
if kind ~= 'none' and kind ~= 'string' then return -1 end
local before = redis.call('GET', KEYS[1])
if ARGV[1] == '0' then
  if before then return 0 end
elseif before ~= ARGV[2] then
  return 0
end
if ARGV[3] == 'DEL' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[4], unpack(ARGV, 5))
end
return 1`

interface Change { bytes: Buffer, life: readonly string[] }

/** The commands for strings that sources and backends share. */
interface RedisStrings {
  /** The replies inside of a transaction, so that nothing happens between its commands. */
  together: (name: Uint8Array, commands: readonly (readonly Argument[])[], signal: AbortSignal) => Promise<Reply[]>
  delete: (key: string, signal: AbortSignal) => Promise<boolean>
  /** @param after bytes and what SET takes after them; null = delete */
  replace: (
    key: string,
    before: Buffer | null,
    after: Change | null,
    signal: AbortSignal,
  ) => Promise<boolean>
  /** Keys as bytes; one may come twice. */
  scan: (prefix: string, signal: AbortSignal) => AsyncGenerator<Buffer[]>
}

export function createRedisStrings({ send, each }: RedisServers): RedisStrings {
  /** Another Larder, for one, runs none. */
  let hasScripts = true

  return {
    async together(name, commands, signal) {
      const replies = await send(name, [['MULTI'], ...commands, ['EXEC']], signal)
      // What is refused before it is queued says why; EXEC then only says that.
      replies.slice(0, -1).forEach(demand)
      const results = demand(replies.at(-1))
      return Array.isArray(results) ? results : []
    },
    async delete(key, signal) {
      const name = encodeKey(key)
      const [reply] = await send(name, [['DEL', name]], signal)
      return demand(reply) !== 0
    },
    async replace(key, before, after, signal) {
      const expected = before === null ? ['0', ''] : ['1', before]
      const change = after === null ? ['DEL'] : ['SET', after.bytes, ...after.life]
      const name = encodeKey(key)
      const [reply] = hasScripts
        ? await send(name, [['EVAL', replaceScript, '1', name, ...expected, ...change]], signal)
        : [unknownCommand]
      if (isUnknown(reply)) {
        hasScripts = false
        const [done] = await send(name, [commandFor(name, before, after)], signal)
        return demand(done) === (before === null && after === null ? 0 : after === null ? 1 : 'OK')
      }
      const written = demand(reply)
      if (written === -1)
        throw new SourceError('refused', 'The key holds a structure, which cannot be compared.')
      return written === 1
    },
    async* scan(prefix, signal) {
      for await (const ask of each(signal)) {
        let cursor = '0'
        do {
          const [reply] = await ask([['SCAN', cursor, 'MATCH', patternOf(prefix), 'COUNT', String(scanCount)]], signal)
          const [next, found] = demand(reply) as [Reply, Reply[]]
          cursor = String(next)
          const keys = found.filter(Buffer.isBuffer)
          if (keys.length > 0)
            yield keys
        } while (cursor !== '0')
      }
    },
  }
}

const unknownCommand = new ReplyError('ERR unknown command')

function isUnknown(reply: Reply | undefined): boolean {
  return reply instanceof ReplyError && reply.text.startsWith(unknownCommand.text)
}

/** The same as the script by commands that Redis has from version 8.4 on. */
function commandFor(name: Uint8Array, before: Buffer | null, after: Change | null): Argument[] {
  if (after === null)
    return before === null ? ['EXISTS', name] : ['DELEX', name, 'IFEQ', before]
  return ['SET', name, after.bytes, ...before === null ? ['NX'] : ['IFEQ', before], ...after.life]
}

/** Seconds; null for ever. A key that was gone in between has none left. */
export function lifeOfReply(reply: Reply | undefined): number | null {
  const milliseconds = Number(demand(reply))
  return milliseconds === -1 ? null : Math.max(0, milliseconds) / 1000
}

/** What SET takes after the value; null = no end. */
export function lifeArguments(seconds: number | null): string[] {
  return seconds === null ? [] : ['PX', String(Math.max(1, Math.round(seconds * 1000)))]
}

/** A pattern for the keys that begin with these bytes: characters with a meaning are escaped. */
function patternOf(prefix: string): Uint8Array {
  const special = new Set(Buffer.from('*?[]\\'))
  const bytes = [...encodeKey(prefix)].flatMap(byte => special.has(byte) ? [0x5C, byte] : [byte])
  return Buffer.from([...bytes, 0x2A])
}
