/** What commands of the Redis protocol do to a cache, for scopes, switches and the request log. */
export const redisOperations = {
  'redis.read': { scope: 'read', mutates: false },
  'redis.write': { scope: 'write', mutates: true },
} as const

export type RedisOperationName = keyof typeof redisOperations
