import type { Source, SourceValue } from '../../serving/sources/source'
import type { SourceOptions } from '../driver'
import type { Argument, Reply } from './replies'
import type { Wire } from './wire'
import { Buffer } from 'node:buffer'
import { decodeKey, encodeKey } from '@shared/entry-key'
import { limits } from '@shared/limits'
import { SourceError } from '../../serving/sources/source'
import { demand } from './answers'
import { ReplyError } from './replies'
import { readStructure, structures } from './structures'

/** Keys that one SCAN looks at, about. */
const scanCount = 500

/**
 * Writes where the bytes are the expected ones, as one step of the server. ARGV: whether something
 * is expected, the expected bytes, the new ones, then what SET takes after them. Answers -1 if the
 * key holds no bytes.
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
redis.call('SET', KEYS[1], ARGV[3], unpack(ARGV, 4))
return 1`

/** Values of Redis: strings as bytes, structures as JSON. */
export function createRedisSource({ send }: Pick<Wire, 'send'>, { format }: SourceOptions): Source {
  /** The replies inside of a transaction, so that nothing happens between its commands. */
  async function together(commands: readonly (readonly Argument[])[], signal: AbortSignal): Promise<Reply[]> {
    const replies = await send([['MULTI'], ...commands, ['EXEC']], signal)
    // What is refused before it is queued says why; EXEC then only says that.
    replies.slice(0, -1).forEach(demand)
    const results = demand(replies.at(-1))
    return Array.isArray(results) ? results : []
  }

  async function load(key: string, signal: AbortSignal): Promise<SourceValue | undefined> {
    const name = encodeKey(key)
    const [value, ttl] = await together([['GET', name], ['PTTL', name]], signal)
    if (value instanceof ReplyError && value.code === 'WRONGTYPE')
      return await loadStructure(name, signal)
    const bytes = demand(value)
    return Buffer.isBuffer(bytes) ? { value: bytes, contentType: format, ttl: lifeOf(ttl) } : undefined
  }

  async function loadStructure(name: Uint8Array, signal: AbortSignal): Promise<SourceValue | undefined> {
    const [type] = await send([['TYPE', name]], signal)
    const structure = structures.get(String(demand(type)))
    if (!structure)
      throw new SourceError('refused', `The key holds a ${String(type)}, which Larder does not read.`)
    const [value, ttl] = await together([structure.command(name), ['PTTL', name]], signal)
    const items = demand(value)
    // It may have been replaced by another one since we asked for its type, or gone.
    if (!Array.isArray(items) || items.length === 0)
      return undefined
    return { value: readStructure(structure, items), contentType: 'application/json', ttl: lifeOf(ttl) }
  }

  return {
    load,
    writes: {
      async set(key, value, signal) {
        const [reply] = await send([['SET', encodeKey(key), value.value, ...lifeArguments(value)]], signal)
        demand(reply)
      },
      async delete(key, signal) {
        const [reply] = await send([['DEL', encodeKey(key)]], signal)
        return demand(reply) !== 0
      },
      async replace(key, before, value, signal) {
        const expected = before === null ? ['0', ''] : ['1', before]
        const [reply] = await send([
          ['EVAL', replaceScript, '1', encodeKey(key), ...expected, value.value, ...lifeArguments(value)],
        ], signal)
        const written = demand(reply)
        if (written === -1)
          throw new SourceError('refused', 'The key holds a structure, which cannot be compared.')
        return written === 1
      },
    },
    async* keys(prefix, signal) {
      let cursor = '0'
      do {
        const [reply] = await send([
          ['SCAN', cursor, 'MATCH', patternOf(prefix), 'COUNT', String(scanCount)],
        ], signal)
        const [next, found] = demand(reply) as [Reply, Reply[]]
        cursor = String(next)
        const keys = found.filter(Buffer.isBuffer)
          // Anything else is no key of Larder.
          .filter(({ length }) => length > 0 && length <= limits.entryKey)
          .map(decodeKey)
        if (keys.length > 0)
          yield keys
      } while (cursor !== '0')
    },
  }
}

/** Seconds; null for ever. A key that was gone in between has none left. */
function lifeOf(reply: Reply | undefined): number | null {
  const milliseconds = Number(demand(reply))
  return milliseconds === -1 ? null : Math.max(0, milliseconds) / 1000
}

/** What SET takes after the value. Where a life has not been named, that of the key stays. */
function lifeArguments({ ttl }: SourceValue): string[] {
  if (ttl === undefined)
    return ['KEEPTTL']
  return ttl === null ? [] : ['PX', String(Math.max(1, Math.round(ttl * 1000)))]
}

/** A pattern for the keys that begin with these bytes: characters with a meaning are escaped. */
function patternOf(prefix: string): Uint8Array {
  const special = new Set(Buffer.from('*?[]\\'))
  const bytes = [...encodeKey(prefix)].flatMap(byte => special.has(byte) ? [0x5C, byte] : [byte])
  return Buffer.from([...bytes, 0x2A])
}
