import type { RedisCommandSpec } from './spec'

/** Several commands as one. */
export const redisTransactionCommands = {
  multi: {
    arity: 1,
    flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
    scope: 'none',
    since: '1.2.0',
    group: 'transactions',
    summary: 'Begins a transaction.',
  },
  exec: {
    arity: 1,
    flags: ['noscript', 'loading', 'stale', 'skip_slowlog'],
    scope: 'none',
    since: '1.2.0',
    group: 'transactions',
    summary: 'Runs a transaction.',
  },
  discard: {
    arity: 1,
    flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
    scope: 'none',
    since: '2.0.0',
    group: 'transactions',
    summary: 'Drops a transaction.',
  },
  watch: {
    arity: -2,
    flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
    keys: { first: 1, last: -1, step: 1 },
    scope: 'read',
    since: '2.2.0',
    group: 'transactions',
    summary: 'Makes the next transaction fail if a key changes until then.',
  },
  unwatch: {
    arity: 1,
    flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
    scope: 'none',
    since: '2.2.0',
    group: 'transactions',
    summary: 'Watches no key any more.',
  },
} as const satisfies Record<string, RedisCommandSpec>
