import { RedisReplies, RedisRun } from '../redis/run'
import { operation } from './spec'

/** Commands of the Redis protocol, for who has no connection. */
export const redisRunOperations = {
  'redis.run': operation({
    method: 'POST',
    path: '/admin/redis',
    // Each command asks for its own, as over a connection.
    scope: 'any',
    reach: 'own',
    mutates: true,
    status: 200,
    summary: 'Run commands of the Redis protocol, with the rights of the caller.',
    input: RedisRun,
    output: RedisReplies,
    errors: ['out-of-scope', 'cache-not-found'],
  }),
} as const
