import type { RedisState } from '@shared/clients'
import { keyVariable } from '../../snippets/request'

/** What the face of the Redis protocol does now, and whether somebody should look. */
export function stateOfRedis(
  { state, port, warning }: RedisState,
): { text: string, tone: 'fine' | 'muted' | 'trouble' } {
  switch (state) {
    case 'listening':
      return { text: `Redis clients connect to port ${port}.`, tone: 'fine' }
    case 'refusing':
      return { text: `Port ${port} is closed while caching is off, as the mode refuse says.`, tone: 'trouble' }
    case 'failed':
      return { text: warning ?? 'Redis clients cannot connect.', tone: 'trouble' }
    case 'off':
      return {
        text: 'This server does not speak the Redis protocol. A start with --redis-port 7379 lets Redis clients connect.',
        tone: 'muted',
      }
  }
}

/** The URL for a client, with the name of the variable in place of the key. */
export function redisUrlOf(plain: string, cache: string): string {
  const { protocol, host } = new URL(plain)
  return `${protocol}//${encodeURIComponent(cache)}:$${keyVariable}@${host}`
}
