import { namesOf } from '../rows'

interface OffModeRow {
  /** The choice in a form: the name, and what it is. */
  choice: string
  /** A sentence: what a command of a Redis client comes to. */
  sees: string
  /** A sentence: what clients make of it, as test/server/redis/off-clients.test.ts tries it. */
  clients: string
}

/** What Redis clients see while caching is off, by the names in settings. */
export const redisOffModes = {
  error: {
    choice: 'error (each command fails at once)',
    sees: 'Each command on entries fails at once with “ERR caching is switched off”.',
    clients: 'ioredis, node-redis and redis-py fail that call, keep the connection, and try nothing again.',
  },
  refuse: {
    choice: 'refuse (as if the server were gone)',
    sees: 'Connections are reset. While all caching is off, the port is closed as well.',
    clients: 'ioredis and node-redis connect again and again, and calls wait meanwhile. redis-py fails each call.',
  },
  hang: {
    choice: 'hang (accepts, and never answers)',
    sees: 'Connections are accepted, and nothing is answered.',
    clients: 'All of them wait for ever, unless the app has set a timeout for commands.',
  },
  miss: {
    choice: 'miss (an empty cache that keeps nothing)',
    sees: 'Reads find nothing, and writes succeed and keep nothing.',
    clients: 'No client notices anything: the app works on without a cache.',
  },
  loading: {
    choice: 'loading (as while Redis starts)',
    sees: 'Each command on entries fails with “LOADING Redis is loading the dataset in memory”.',
    clients: 'ioredis waits with new connections until it is over. node-redis and redis-py fail each call.',
  },
  readonly: {
    choice: 'readonly (reads are served, writes fail)',
    sees: 'Reads are served, and writes fail with “READONLY You can\'t write against a read only replica.”',
    clients: 'ioredis, node-redis and redis-py fail each write and keep the connection.',
  },
  oom: {
    choice: 'oom (reads are served, writes find no room)',
    sees: 'Reads are served, and writes fail with “OOM command not allowed when used memory > \'maxmemory\'.”',
    clients: 'ioredis, node-redis and redis-py fail each write and keep the connection.',
  },
} as const satisfies Record<string, OffModeRow>

export type RedisOffMode = keyof typeof redisOffModes
export const redisOffNames = namesOf(redisOffModes)
