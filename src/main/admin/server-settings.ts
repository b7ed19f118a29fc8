import type { CacheSettings } from '@shared/cache-settings'
import type { DriverRow } from '@shared/connections/driver'
import type { Principal } from '../base/principal'
import type { ConnectedCache, KnownConnections } from './offered-connections'
import { isDeepStrictEqual } from 'node:util'
import { settingRows } from '@shared/cache-settings'
import { driverRows } from '@shared/connections/drivers'
import { invalidField, LarderError } from '@shared/errors'
import { formatOf, formats } from '@shared/formats'
import { isAdministrator } from '../base/principal'
import { keepApart, requireConnection } from './offered-connections'

/** What a cache cannot have besides a backend, and why. */
const besidesBackend = {
  persistent: 'the backend keeps the entries',
  source: 'entries come from one place',
  sliding: 'each read would be a write there',
} as const satisfies Partial<Record<keyof CacheSettings, string>>

/**
 * What a change of source and backend may not be. Throws LarderError `connection-not-found` for a
 * connection that the caller may not name; `invalid-input` for a backend that its connection cannot
 * be, for keys that belong to another cache, and for what the other settings exclude.
 *
 * @param before the settings of the cache, or those of a new one without the change
 * @param others the caches of all users but this one
 */
export function checkConnected(
  connections: KnownConnections,
  caller: Principal,
  before: Readonly<CacheSettings>,
  change: Partial<CacheSettings>,
  others: () => readonly ConnectedCache[],
): void {
  // What stays as it was is not looked at again: other rights, or an offer, may have come since.
  const source = isDeepStrictEqual(change.source, before.source) ? null : change.source ?? null
  const backend = isDeepStrictEqual(change.backend, before.backend) ? null : change.backend ?? null
  if (source)
    checkSource(connections, caller, source)
  checkBesides(before, change)
  checkRawFormat(before, change)
  if (backend)
    checkBackend(connections, caller, backend, others())
  if (source || backend)
    keepApart(connections, { userId: caller.userId, source, backend }, others())
}

function checkBesides(before: Readonly<CacheSettings>, change: Partial<CacheSettings>): void {
  const after = { ...before, ...change }
  if (after.backend === null)
    return
  for (const [name, why] of Object.entries(besidesBackend) as [keyof typeof besidesBackend, string][]) {
    if (after[name] !== false && after[name] !== null) {
      const field = change.backend ? 'backend' : name
      const other = change.backend ? `the setting ${settingRows[name].label}` : 'a backend'
      throw invalidField(field, `cannot be combined with ${other}: ${why}`)
    }
  }
}

/** What a raw backend holds is read by the content type of its settings alone. */
function checkRawFormat(before: Readonly<CacheSettings>, change: Partial<CacheSettings>): void {
  const { backend, format } = { ...before, ...change }
  if (backend?.format === 'raw' && format !== 'none' && formatOf(backend.contentType) !== format) {
    throw change.backend
      ? invalidField('backend.contentType', `must say ${formats[format].label}, the storage format of the cache`)
      : invalidField('format', 'must be that of the content type of the backend, which keeps bytes alone')
  }
}

function checkSource(
  connections: KnownConnections,
  caller: Principal,
  { connection, mode }: NonNullable<CacheSettings['source']>,
): void {
  requireConnection(connections, caller, 'source.connection', connection)
  const { label, readOnly }: DriverRow = driverRows[connections.get(connection).driver]
  if (readOnly && mode === 'write-through')
    throw invalidField('source.mode', `must be read: ${label} takes no writes`)
}

function checkBackend(
  connections: KnownConnections,
  caller: Principal,
  { connection, prefix, format, near }: NonNullable<CacheSettings['backend']>,
  others: readonly ConnectedCache[],
): void {
  requireConnection(connections, caller, 'backend.connection', connection)
  const { label, backend: row }: DriverRow = driverRows[connections.get(connection).driver]
  if (!row)
    throw invalidField('backend.connection', `must be another one: ${label} keeps no entries of caches`)
  if (near.ttl === null && row.tells !== true)
    throw invalidField('backend.near.ttl', `must be a time: ${label} tells nobody of changes, as Redis does`)
  if (!row.formats.includes(format))
    throw invalidField('backend.format', `must be ${row.formats.join(' or ')}: ${label} knows no TTL`)
  const nested = others.some(({ backend: theirs }) => theirs?.connection === connection
    && (theirs.prefix.startsWith(prefix) || prefix.startsWith(theirs.prefix)))
  if (nested)
    throw invalidField('backend.prefix', 'must not begin with that of another cache on this connection, or the reverse')
}

/**
 * A reserve takes memory from everybody. Throws LarderError `admin-only`.
 *
 * @param before the settings of the cache, or those of a new one without the change
 */
export function checkReserveRight(
  caller: Principal,
  before: Readonly<Pick<CacheSettings, 'reserve'>>,
  { reserve }: Partial<CacheSettings>,
): void {
  if (!isAdministrator(caller) && reserve !== undefined && reserve !== before.reserve)
    throw new LarderError('admin-only', 'Only an administrator may change the reserve of a cache.')
}
