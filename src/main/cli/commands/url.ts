import { firstRedisDatabase, isRedisUser } from '@shared/redis/users'
import { defineCommand, flag } from '../command'
import { cacheNames } from '../completes'
import { missingFailure, usageFailure } from '../failure'
import { text } from '../values'
import { firstKey } from './keys'

export const url = defineCommand({
  name: 'url',
  summary: 'Print the URL by which a client of another protocol connects, with the API key.',
  details: [
    'The key is the first one, as larder key print shows it. Only the URL goes to stdout, so that it can be put into a '
    + 'variable. Without --cache, a client uses the cache db0, which its first write makes.',
  ],
  arguments: [{ name: 'protocol', meaning: 'redis', completes: ['redis'] }],
  flags: { cache: flag('<name>', 'The cache that the client uses.', text, cacheNames) },
  examples: ['export REDIS_URL="$(larder url redis --cache products)"'],
  async run({ words: [protocol], flags: { cache = '' } }, { client, output }) {
    if (protocol !== 'redis')
      throw usageFailure(`url ${protocol}: must be redis`)
    if (!isRedisUser(cache))
      throw usageFailure(`--cache ${cache}: no client can name it, as this user name means ${firstRedisDatabase}`)
    const { redis } = await client.call('settings.get', {})
    if (redis === null) {
      throw missingFailure(
        'This server does not speak the Redis protocol. Start it with --redis-port 7379.',
        'not-found',
      )
    }
    if (cache !== '')
      await client.call('caches.get', { name: cache })
    const { secret } = await client.call('keys.reveal', { id: await firstKey(client) })
    const whole = new URL(redis)
    whole.username = cache
    whole.password = secret
    await output.show({ url: whole.href }, () => whole.href)
  },
})
