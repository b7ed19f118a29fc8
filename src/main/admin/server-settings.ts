import type { BackendSettings } from '@shared/backend-settings'
import type { CacheSettings } from '@shared/cache-settings'
import type { Principal } from '../base/principal'
import type { ConnectionDirectory } from './connection-directory'
import { isDeepStrictEqual } from 'node:util'
import { settingRows } from '@shared/cache-settings'
import { driverRows } from '@shared/connections/drivers'
import { invalidField, LarderError } from '@shared/errors'
import { isAdministrator } from '../base/principal'

/** A reserve takes memory from everybody; source and backend open addresses inside the network. */
const serverSettings = ['reserve', 'source', 'backend'] as const

/** What a cache cannot have besides a backend, and why. */
const besidesBackend = {
  persistent: 'the backend keeps the entries',
  source: 'entries come from one place',
  sliding: 'each read would be a write there',
} as const satisfies Partial<Record<keyof CacheSettings, string>>

type Known = Pick<ConnectionDirectory, 'has' | 'get'>

/** A cache that keeps its entries elsewhere. */
export interface BackendUser { id: string, backend: BackendSettings }

/** Throws LarderError `invalid-input` (field source.connection) if there is no such connection. */
export function checkSource({ has }: Known, { source }: Partial<CacheSettings>): void {
  if (source && !has(source.connection))
    throw noConnection('source.connection', source.connection)
}

/**
 * Throws LarderError `invalid-input` for a backend that its connection cannot be, whose prefix
 * belongs to another cache, or that the other settings exclude.
 *
 * @param before the settings of the cache, or those of a new one without the change
 * @param others the caches of all users but this one
 */
export function checkBackend(
  { has, get }: Known,
  before: Readonly<CacheSettings>,
  change: Partial<CacheSettings>,
  others: () => readonly BackendUser[],
): void {
  const after = { ...before, ...change }
  const { backend } = after
  if (backend === null)
    return
  for (const [name, why] of Object.entries(besidesBackend) as [keyof typeof besidesBackend, string][]) {
    if (after[name] !== false && after[name] !== null) {
      const field = change.backend ? 'backend' : name
      const other = change.backend ? `the setting ${settingRows[name].label}` : 'a backend'
      throw invalidField(field, `cannot be combined with ${other}: ${why}`)
    }
  }
  if (!change.backend)
    return
  const { connection, prefix, format } = backend
  if (!has(connection))
    throw noConnection('backend.connection', connection)
  const { label, backend: row } = driverRows[get(connection).driver]
  if (!row.formats.includes(format))
    throw invalidField('backend.format', `must be ${row.formats.join(' or ')}: ${label} knows no TTL`)
  const nested = others().some(({ backend: theirs }) => theirs.connection === connection
    && (theirs.prefix.startsWith(prefix) || prefix.startsWith(theirs.prefix)))
  if (nested)
    throw invalidField('backend.prefix', 'must not begin with that of another cache on this connection, or the reverse')
}

function noConnection(field: string, name: string): LarderError {
  return invalidField(field, `must be one of the connections; there is no ${name}`)
}

/**
 * Some settings of a cache concern the whole server. Throws LarderError `admin-only`.
 *
 * @param before the settings of the cache, or those of a new one without the change
 */
export function checkServerSettings(
  caller: Principal,
  before: Readonly<Pick<CacheSettings, typeof serverSettings[number]>>,
  change: Partial<CacheSettings>,
): void {
  if (isAdministrator(caller))
    return
  for (const name of serverSettings) {
    if (change[name] !== undefined && !isDeepStrictEqual(change[name], before[name]))
      throw new LarderError('admin-only', `Only an administrator may change the ${name} of a cache.`)
  }
}
