import type { Larder } from '../../../src/main/larder'

/** The port on which a Larder speaks the Redis protocol. */
export function portOf({ redisUrl }: Pick<Larder, 'redisUrl'>): number {
  if (redisUrl === null)
    throw new Error('This Larder does not speak the Redis protocol')
  return Number(new URL(redisUrl).port)
}
