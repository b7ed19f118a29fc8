import type { Backend } from '../../serving/backends/backend'
import type { RedisServers } from './servers'
import { Buffer } from 'node:buffer'
import { decodeKey, encodeKey } from '@shared/entry-key'
import { limits } from '@shared/limits'
import { demand } from './answers'
import { createRedisStrings, lifeArguments, lifeOfReply } from './strings'

/** Strings of Redis as the entries of a cache. */
export function createRedisBackend(servers: RedisServers): Backend {
  const strings = createRedisStrings(servers)
  return {
    endsLives: true,
    // Redis takes more, but nothing larger is read from it.
    beyond: async (_, bytes) => bytes > limits.valueMax ? 'value' : null,
    async get(key, signal) {
      const name = encodeKey(key)
      const [value, life] = await strings.together(name, [['GET', name], ['PTTL', name]], signal)
      const bytes = demand(value)
      return Buffer.isBuffer(bytes) ? { bytes, life: lifeOfReply(life) } : undefined
    },
    async set(key, { bytes, life }, signal) {
      const name = encodeKey(key)
      const [found, reply] = await strings.together(
        name,
        [['EXISTS', name], ['SET', name, bytes, ...lifeArguments(life)]],
        signal,
      )
      demand(reply)
      return demand(found) !== 0
    },
    delete: strings.delete,
    replace: (key, before, after, signal) => strings.replace(
      key,
      before,
      after && { bytes: after.bytes, life: lifeArguments(after.life) },
      signal,
    ),
    async* keys(prefix, signal) {
      for await (const page of strings.scan(prefix, signal))
        yield page.map(decodeKey)
    },
  }
}
