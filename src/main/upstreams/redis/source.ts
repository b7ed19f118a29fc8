import type { Source, SourceValue } from '../../serving/sources/source'
import type { SourceOptions } from '../driver'
import type { RedisServers } from './servers'
import { Buffer } from 'node:buffer'
import { decodeKey, encodeKey } from '@shared/entry-key'
import { limits } from '@shared/limits'
import { ReplyError } from '../../base/resp'
import { SourceError } from '../../serving/sources/source'
import { demand } from './answers'
import { createRedisStrings, lifeArguments, lifeOfReply } from './strings'
import { readStructure, structures } from './structures'

/** Values of Redis: strings as bytes, structures as JSON. */
export function createRedisSource(servers: RedisServers, { format }: SourceOptions): Source {
  const strings = createRedisStrings(servers)

  async function load(key: string, signal: AbortSignal): Promise<SourceValue | undefined> {
    const name = encodeKey(key)
    const [value, ttl] = await strings.together(name, [['GET', name], ['PTTL', name]], signal)
    if (value instanceof ReplyError && value.code === 'WRONGTYPE')
      return await loadStructure(name, signal)
    const bytes = demand(value)
    return Buffer.isBuffer(bytes) ? { value: bytes, contentType: format, ttl: lifeOfReply(ttl) } : undefined
  }

  async function loadStructure(name: Uint8Array, signal: AbortSignal): Promise<SourceValue | undefined> {
    const [type] = await servers.send(name, [['TYPE', name]], signal)
    const structure = structures.get(String(demand(type)))
    if (!structure)
      throw new SourceError('refused', `The key holds a ${String(type)}, which Larder does not read.`)
    const [value, ttl] = await strings.together(name, [structure.command(name), ['PTTL', name]], signal)
    const items = demand(value)
    // It may have been replaced by another one since we asked for its type, or gone.
    if (!Array.isArray(items) || items.length === 0)
      return undefined
    return { value: readStructure(structure, items), contentType: 'application/json', ttl: lifeOfReply(ttl) }
  }

  return {
    load,
    writes: {
      async set(key, value, signal) {
        const name = encodeKey(key)
        const [reply] = await servers.send(name, [['SET', name, value.value, ...lifeOfValue(value)]], signal)
        demand(reply)
      },
      delete: strings.delete,
      async touch(key, ttl, signal) {
        const name = encodeKey(key)
        const life = ttl === null ? ['PERSIST', name] : ['PEXPIRE', name, ...lifeArguments(ttl).slice(1)]
        const [found, reply] = await strings.together(name, [['EXISTS', name], life], signal)
        demand(reply)
        return demand(found) !== 0
      },
      replace: (key, before, value, signal) =>
        strings.replace(key, before, { bytes: value.value, life: lifeOfValue(value) }, signal),
    },
    async* keys(prefix, signal) {
      for await (const page of strings.scan(prefix, signal)) {
        // Anything else is no key of Larder.
        const keys = page.filter(({ length }) => length > 0 && length <= limits.entryKey).map(decodeKey)
        if (keys.length > 0)
          yield keys
      }
    },
  }
}

/** Where a life has not been named, that of the key stays. */
function lifeOfValue({ ttl }: SourceValue): string[] {
  return ttl === undefined ? ['KEEPTTL'] : lifeArguments(ttl)
}
