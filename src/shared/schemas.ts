import { z } from 'zod'
import { changeSchemas, creationSchemas, settingSchemas } from './cache-settings'
import { GatewayState } from './gateway-state'
import { grouped } from './grouped'
import { limits } from './limits'
import { asked, IsoMoment } from './moment'
import { OffTime } from './off-time'
import { pathName } from './path-name'
import { redisOffNames } from './redis/off-modes'
import { ServerWatch } from './server-watch'
import { writeSize } from './sizes'
import { CacheStatistics, LastMinute } from './statistics'
import { TierState } from './tier'
import { orSizeText, orTimeText } from './written'
import './without-eval'

/** Name of a cache: unique per user. */
export const CacheName = pathName()
  .meta({ description: 'Name of the cache, unique per user.', examples: ['products'] })

export { RequestList, RequestQuery, RequestRecord } from './request-record'

export const CacheCreate = z.strictObject({ name: CacheName, ...creationSchemas })
export const CacheSelect = z.strictObject({ name: CacheName })
export const CacheClear = z.strictObject({ name: CacheName, ...asked })
export const CacheRename = z.strictObject({
  name: CacheName,
  to: CacheName.meta({ description: 'The new name.', examples: ['articles'] }),
})

const EntriesThere = z.enum(['keep', 'delete']).optional()
export const CacheUpdate = z.strictObject({
  name: CacheName,
  ...z.strictObject(changeSchemas).partial().shape,
  entries: EntriesThere
    .meta({ description: 'What becomes of the entries at a backend that is replaced. They stay unless given.' }),
})
export const CacheDelete = z.strictObject({
  name: CacheName,
  entries: EntriesThere
    .meta({ description: 'What becomes of the entries at its backend. They stay unless given.' }),
  createdAt: asked.createdAt,
})

export const CacheInfo = z.strictObject({
  name: CacheName,
  ...settingSchemas,
  createdAt: IsoMoment,
  asOf: IsoMoment.meta({ description: 'When this was so; a deletion as of it leaves alone what was stored since.' }),
  entries: z.int().meta({ description: 'Entries held now.' }),
  bytes: z.int().meta({ description: 'Bytes held now: keys, values, tags and overhead.' }),
  statistics: CacheStatistics,
  lastMinute: LastMinute,
  tier: TierState.optional().meta({ description: 'There for a cache whose near copies are those of a shared tier.' }),
  gatewayState: GatewayState.optional().meta({ description: 'There for a cache that has a gateway.' }),
  off: OffTime.optional().meta({ description: 'There while the cache is switched off.' }),
  restoring: z.number().optional().meta({
    description: 'There while persisted entries come back after a start: the part that is back, 0 to 1.',
  }),
})
export type CacheInfo = z.output<typeof CacheInfo>

export const Matched = z.strictObject({ matched: z.int().meta({ description: 'Entries affected.' }) })
export const Invalidated = Matched.extend({
  asOf: IsoMoment.optional().meta({
    description: 'Of a dry run: when it counted; a deletion as of it leaves alone what was stored since. Missing where '
      + 'a backend does not tell when its entries were stored.',
  }),
})
export type Invalidated = z.output<typeof Invalidated>
export const Evictions = z.strictObject({
  evicted: z.int().meta({ description: 'Entries that the change would evict.' }),
  of: z.int().meta({ description: 'Entries that are there now.' }),
  exact: z.boolean().meta({ description: 'false: about so many, because the limit is one of bytes.' }),
})
export type Evictions = z.output<typeof Evictions>
export const Switch = z.strictObject({
  enabled: z.boolean().meta({ description: 'false: every data-plane request answers 503.' }),
})

// ---- API keys
// -------------------------------------------------------------------------------------------

export const Scope = z.enum(['read', 'write', 'admin'])
export const Scopes = z.array(Scope)
  .min(1, 'must name at least one scope')
  .refine(s => new Set(s).size === s.length, 'must not repeat a scope')
  .meta({ description: 'admin includes read and write.' })
export const KeyId = z.string().regex(/^[A-Za-z0-9]{1,32}$/, 'must be an API key id')
export const Label = z.string().trim().min(1, 'must not be empty').max(100, 'must be at most 100 characters')
export const BrowserOrigin = z.string().max(255).refine(isOrigin, 'must be an origin such as http://localhost:5173, without a path')
export const Origins = z.array(BrowserOrigin).max(32).meta({ description: 'Browser origins that may use this key (CORS).', examples: [['http://localhost:5173']] })
export const KeyCaches = z.array(CacheName)
  .min(1, 'must name at least one cache, or be null')
  .max(256)
  .nullable()
  .meta({ description: 'Caches that the key may use; null = all caches of its owner.' })

/** True for a serialised http(s) origin exactly as a browser sends it (RFC 6454 §6.2). */
export function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text
}

export const Key = z.strictObject({
  id: KeyId,
  label: Label,
  scopes: Scopes,
  caches: KeyCaches,
  origins: Origins,
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
  expiresAt: z.iso.datetime().nullable().meta({
    description: 'When the secret from before the last rotation ends; the key itself never does. Null: there is none.',
  }),
})
export type Key = z.output<typeof Key>
export const KeyWithSecret = z.strictObject({
  ...Key.shape,
  secret: z.string().meta({ description: 'The API key itself.' }),
  kept: z.boolean().meta({ description: 'Whether the vault keeps a copy that can be revealed later.' }),
})
export type KeyWithSecret = z.output<typeof KeyWithSecret>
export const KeyCreate = z.strictObject({
  label: Label,
  scopes: Scopes.default(['read', 'write']),
  caches: KeyCaches.default(null),
  origins: Origins.default([]),
})
export const KeySelect = z.strictObject({ id: KeyId })
export const KeyUpdate = z.strictObject({
  id: KeyId,
  label: Label.optional(),
  scopes: Scopes.optional(),
  caches: KeyCaches.optional(),
  origins: Origins.optional(),
})
export const KeyRotate = z.strictObject({
  id: KeyId,
  overlap: orTimeText(z.number()
    .min(0, 'must be 0 or more')
    .max(2_592_000, 'must be at most 30 days'))
    .default(0)
    .meta({ description: 'Seconds for which the old secret keeps working.' }),
})

// ---- Users and sessions
// ---------------------------------------------------------------------------------

export const UserId = z.string().regex(/^[A-Za-z0-9]{1,32}$/, 'must be a user id')
export const UserName = z.string().normalize('NFC').trim().min(1, 'must not be empty').max(
  64,
  'must be at most 64 characters',
)
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u, 'must not contain control characters')
export const Password = z.string().min(8, 'must be at least 8 characters').max(256, 'must be at most 256 characters')

export const CacheLimit = z.int('must be a whole number').min(1, 'must be 1 or more')
  .max(limits.cachesMax, `must be at most ${grouped(limits.cachesMax)}`)
  .meta({ description: 'Caches that the user may have.', examples: [limits.caches] })

export const User = z.strictObject({
  id: UserId,
  name: UserName,
  owner: z.boolean(),
  admin: z.boolean().meta({ description: 'May manage users, settings and the global switch.' }),
  hasPassword: z.boolean(),
  disabled: z.boolean()
    .meta({ description: 'Every credential of this user is refused; caches and API keys are kept.' }),
  caches: z.int().meta({ description: 'Caches that the user has.' }),
  cacheLimit: CacheLimit,
  entries: z.int().meta({ description: 'Entries in these caches.' }),
  apiKeys: z.int().meta({ description: 'API keys that the user has.' }),
  createdAt: z.iso.datetime(),
})
export type User = z.output<typeof User>
export const UserCreate = z.strictObject({ name: UserName, password: Password })
export const UserSelect = z.strictObject({ id: UserId })
export const UserUpdate = z.strictObject({
  id: UserId,
  name: UserName.optional(),
  password: Password
    .optional()
    .meta({ description: 'Ends sessions and links; if an administrator sets it, also the API keys.' }),
  admin: z.boolean().optional(),
  disabled: z.boolean().optional().meta({ description: 'true refuses every credential of the user at once.' }),
  cacheLimit: CacheLimit.optional(),
})

export const SessionCreate = z.union([
  z.strictObject({ code: z.string().min(1).max(128) }),
  z.strictObject({ name: z.string().min(1).max(64), password: z.string().min(1).max(256) }),
])
export const Session = z.strictObject({
  token: z.string().meta({ description: 'Send it as Authorization: Bearer …' }),
  idleTimeout: z.int().meta({ description: 'Seconds without a request after which it ends.' }),
  user: User,
})
export const WhoAmI = z.strictObject({
  user: User,
  credential: z.enum(['key', 'session', 'control', 'environment', 'anonymous']),
  scopes: Scopes,
  caches: KeyCaches,
})
const codeLifetime = z.int().meta({ description: 'Seconds for which it works.' })
export const SignInCode = z.strictObject({ code: z.string(), url: z.string(), expiresIn: codeLifetime })
export const SignInPage = z.strictObject({
  path: z.string()
    .meta({ description: 'File on the server\'s machine that leads to the link; only its user can read it.' }),
  url: z.string().meta({ description: 'The link itself.' }),
  expiresIn: codeLifetime,
})

// ---- Server
// ---------------------------------------------------------------------------------------------

export const VaultState = z.strictObject({
  driver: z.enum(['keychain', 'file', 'environment']),
  wanted: z.enum(['auto', 'keychain', 'file', 'env']),
  state: z.enum(['ok', 'locked', 'unavailable']),
  detail: z.string()
    .nullable()
    .meta({ description: 'Where secrets are kept, or why not; null unless an administrator asks.' }),
  reason: z.string()
    .nullable()
    .meta({
      description: 'Why the keychain is not used although `auto` prefers it, as found at the start; null if it is used, or was not asked for.',
    }),
})
export const AnonymousKey = z.strictObject({
  enabled: z.boolean(),
  scopes: z.array(z.enum(['read', 'write'])).min(1, 'must name at least one scope'),
})
  .meta({ description: 'What a request without any key may do, on the owner\'s caches.' })
const settable = {
  memory: z.int()
    .min(limits.budgetLeast, `must be at least ${writeSize(limits.budgetLeast)}`)
    .meta({ description: 'Budget in bytes for all entries and their overhead.' }),
  valueLimit: z.int()
    .min(1e3, 'must be at least 1kB')
    .max(limits.valueMax, `must be at most ${writeSize(limits.valueMax)}`)
    .meta({ description: 'Largest value in bytes.' }),
  anonymous: AnonymousKey,
  redisOff: z.enum(redisOffNames).meta({ description: 'What Redis clients see while caching is off.' }),
}
export const Settings = z.strictObject({
  ...settable,
  registrationOpen: z.boolean(),
  version: z.string(),
  home: z.string().nullable().meta({ description: 'The data folder; null unless an administrator asks.' }),
  url: z.string(),
  redis: z.string().nullable().meta({ description: 'Where the Redis protocol is spoken; null: nowhere.' }),
  vault: VaultState,
})
export type Settings = z.output<typeof Settings>
export const SettingsUpdate = z.strictObject({
  ...settable,
  memory: orSizeText(settable.memory),
  valueLimit: orSizeText(settable.valueLimit),
  anonymous: AnonymousKey.partial().meta({ description: 'What is left out stays as it is.' }),
}).partial()

/** Of the databases that were damaged when the server started. */
const setAside = z.array(z.string()).meta({
  description: 'For administrators: a sentence about each damaged database that this start has set aside.',
})

export const ServerStatistics = z.strictObject({
  uptime: z.number().meta({ description: 'Seconds since the start.' }),
  enabled: z.boolean(),
  off: OffTime.optional().meta({ description: 'There while all caching is switched off.' }),
  caches: z.int(),
  entries: z.int(),
  bytes: z.int(),
  budget: z.int(),
  failing: z.array(z.string()).meta({ description: 'Stores that cannot be written or read: metadata, entries.' }),
  setAside: setAside.optional(),
  rss: z.int().nullable().meta({ description: 'Bytes of memory of the process; null unless an administrator asks.' }),
  requests: z.int().nullable().meta({ description: 'Of all users; null unless an administrator asks.' }),
  requestsPerSecond: z.number().nullable().meta({ description: 'The same, as the mean of the last ten seconds.' }),
  totals: CacheStatistics,
  everyone: z.strictObject({
    caches: z.int(),
    entries: z.int(),
    bytes: z.int(),
    hitRatio: CacheStatistics.shape.hitRatio,
  }).nullable().meta({ description: 'The same of the caches of all users; null unless an administrator asks.' }),
  redis: z.strictObject({
    off: z.enum(redisOffNames).meta({ description: 'What its clients see while caching is off.' }),
    clients: z.int().meta({ description: 'Connections; of other users only if an administrator asks.' }),
    perSecond: z.number().meta({ description: 'Commands of theirs a second, as the mean of the last ten seconds.' }),
    lost: z.string().nullable()
      .meta({ description: 'Why its port could not be opened again; null while all is well.' }),
  }).optional().meta({ description: 'There where the Redis protocol is spoken.' }),
  watch: ServerWatch.optional().meta({ description: 'There if an administrator asks.' }),
})
export type ServerStatistics = z.output<typeof ServerStatistics>

export { Ttl } from './ttl'

export const Liveness = z.strictObject({ status: z.literal('ok'), version: z.string() })
export const Readiness = z.strictObject({
  status: z.enum(['ready', 'starting', 'stopping', 'degraded']),
  restoring: z.strictObject({
    caches: z.int().meta({ description: 'Caches of which not all entries are back.' }),
    progress: z.number().meta({ description: 'The part that is back of the one that has come least far, 0 to 1.' }),
  }).optional().meta({ description: 'There while persisted entries come back after a start; calls for one key work.' }),
  stores: z.record(z.string(), z.string()).meta({ description: 'ok or failing; administrators get a sentence.' }),
  setAside: setAside.optional(),
  connections: z.record(z.string(), z.string()).optional()
    .meta({ description: 'For administrators: idle, connecting, ok, or down and why. It is ready all the same.' }),
})
export const PlainText = z.string()
export const Nothing = z.strictObject({})
export const NoContent = z.undefined()
