import type { ServerWatch } from '../../src/shared/server-watch'

/** A server that is well. */
export const goodWatch: ServerWatch = {
  loop: { p99: 0.004, max: 0.02 },
  memory: { rss: 90_000_000, expected: 552_653_184, used: 30_000_000, budget: 268_435_456 },
  disk: { free: 40_000_000_000, size: 100_000_000_000 },
  files: { databases: 2_000_000, log: 1_000_000 },
  stores: { metadata: 'ok', entries: 'ok' },
  connections: [{ name: 'main', driver: 'redis', state: 'ok' }],
  troubles: [],
}
