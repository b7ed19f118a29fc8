import { initialSettings } from '../../../src/shared/cache-settings'
import { missReasons } from '../../../src/shared/miss-reasons'
import { mapRows } from '../../../src/shared/rows'

const latency = { count: 4, p50: 10, p90: 20, p99: 30.5, max: 40 }
const statistics = {
  hits: 1234567,
  staleHits: 1,
  misses: {
    ...mapRows(missReasons, () => 0),
    absent: 1000,
    expired: 2,
    evicted: 3,
    flushed: 4,
    invalidated: 5,
    disabled: 6,
  },
  sets: 7,
  deletes: 8,
  evictions: 9,
  expirations: 10,
  hitRatio: 0.9987654,
  latency,
}

/** Sample answers of the server. */
export const samples = {
  cache: {
    ...initialSettings,
    name: 'products',
    ttl: 300,
    maxBytes: 64_000_000,
    eviction: 'lru',
    persistent: true,
    enabled: false,
    createdAt: '2026-01-01T00:00:00.000Z',
    entries: 1234567,
    bytes: 98765432,
    statistics,
  },
  key: {
    id: 'k1',
    label: 'shop',
    scopes: ['read', 'write'],
    caches: null,
    origins: [],
    createdAt: '2026-01-02T00:00:00.000Z',
    lastUsedAt: null,
    expiresAt: null,
  },
  user: {
    id: 'u1',
    name: 'Ada',
    owner: true,
    admin: true,
    hasPassword: false,
    disabled: false,
    caches: 2,
    cacheLimit: 200,
    entries: 1234567,
    apiKeys: 3,
    createdAt: '2026-01-01T00:00:00.000Z',
  },
  stats: {
    uptime: 3600.5,
    enabled: true,
    caches: 2,
    entries: 1234567,
    bytes: 98765432,
    budget: 256_000_000,
    rss: 123_456_789,
    requests: 2_000_000,
    failing: [],
    requestsPerSecond: 12.3,
    totals: statistics,
  },
  settings: { memory: 256_000_000, valueLimit: 16_777_216, anonymous: { enabled: false, scopes: ['read'] }, registrationOpen: true, version: '1.2.3', home: '/home/ada/.config/Larder', url: 'http://localhost:7777', vault: { driver: 'file', wanted: 'auto', state: 'ok', detail: 'Secrets are kept in a file.', reason: 'The keychain cannot be used: no bus.' } },
  ready: { status: 'ready', stores: { metadata: 'ok', entries: 'ok' } },
  page: { path: '/home/ada/.config/Larder/sign-in/abc.html', url: 'http://localhost:7777/#c0de', expiresIn: 600 },
  code: { code: 'c0de', url: 'http://localhost:7777/#c0de', expiresIn: 600 },
}
export const secret = { ...samples.key, secret: 'lk_k1_secret', kept: true }
